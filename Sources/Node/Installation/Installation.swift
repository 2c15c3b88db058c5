import Boot
import Disks
import Host
import NodeConfig
import Transfer
import Verity

/// Carries out a plan (research order: what makes the disk start comes last, so that an installation which was interrupted is a
/// disk that nothing starts from, and that says so to the next installation).
public struct Installation: Sendable {
    private static let untouched = "what was on this disk is still there"

    private let plan: InstallationPlan
    private let root: String
    private let progress: ProgressSink

    /// How it went.
    public struct Result: Sendable {
        /// The hash over the root file system.
        public let rootHash: String
        /// What did not work and is not needed.
        public let warnings: [String]
    }

    /// - Parameters:
    ///   - root: `/`, or a fixture: where the firmware's variables are
    ///   - progress: hears phases and bytes
    public init(_ plan: InstallationPlan, root: String = "/", progress: @escaping ProgressSink = silent) {
        self.plan = plan
        self.root = root
        self.progress = progress
    }

    /// Writes the disk.
    ///
    /// - Throws: `.busy` when somebody uses it by now; `.device` when it cannot be written or gives back something else
    public func run() throws -> Result {
        let path = plan.disk.path
        let claim = try DiskClaim(path)
        return try during("installing to \"\(path)\"") {
            let disk = try DiskFile(path)
            if plan.keepsState { try hinting(Self.untouched) { try keepConfiguration() } }
            return try hinting("nothing starts from this disk now; run the installation again") {
                try write(disk, claim)
            }
        }
    }

    /// Runs `body`; a failure that leaves it without a hint gets this one.
    private func hinting<Value>(_ hint: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let failure as Failure where failure.hint == nil {
            throw Failure(failure.status, failure.message, hint: hint, details: failure.details)
        }
    }

    /// Before anything is lost: whether the state can be used at all.
    private func keepConfiguration() throws {
        let path = plan.disk.path
        // After an installation that was interrupted, slot A has what that one has chosen.
        let control =
            plan.disk.unfinished == nil ? plan.layout[.efi].map { GRUBBootControl(path, offset: $0.start) } : nil
        // The one that would start next has the configuration of the node; the other's may be old.
        let slot = (try? control?.read())?.choice.slot ?? .a
        try StoredState(disk: path, partition: part(.state))
            .configureFirstSlot(plan.configuration, sources: plan.sources, or: slot)
    }

    private func write(_ disk: DiskFile, _ claim: DiskClaim) throws -> Result {
        let state = try part(.state)
        try clear(disk, claim)
        let tree = try writeRoot(disk)
        let files = plan.files(rootHash: tree.rootHash)
        try writeSystemPartition(files, disk)
        if !plan.keepsState { try makeState(state) }
        try disk.sync()
        try verify(tree, files, disk)
        try finish(disk, claim)
        return Result(rootHash: tree.rootHash, warnings: try announce(claim))
    }

    private func part(_ role: PartitionRole) throws -> Partition {
        guard let partition = plan.layout[role] else { throw Failure(.internalError, "the layout lacks \(role.name)") }
        return partition
    }

    private func phase<Value>(_ name: String, total: Int? = nil, _ body: () throws -> Value) throws -> Value {
        progress(.started(phase: name, total: total, unit: .bytes))
        let value = try during(name) { try body() }
        progress(.finished(phase: name, note: total.map { "\($0 >> 20) MiB" } ?? ""))
        return value
    }

    /// Takes away whatever started the disk, or could be taken for something later.
    private func clear(_ disk: DiskFile, _ claim: DiskClaim) throws {
        try phase("clearing the disk") {
            try hinting(Self.untouched) {
                try UnfinishedMark.write(plan.keepsState ? .besideState : .anew, to: disk)
                try disk.sync()
            }
            try disk.clearBoot(plan.disk.parts.compactMap(\.partition))
            if !plan.keepsState {
                // The table, then what its partitions hold.
                try disk.clear(UnfinishedMark.place.lowerBound, at: 0)
                try disk.clear(
                    DiskLayout.alignment - UnfinishedMark.place.upperBound, at: UnfinishedMark.place.upperBound)
                try disk.clear(DiskLayout.alignment, at: plan.disk.size / 512 * 512 - DiskLayout.alignment)
                try disk.sync()
                for partition in plan.layout.partitions {
                    try disk.clear(DiskLayout.alignment, at: partition.start)
                    try disk.clear(DiskLayout.alignment, at: partition.start + partition.size - DiskLayout.alignment)
                }
            }
            try disk.sync()
            if !plan.keepsState { claim.forgetPartitions() }
        }
    }

