import Disks
import Document
public import Host
import NodeConfig
import Transfer
public import Updates
import Verity

/// A release on something that stands in the machine: an ISO or a disc, or a folder that `nodewright build --format update` has made.
public struct MediumRelease: ReleaseContent {
    /// What it is made of.
    public let manifest: ReleaseManifest
    /// Where it comes from, for people.
    public let description: String
    private let files: [String: String]

    private init(_ manifest: ReleaseManifest, _ description: String, files: [String: String]) {
        self.manifest = manifest
        self.description = description
        self.files = files
    }

    /// Opens a folder, an ISO image or a drive with a disc for as long as `body` runs.
    ///
    /// - Throws: `.invalidInput` when there is no release in it
    public static func with<Value>(
        _ path: String, root: String = "/", progress: @escaping ProgressSink = silent,
        _ body: (MediumRelease) throws -> Value
    ) throws -> Value {
        if File.kind(path) == .folder { return try body(folder(path)) }
        let place = Path.join(root, "run/nodewright/upgrade-medium")
        try Folder.create(place, mode: 0o700)
        _ = try? Command("umount", ["-q", place]).run()
        let loop = File.kind(path) == .regular ? ",loop" : ""
        let mounted = try Command("mount", ["-o", "ro,nosuid,nodev,noexec" + loop, "--", path, place]).run()
        guard mounted.status == 0 else {
            throw Failure(
                .invalidInput, "\"\(path)\" is neither an ISO of nodewright nor a disc with one",
                hint: "name an ISO, a drive (/dev/sr0), or an update folder",
                details: mounted.errorTail.split(separator: "\n").map(String.init))
        }
        defer { _ = try? Command("umount", [place]).run() }
        return try body(iso(place, named: path, progress))
    }

    private static func folder(_ path: String) throws -> MediumRelease {
        let name = Path.join(path, ReleaseManifest.fileName)
        guard File.exists(name) else {
            throw Failure(
                .invalidInput, "the folder \"\(path)\" has no \(ReleaseManifest.fileName)",
                hint: "nodewright build --format update makes such a folder")
        }
        let manifest = try ReleaseManifest(File.read(name, limit: ReleaseManifest.limit), file: name)
        let names = ["root.squashfs"] + ReleaseFile.allCases.map(\.rawValue)
        return MediumRelease(
            manifest, "the folder \(path)", files: Dictionary(names.map { ($0, Path.join(path, $0)) }) { $1 })
    }

    /// An ISO says what it is in its root file system; what is not written there is computed.
    private static func iso(_ folder: String, named path: String, _ progress: ProgressSink) throws -> MediumRelease {
        let files = [
            "root.squashfs": Path.join(folder, "LiveOS/root.squashfs"), "vmlinuz": Path.join(folder, "boot/vmlinuz"),
            "initramfs.img": Path.join(folder, "boot/initramfs.img"),
        ]
        for file in files.values where !File.exists(file) {
            throw Failure(
                .invalidInput, "\"\(path)\" is no ISO of nodewright: it lacks \(Path.name(file))",
                hint: "name an ISO, a drive (/dev/sr0), or an update folder")
        }
        let image = try describe(files["root.squashfs"] ?? "")
        guard let version = ReleaseVersion(image.version) else {
            throw Failure(.invalidInput, "\"\(path)\" has no version that could be compared: \"\(image.version)\"")
        }
        let sums = try files.sorted { $0.key < $1.key }.map { name, file in
            ReleaseManifest.File(name: name, size: try File.size(file), sha256: try Checksum.of(file: file))
        }
        guard let squashfs = sums.first(where: { $0.name == "root.squashfs" }) else {
            throw Failure(.internalError, "an ISO without a root file system")
        }
        let phase = "reading the medium"
        progress(.started(phase: phase, total: squashfs.size, unit: .bytes))
        let tree = try VerityTree(size: squashfs.size, seed: VerityTree.Seed(squashfs.sha256)) { done in
            progress(.advanced(phase: phase, done: done, total: squashfs.size))
        } read: {
            try File.read(files["root.squashfs"] ?? "", at: $0, count: $1)
        }
        progress(.finished(phase: phase, note: "\(image.name) \(image.version)"))
        let hashes = ReleaseManifest.File(
            name: "root.verity", size: tree.bytes.count, sha256: Checksum.of(tree.bytes))
        return MediumRelease(
            ReleaseManifest(
                name: image.name, version: version, architecture: image.architecture,
                configurationSchema: NodeConfiguration.schemaVersion, kernelArguments: image.kernelArguments,
                rootHash: tree.rootHash, epoch: 0, files: sums + [hashes]), path, files: files)
    }

    /// What is in `/usr/lib/nodewright/image.json` of a squashfs: it is mounted for a moment.
    private static func describe(_ squashfs: String) throws -> InstalledImage {
        try Folder.withTemporary(in: "/run", prefix: "nodewright-root") { folder in
            try Command("mount", ["-t", "squashfs", "-o", "ro,loop,nosuid,nodev,noexec", squashfs, folder]).run()
                .check(.device)
            defer { _ = try? Command("umount", [folder]).run() }
            return try InstalledImage(root: folder)
        }
    }

    /// Writes the root file system.
    public func writeRoot(
        to place: SlotPlace, progress: @escaping ProgressSink, isCancelled: @escaping () -> Bool
    ) throws -> Bool {
        guard let source = files["root.squashfs"], let size = manifest.file("root.squashfs")?.size else {
            throw Failure(.internalError, "a release without a root")
        }
        let phase = "writing the root file system"
        progress(.started(phase: phase, total: size, unit: .bytes))
        let isWritten = try copy(source, from: 0, size, to: place) { done in
            progress(.advanced(phase: phase, done: done, total: size))
            return isCancelled()
        }
        guard isWritten else { return false }
        progress(.finished(phase: phase, note: "\(size >> 20) MiB"))
        return true
    }

    /// Writes the kernel or the initramfs.
    public func write(
        _ file: ReleaseFile, to places: [SlotPlace], progress: @escaping ProgressSink, isCancelled: @escaping () -> Bool
    ) throws -> Bool {
        guard let source = files[file.rawValue] else { throw Failure(.internalError, "a release without a kernel") }
        var start = 0
        for place in places {
            guard try copy(source, from: start, place.size, to: place, { _ in isCancelled() }) else { return false }
            start += place.size
        }
        return true
    }

    /// - Parameter ends: asked after each part, with how much there is
    /// - Returns: false when it has ended
    private func copy(
        _ source: String, from start: Int, _ size: Int, to place: SlotPlace, _ ends: (_ done: Int) -> Bool
    ) throws -> Bool {
        let disk = try DiskFile(place.path)
        for offset in stride(from: 0, to: size, by: 1 << 20) {
            let bytes = try File.read(source, at: start + offset, count: min(1 << 20, size - offset))
            try disk.write(bytes, at: place.offset + offset)
            if ends(offset + bytes.count) { return false }
        }
        return true
    }
}
