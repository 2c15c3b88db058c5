import Host
import Packages
import Transfer

/// What differs between two artefacts: packages, files, bytes, kernel and its arguments.
public struct ArtefactDifference: Sendable {
    /// A package that is not the same in both.
    struct PackageChange: Sendable, Equatable {
        enum Kind: String, Sendable, CaseIterable { case added, removed, upgraded, downgraded, rebuilt }

        let kind: Kind
        let name: String
        let old: String?
        let new: String?
        /// How many bytes more it takes in the image.
        let bytes: Int
    }

    /// A path that is not the same in both.
    struct FileChange: Sendable, Equatable {
        enum Kind: String, Sendable, CaseIterable { case added, removed, changed }

        let kind: Kind
        let path: String
        let old: Int?
        let new: Int?
        /// What changed: `content`, `mode`, `owner`, `target`.
        let what: [String]

        /// How many bytes more.
        var bytes: Int { (new ?? 0) - (old ?? 0) }
    }

    /// A number of bytes in both.
    struct SizeChange: Sendable, Equatable {
        let name: String
        let old: Int
        let new: Int
    }

    let old: ArtefactInspection
    let new: ArtefactInspection
    let sizes: [SizeChange]
    let packages: [PackageChange]
    /// The largest change of size first.
    let files: [FileChange]
    let argumentsAdded: [String]
    let argumentsRemoved: [String]

    /// Whether nothing was found that differs.
    public var isEmpty: Bool {
        packages.isEmpty && files.isEmpty && argumentsAdded.isEmpty && argumentsRemoved.isEmpty
            && sizes.allSatisfy { $0.old == $0.new } && old.kernels.map(\.version) == new.kernels.map(\.version)
    }

    /// Compares two artefacts of any kind.
    ///
    /// - Throws: `.invalidInput` when one of them is none, or damaged
    public init(old: String, new: String, progress: @escaping ProgressSink = silent) throws {
        let before = try Self.side(old, progress)
        let after = try Self.side(new, progress)
        // Equal root file systems need no look at their files.
        let same = before.checksum == after.checksum
        let files =
            same ? [] : Self.changes(try Self.state(old, progress), try Self.state(new, progress))
        self.init(old: before.inspection, new: after.inspection, files: files)
    }

    init(old: ArtefactInspection, new: ArtefactInspection, files: [FileChange]) {
        self.old = old
        self.new = new
        self.files = files.sorted { (abs($1.bytes), $0.path) < (abs($0.bytes), $1.path) }
        packages = Self.changes(old, new)
        func total(_ inspection: ArtefactInspection) -> [(String, Int)] {
            [
                ("artefact", inspection.size), ("root file system", inspection.roots.first?.part.size ?? 0),
                ("root, uncompressed", inspection.roots.first?.bytes ?? 0),
                ("initramfs", inspection.initramfs.first?.part.size ?? 0),
                ("kernel", inspection.kernels.first?.part.size ?? 0),
            ]
        }
        sizes = zip(total(old), total(new)).map { SizeChange(name: $0.0, old: $0.1, new: $1.1) }
        // Of an image without a manifest only the boot entries are known; those have more in them than the recipe's.
        let isKnown = old.manifest != nil && new.manifest != nil
        let before = Self.arguments(old, fromManifest: isKnown)
        let after = Self.arguments(new, fromManifest: isKnown)
        argumentsAdded = after.filter { !before.contains($0) }
        argumentsRemoved = before.filter { !after.contains($0) }
    }

    private static func side(_ path: String, _ progress: @escaping ProgressSink) throws -> (
        inspection: ArtefactInspection, checksum: Checksum?
    ) {
        try during("inspecting \"\(path)\"") {
            try ArtefactContents.with(path, progress: progress) { contents in
                let checksum = try contents.roots.first.map { root in
                    var digest = Digest()
                    for start in stride(from: 0, to: root.size, by: 1 << 20) {
                        digest.update(try root.region.read(min(1 << 20, root.size - start), at: start))
                    }
                    return digest.finish()
                }
                return (try ArtefactInspection(contents, progress: progress), checksum)
            }
        }
    }

    // MARK: - Packages