    private func writeRoot(_ disk: DiskFile) throws -> VerityTree {
        let source = plan.source
        let slot = try part(.rootA)
        let seed = try phase("reading the running system", total: source.rootSize) {
            VerityTree.Seed(try checksum(of: source.root, size: source.rootSize))
        }
        return try phase("writing slot A", total: source.rootSize) {
            let tree = try VerityTree(size: source.rootSize, seed: seed) { done in
                progress(.advanced(phase: "writing slot A", done: done, total: source.rootSize))
            } read: { offset, count in
                let bytes = try File.read(source.root, at: offset, count: count)
                try disk.write(bytes, at: slot.start + offset)
                return bytes
            }
            try disk.write(tree.bytes, at: part(.rootAVerity).start)
            try disk.sync()
            return tree
        }
    }

    private func checksum(of path: String, size: Int) throws -> Checksum {
        var digest = Digest()
        for offset in stride(from: 0, to: size, by: 1 << 20) {
            digest.update(try File.read(path, at: offset, count: min(1 << 20, size - offset)))
        }
        return digest.finish()
    }

    private func writeSystemPartition(_ files: [FATFile], _ disk: DiskFile) throws {
        try phase("writing the EFI system partition") {
            let partition = try part(.efi)
            let identifier = UUID.random()
            try FATWriter.write(
                files, to: disk, offset: partition.start, size: partition.size, sector: plan.disk.logicalSector,
                label: "ESP", serial: identifier.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
                epoch: wallClockSeconds(),
                skipsZeros: false)
        }
    }

    private func makeState(_ partition: Partition) throws {
        try phase("making the state partition") {
            try Folder.withTemporary(in: "/run", prefix: "nodewright-state") { folder in
                if let configuration = plan.configuration {
                    try ConfigurationStore(folder: Path.join(folder, "config/a"))
                        .write(configuration, by: "nodectl install", sources: plan.sources)
                }
                try StateFileSystem.make(
                    on: plan.disk.path, partition: partition, identifier: .random(), content: folder, isNew: false,
                    progress: progress)
            }
        }
    }

    /// Reads everything back from the disk itself.
    private func verify(_ tree: VerityTree, _ files: [FATFile], _ disk: DiskFile) throws {
        let path = plan.disk.path
        let size = plan.source.rootSize
        try disk.forgetCached()
        try phase("verifying", total: size) {
            func damage(_ what: String) -> Failure {
                Failure(
                    .device, "the disk gave back something else than was written (\(what))",
                    hint: "this disk is not reliable: use another one")
            }
            let slot = try part(.rootA)
            let found = try VerityTree(size: size, like: tree) { done in
                progress(.advanced(phase: "verifying", done: done, total: size))
            } read: {
                try File.read(path, at: slot.start + $0, count: $1)
            }
            guard found.rootHash == tree.rootHash else { throw damage("slot A") }
            guard try File.read(path, at: part(.rootAVerity).start, count: tree.bytes.count) == tree.bytes else {
                throw damage("its hash tree")
            }
            let reader = try FATReader(path, offset: part(.efi).start)
            for file in files {
                guard try reader.read(file.path) == file.content.read() else { throw damage(file.path) }
            }
            try StateFileSystem.verify(on: path, partition: part(.state), progress: progress)
        }
    }

    /// Makes the disk one that starts: GRUB's core image, the table, and last the boot code, which making a table clears.
    private func finish(_ disk: DiskFile, _ claim: DiskClaim) throws {
        try phase("writing the partition table") {
            let bios = plan.source.files.bios
            // BIOS knows no sectors of 4096 bytes.
            let startsWithBIOS = plan.disk.logicalSector == 512
            if startsWithBIOS { try bios.writeCoreImage(to: disk, layout: plan.layout) }
            try disk.sync()
            if !plan.keepsState { try PartitionTable.write(plan.layout, to: plan.disk.path) }
            try disk.sync()
            if startsWithBIOS { try bios.writeBootSector(to: disk, layout: plan.layout) }
            try disk.forgetCached()
            let table = try PartitionTable.read(plan.disk.path)
            guard table?.partitions == plan.layout.partitions else {
                throw Failure(.device, "the disk did not keep its partition table", hint: "use another disk")
            }
            try UnfinishedMark.write(nil, to: disk)
            try disk.sync()
        }
    }

    /// Tells the kernel and the firmware. The disk starts without either.
    private func announce(_ claim: DiskClaim) throws -> [String] {
        var warnings: [String] = []
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch { warnings.append("\(error)") }
        }
        attempt { try claim.announcePartitions() }
        if let firmware = FirmwareEntry(root: root) {
            let before = plan.disk.parts.compactMap(\.partition).filter { $0.role == .efi }.compactMap(\.identifier)
            attempt { try firmware.add(part(.efi), sector: plan.disk.logicalSector, replaced: before) }
        }
        return warnings
    }
}
