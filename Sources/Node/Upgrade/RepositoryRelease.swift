import Boot
import CLinux
import Delta
import Disks
import Glibc
public import Host
import Transfer
public import Updates
import Verity

/// A release in an update repository, of which only what is not on this machine already is fetched.
public struct RepositoryRelease: ReleaseContent {
    /// What it is made of.
    public let manifest: ReleaseManifest
    private let path: String
    private let repository: UpgradeRepository
    /// Where older content lies: the running slot.
    private var seeds: [String: [SlotPlace]] = [:]

    init(_ manifest: ReleaseManifest, path: String, in repository: UpgradeRepository) {
        self.manifest = manifest
        self.path = path
        self.repository = repository
    }

    /// The repository.
    public var description: String { repository.place }

    /// The same, with what the running slot holds as what need not be fetched.
    public func seeded(by slots: NodeSlots) -> RepositoryRelease {
        var seeded = self
        guard let root = try? slots.disk.partition(of: slots.running.root),
            let place = try? slots.disk.place(of: slots.running.root),
            let tree = try? slots.disk.place(of: slots.running.verity),
            let header = try? File.read(tree.path, at: tree.offset, count: 512)
        else { return self }
        // The partition may be larger than what is in it.
        let size = min(VerityTree.dataSize(header: header) ?? root.size, root.size)
        seeded.seeds["root.squashfs"] = [SlotPlace(path: place.path, offset: place.offset, size: size)]
        if let system = try? slots.disk.place(of: .efi), let files = try? FATReader(system.path, offset: system.offset)
        {
            for file in ReleaseFile.allCases {
                let places = try? files.places(DiskMenu.folder + "/" + slots.running.rawValue + "/" + file.rawValue)
                seeded.seeds[file.rawValue] = (places ?? []).map {
                    SlotPlace(path: system.path, offset: $0.lowerBound, size: $0.count)
                }
            }
        }
        return seeded
    }

    /// Assembles the root file system in its partition.
    public func writeRoot(
        to place: SlotPlace, progress: @escaping ProgressSink, isCancelled: @escaping () -> Bool
    ) throws -> Bool {
        try assemble("root.squashfs", into: [place], progress, isCancelled)
    }

    /// Assembles a file.
    public func write(
        _ file: ReleaseFile, to places: [SlotPlace], progress: @escaping ProgressSink, isCancelled: @escaping () -> Bool
    ) throws -> Bool {
        try assemble(file.rawValue, into: places, progress, isCancelled)
    }

    private func assemble(
        _ name: String, into places: [SlotPlace], _ progress: @escaping ProgressSink,
        _ isCancelled: @escaping () -> Bool
    ) throws -> Bool {
        guard let file = manifest.file(name), let path = places.first?.path else {
            throw Failure(.internalError, "a release without \(name)")
        }
        let descriptor = try check("open \"\(path)\"") {
            nlinux_open(path, O_RDWR | O_CLOEXEC, 0)
        }
        defer { close(descriptor) }
        let progress = Self.named(name, progress)
        let target = AssemblyTarget(
            descriptor: descriptor, name: path, places: places.map { $0.offset..<$0.offset + $0.size })
        let assembly = Assembly(
            try index(file), into: target,
            seeds: (seeds[name] ?? []).compactMap {
                try? FileRegion($0.path, offset: $0.offset, length: $0.size)
            }, progress: progress, isCancelled: isCancelled)
        guard let plan = try assembly.plan() else { return false }
        let source = plan.ranges.isEmpty ? nil : try repository.parts(beside(name), size: file.size)
        return try assembly.run(plan, from: source).isComplete
    }

    /// Says which file the phases of an assembly are about.
    private static func named(_ file: String, _ progress: @escaping ProgressSink) -> ProgressSink {
        @Sendable func phase(_ name: String) -> String {
            switch name {
            case "compare": "comparing \(file)"
            case "copy": "copying what is here of \(file)"
            case "download": "downloading \(file)"
            default: name
            }
        }
        return { event in
            switch event {
            case .started(let name, let total, let unit):
                progress(.started(phase: phase(name), total: total, unit: unit))
            case .advanced(let name, let done, let total):
                progress(.advanced(phase: phase(name), done: done, total: total))
            case .finished(let name, let note): progress(.finished(phase: phase(name), note: note))
            case .reused, .warning, .command: progress(event)
            }
        }
    }

    private func beside(_ name: String) -> String { ReleasePath.beside(path, name) }

    /// The chunks of a file, of which publishing makes an index.
    private func index(_ file: ReleaseManifest.File) throws -> ChunkIndex {
        guard let name = ReleaseManifest.chunkIndex(of: file.name),
            let bytes = try repository.small(beside(name), limit: ChunkIndex.limit)
        else {
            throw Failure(
                .incompatible, "\(manifest.name) \(manifest.version) has no chunk index of \(file.name)",
                hint: "publish it again with this nodewright")
        }
        return try ChunkIndex(bytes, named: name, length: file.size)
    }
}
