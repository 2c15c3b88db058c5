import CLinux
import Document
import Glibc
import Host
import Packages
public import Sandbox
import Synchronization

/// A customised tree, from which the parts of an image are made; each part in a worker of its own, so they may be made at once.
///
/// ```swift
/// let finished = FinishedTree(base: baseTree, stage: folder, packages: rpmFiles, epoch: epoch)
/// try squashfs.write(to: "root.squashfs") { try finished.writeTar(to: $0, worker) }
/// let initramfs = try finished.writeInitramfs(to: "initramfs.img", kernel: version, worker)
/// ```
public struct FinishedTree: Sendable {
    /// The workers of this type, by name.
    static let workers: [String: Worker.Body] = [
        "tar": tarWorker, "listing": listingWorker, "initramfs": initramfsWorker,
    ]

    private let base: String
    private let stage: String
    private let packages: [String]
    private let epoch: Int

    /// The tree that `Customisation` left in `stage`, on top of `base`.
    ///
    /// - Parameters:
    ///   - packages: the RPM files that were installed into `base`, in the order of their installation
    ///   - epoch: the time of the image, in seconds since 1970
    public init(base: String, stage: String, packages: [String], epoch: Int) {
        self.base = Path.absolute(base)
        self.stage = Path.absolute(stage)
        self.packages = packages.map(Path.absolute)
        self.epoch = epoch
    }

    // MARK: - Outside of the worker

    /// Streams the root file system as `ImageTree.writeTar` does.
    ///
    /// - Parameter descriptor: stays open
    public func writeTar(to descriptor: Int32, _ worker: Worker) throws {
        try Folder.withTemporary(prefix: "nodewright-tar") { folder in
            let pipe = Path.join(folder, "tar")
            try check("make a pipe in \"\(folder)\"") { mkfifo(pipe, 0o600) }
            // Opened at once, and read only after a writer has come: a worker that fails early must not leave us waiting.
            let source = try check("open \"\(pipe)\"") { nlinux_open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0) }
            let failure = Mutex<(any Error)?>(nil)
            let job = job(worker.rung, ["output": .string(pipe)])
            let thread = try Thread {
                do { _ = try worker.run("tar", job: job) } catch { failure.withLock { $0 = error } }
                let end = nlinux_open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0)
                if end >= 0 { close(end) }
            }
            let copying = Swift.Result { try Self.copy(source, to: descriptor) }
            // Before the worker is waited for: without a reader its next write fails, and it ends.
            close(source)
            thread.join()
            if case .failure(let error) = copying { throw error }
            if let error = failure.withLock({ $0 }) { throw error }
        }
    }

    /// The listing of the image, as `ImageTree.listing` makes it.
    public func listing(_ worker: Worker) throws -> String {
        String(decoding: try worker.run("listing", job: job(worker.rung, [:])), as: UTF8.self)
    }

    /// Assembles the initramfs.
    ///
    /// - Parameters:
    ///   - kernel: the kernel's version; nil for the only one in the tree
    ///   - modules: selectors beside the built-in list
    public func writeInitramfs(
        to path: String, kernel: String? = nil, compression: Initramfs.Compression = .zstd, modules: [String] = [],
        _ worker: Worker
    ) throws -> Initramfs.Result {
        let job = job(
            worker.rung,
            [
                "output": .string(Path.absolute(path)), "kernel": .optional(kernel),
                "compression": .string(compression.rawValue),
                "modules": .strings(modules),
            ])
        let node = try JSON.parse(try worker.run("initramfs", job: job), file: "the result of the worker \"initramfs\"")
        let segments = (node["segments"]?.sequence ?? []).map { segment in
            (
                name: segment["name"]?.string ?? "", size: segment["size"]?.integer ?? 0,
                compressed: segment["compressed"]?.integer ?? 0
            )
        }
        return Initramfs.Result(size: node["size"]?.integer ?? 0, segments: segments)
    }

    private static func copy(_ source: Int32, to target: Int32) throws {
        var waiting = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
        while poll(&waiting, 1, -1) < 0 {}
        _ = fcntl(source, F_SETFL, 0)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try checkLength("read the tar stream") {
                buffer.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            }
            if count == 0 { return }
            try File.append(buffer[..<count], to: target, named: "the tar stream")
        }
    }

    private func job(_ rung: Rung, _ more: [String: JSONValue]) -> [UInt8] {
        let common: [String: JSONValue] = [
            "rung": .string(rung.rawValue), "base": .string(base), "stage": .string(stage),
            "packages": .strings(packages),
            "epoch": .integer(epoch),
        ]
        return JSON.bytes(JSONValue.object(common.merging(more) { $1 }))
    }

    // MARK: - Inside the worker

    /// The image as it will be. Only inside a worker.
    public func image(rung: Rung) throws -> ImageTree {
        let tree = try WorkingTree(base: base, stage: stage).open(rung: rung)
        let report = try CustomisationReport(stage: stage)
        let table = try OwnershipTable(
            tree, packages: try PackageHeader.files(ofPackages: packages), rules: report.rules)
        return try ImageTree(tree, ownership: table, epoch: epoch)
    }

    private static func parse(_ job: [UInt8]) throws -> (tree: FinishedTree, rung: Rung, job: Node) {
        let node = try JSON.parse(job, file: "the job", limit: JSON.largestLimit)
        guard let rung = Rung(rawValue: try node.text("rung")), let epoch = node["epoch"]?.integer else {
            throw Failure(.internalError, "the job of the worker is incomplete")
        }
        let tree = FinishedTree(
            base: try node.text("base"), stage: try node.text("stage"),
            packages: (node["packages"]?.sequence ?? []).compactMap(\.string), epoch: epoch)
        return (tree, rung, node)
    }

    private static let tarWorker: Worker.Body = { job, _ in
        let (tree, rung, node) = try parse(job)
        let output = try node.text("output")
        let image = try tree.image(rung: rung)
        signal(SIGPIPE, SIG_IGN)
        let descriptor = try check("open \"\(output)\"") { nlinux_open(output, O_WRONLY | O_CLOEXEC, 0) }
        defer { close(descriptor) }
        try image.writeTar(to: descriptor)
        return []
    }

    private static let listingWorker: Worker.Body = { job, _ in
        let (tree, rung, _) = try parse(job)
        return Array(try tree.image(rung: rung).listing().utf8)
    }

    private static let initramfsWorker: Worker.Body = { job, progress in
        let (finished, rung, node) = try parse(job)
        let tree = try WorkingTree(base: finished.base, stage: finished.stage).open(rung: rung)
        let kernel = try node["kernel"]?.string ?? onlyKernel(tree)
        let result = try Initramfs(
            tree, kernel: kernel, epoch: finished.epoch,
            compression: Initramfs.Compression(rawValue: try node.text("compression")) ?? .zstd,
            modules: (node["modules"]?.sequence ?? []).compactMap(\.string), progress: progress
        ).write(to: try node.text("output"))
        return JSON.bytes([
            "size": .integer(result.size),
            "segments": .array(
                result.segments.map {
                    ["name": .string($0.name), "size": .integer($0.size), "compressed": .integer($0.compressed)]
                }),
        ])
    }

    private static func onlyKernel(_ tree: Tree) throws -> String {
        let versions = try KernelModules.versions(in: tree)
        guard versions.count == 1 else {
            throw Failure(
                .invalidInput,
                versions.isEmpty
                    ? "there is no kernel in the root tree"
                    : "there are several kernels in the root tree: \(versions.joined(separator: ", "))",
                hint: "an image has one kernel: ask for one version of kernel-core in the recipe")
        }
        return versions[0]
    }
}