    private static func changes(_ old: ArtefactInspection, _ new: ArtefactInspection) -> [PackageChange] {
        func byName(_ inspection: ArtefactInspection) -> [String: [PackageFacts]] {
            Dictionary(grouping: inspection.packages) { "\($0.name).\($0.architecture)" }
        }
        func sizes(_ inspection: ArtefactInspection) -> [String: ImageManifest.Package] {
            Dictionary((inspection.manifest?.packages ?? []).map { ($0.facts.nevra, $0) }) { first, _ in first }
        }
        let before = byName(old)
        let after = byName(new)
        let (oldSizes, newSizes) = (sizes(old), sizes(new))
        func bytes(_ facts: PackageFacts?, _ known: [String: ImageManifest.Package]) -> Int {
            facts.map { known[$0.nevra]?.bytes ?? $0.installedSize } ?? 0
        }
        return Set(before.keys).union(after.keys).sorted().flatMap { key -> [PackageChange] in
            // Several versions of one package (kernels) are compared as they are sorted.
            let left = before[key] ?? []
            let right = after[key] ?? []
            let common = Set(left.map(\.nevra)).intersection(right.map(\.nevra))
            var removed = left.filter { !common.contains($0.nevra) }
            var added = right.filter { !common.contains($0.nevra) }
            var changes: [PackageChange] = []
            while let one = removed.first, let other = added.first {
                removed.removeFirst()
                added.removeFirst()
                changes.append(
                    PackageChange(
                        kind: one.isOlder(than: other) ? .upgraded : .downgraded, name: one.name, old: one.nevra,
                        new: other.nevra, bytes: bytes(other, newSizes) - bytes(one, oldSizes)))
            }
            changes += removed.map {
                PackageChange(kind: .removed, name: $0.name, old: $0.nevra, new: nil, bytes: -bytes($0, oldSizes))
            }
            changes += added.map {
                PackageChange(kind: .added, name: $0.name, old: nil, new: $0.nevra, bytes: bytes($0, newSizes))
            }
            for nevra in common.sorted() {
                guard let one = oldSizes[nevra], let other = newSizes[nevra], one.checksum != other.checksum else {
                    continue
                }
                changes.append(
                    PackageChange(
                        kind: .rebuilt, name: one.facts.name, old: nevra, new: nevra, bytes: other.bytes - one.bytes))
            }
            return changes
        }
    }

    /// The recipe's kernel arguments, or those of the first boot entry.
    private static func arguments(_ inspection: ArtefactInspection, fromManifest: Bool) -> [String] {
        if fromManifest { return inspection.manifest?.kernelArguments ?? [] }
        return inspection.bootEntries.first { $0.kernel != nil }?.arguments ?? []
    }

    // MARK: - Files

    /// Everything about the files of an artefact that is compared.
    struct FileState: Sendable {
        let entries: [String: RootFileSystem.Entry]
        let digests: [String: String]
    }

    private static func state(_ path: String, _ progress: @escaping ProgressSink) throws -> FileState {
        try during("reading the files of \"\(path)\"") {
            try ArtefactContents.with(path, progress: progress) { contents in
                guard let root = contents.roots.first else { return FileState(entries: [:], digests: [:]) }
                let entries = Dictionary(try root.entries().map { ($0.path, $0) }) { first, _ in first }
                return FileState(entries: entries, digests: try FileDigests(root, progress: progress).digests)
            }
        }
    }

    static func changes(_ old: FileState, _ new: FileState) -> [FileChange] {
        Set(old.entries.keys).union(new.entries.keys).compactMap { path -> FileChange? in
            let before = old.entries[path]
            let after = new.entries[path]
            guard let before, let after else {
                return FileChange(
                    kind: before == nil ? .added : .removed, path: path, old: before?.size, new: after?.size, what: [])
            }
            var what: [String] = []
            if before.mode.first != after.mode.first {
                what.append("kind")
            } else if before.isFile, before.size != after.size || old.digests[path] != new.digests[path] {
                what.append("content")
            }
            if before.mode.dropFirst() != after.mode.dropFirst() { what.append("mode") }
            if before.owner != after.owner { what.append("owner") }
            if before.target != after.target { what.append("target") }
            if what.isEmpty { return nil }
            return FileChange(kind: .changed, path: path, old: before.size, new: after.size, what: what)
        }
    }
}
