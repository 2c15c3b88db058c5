import Boot
public import Disks
import Document
public import Host
import NodeConfig
import Transfer
import Updates
import Verity

/// Puts a release into the slot that does not run, so that whatever happens on the way the slot that runs stays as it is and
/// starts again (the order of research on RAUC, systemd-sysupdate and Mender).
///
/// 1. The slot cannot be started any more: the counters say so, then its entry of the menu goes.
/// 2. The root file system is written straight into it.
/// 3. It is read back from the disk; its hash tree is made of what was read, and its root hash compared.
/// 4. Kernel and initramfs are written to free places and read back; then they get their names, and last the entry of the menu.
/// 5. The configuration that runs is copied for it.
/// 6. The counters make it the next, for so many trial starts.
public struct SlotUpgrade {
    /// How far it came.
    public enum Outcome: String, Sendable {
        /// The release is next to be started.
        case activated
        /// All of it is in the slot; nothing has been switched.
        case prepared
        /// Somebody has ended it; the next run goes on.
        case cancelled
    }

    private let slots: NodeSlots
    private let running: RunningRelease
    private let policy: UpgradePolicy
    private let progress: ProgressSink
    private let isCancelled: () -> Bool

    /// An upgrade of the slot that does not run.
    ///
    /// - Parameter isCancelled: asked often
    public init(
        _ slots: NodeSlots, running: RunningRelease, policy: UpgradePolicy = UpgradePolicy(),
        progress: @escaping ProgressSink = silent, isCancelled: @escaping () -> Bool = { false }
    ) {
        self.slots = slots
        self.running = running
        self.policy = policy
        self.progress = progress
        self.isCancelled = isCancelled
    }

    /// The slot that is written.
    public var target: Slot { slots.running.other }

    /// Refuses a release, before anything is touched.
    ///
    /// - Throws: as `UpgradePolicy.check`; `.incompatible` also when the slot that runs is on trial itself
    public func check(_ content: some ReleaseContent) throws {
        try slots.expectTwoSlots()
        let now = try slots.read()
        guard now.state.map({ $0[slots.running].isGood }) ?? true else {
            throw Failure(
                .incompatible,
                "slot \(slots.running.name), which runs, is on trial itself: nothing would be left to fall back to",
                hint: "wait until it is healthy (nodectl health), or trust it (nodectl slots mark-good)")
        }
        let manifest = content.manifest
        if !policy.retriesFailed, now.entries[target]?.rootHash == manifest.rootHash, now.choice.slot != target,
            let reason = slots.history.fallback(running: slots.running.rawValue)
        {
            throw Failure(
                .nothingToDo, "\(manifest.name) \(manifest.version) is not tried again by itself: \(reason)",
                hint: "\"nodectl upgrade apply\" tries it again")
        }
        try policy.check(
            manifest, after: running, slot: place(target.root).size, tree: place(target.verity).size)
    }

    /// Writes a release into the slot.
    ///
    /// - Parameters:
    ///   - tries: trial starts, 1 to 9
    ///   - activates: whether it is started next; otherwise another run does the rest
    /// - Throws: as `check`; `.busy` while another upgrade goes on; `.signature` when what the disk gives back is not the release;
    ///   what the source throws. What runs is as it was.
    public func run(_ content: some ReleaseContent, tries: Int = BootState.defaultTries, activates: Bool = true) throws
        -> Outcome
    {
        let turn = try UpgradeTurn.take(root: slots.root)
        defer { turn.release() }
        try check(content)
        if try !isComplete(content.manifest) {
            try disable()
            guard try writeRoot(content), try writeFiles(content) else { return .cancelled }
        } else {
            progress(.reused(phase: "slot \(target.name)", note: "holds \(content.manifest.version) already"))
        }
        guard activates else { return .prepared }
        try copyConfiguration()
        try slots.control.change(running: slots.running) { $0.activate(target, tries: tries) }
        slots.note(
            target, "upgraded",
            reason: "\(content.manifest.name) \(content.manifest.version) from \(content.description)")
        return .activated
    }

    private func place(_ role: PartitionRole) throws -> SlotPlace {
        let partition = try slots.disk.partition(of: role)
        let place = try slots.disk.place(of: role)
        return SlotPlace(path: place.path, offset: place.offset, size: partition.size)
    }

    private var folder: String { DiskMenu.folder + "/" + target.rawValue }

    private func phase<Value>(_ name: String, total: Int? = nil, _ body: () throws -> Value) throws -> Value {
        progress(.started(phase: name, total: total, unit: .bytes))
        let value = try during(name) { try body() }
        progress(.finished(phase: name, note: total.map { "\($0 >> 20) MiB" } ?? ""))
        return value
    }

    /// Whether the whole release is in the slot: its entry of the menu comes last. What the disk has of it is read.
    private func isComplete(_ manifest: ReleaseManifest) throws -> Bool {
        let now = try slots.read()
        guard now.startable.contains(target), now.entries[target]?.rootHash == manifest.rootHash else { return false }
        let place = try place(.efi)
        guard let files = try? FATReader(place.path, offset: place.offset) else { return false }
        for file in ReleaseFile.allCases {
            let bytes = try? files.read(folder + "/" + file.rawValue)
            guard bytes.map({ Checksum.of($0) }) == manifest.file(file.rawValue)?.sha256 else { return false }
        }
        return (try? slots.verify(target, progress: progress)) != nil
    }

    /// From here on the slot that runs is the only one that can be started.
    private func disable() throws {
        try phase("clearing slot \(target.name)") {
            try slots.control.change(running: slots.running) { $0.clear(target, running: slots.running) }
            let place = try place(.efi)
            var system = try FATEditor(place.path, offset: place.offset)
            try system.remove(["slot.cfg", "troubleshooting.cfg"], from: folder)
            try system.remove(from: folder)
        }
    }

    private func writeRoot(_ content: some ReleaseContent) throws -> Bool {
        let manifest = content.manifest
        guard let file = manifest.file("root.squashfs") else {
            throw Failure(.internalError, "a release without a root")
        }
        let (data, hashes) = (try place(target.root), try place(target.verity))
        guard try content.writeRoot(to: data, progress: progress, isCancelled: isCancelled) else { return false }
        let disk = try DiskFile(data.path)
        try disk.sync()
        try disk.forgetCached()
        return try phase("reading slot \(target.name) back", total: file.size) {
            let name = "reading slot \(target.name) back"
            let tree = try VerityTree(size: file.size, seed: VerityTree.Seed(file.sha256)) { done in
                progress(.advanced(phase: name, done: done, total: file.size))
            } read: {
                try File.read(data.path, at: data.offset + $0, count: $1)
            }
            guard tree.rootHash == manifest.rootHash else {
                throw Failure(
                    .signature,
                    "what the disk gives back is not \(manifest.name) \(manifest.version): its root hash is \(tree.rootHash)",
                    hint: "try again; when that does not help, the disk is not reliable")
            }
            let other = try DiskFile(hashes.path)
            try other.write(tree.bytes, at: hashes.offset)
            try other.sync()
            try other.forgetCached()
            guard try File.read(hashes.path, at: hashes.offset, count: tree.bytes.count) == tree.bytes else {
                throw Failure(
                    .device, "the disk gives back another hash tree than was written", hint: "this disk is not reliable"
                )
            }
            return true
        }
    }

    private func writeFiles(_ content: some ReleaseContent) throws -> Bool {
        let manifest = content.manifest
        let entry = SlotEntry(
            slot: target, title: "\(manifest.name) \(manifest.version)", rootHash: manifest.rootHash,
            layout: try slots.disk.layout, kernelArguments: manifest.kernelArguments, grows: slots.grows)
        let place = try place(.efi)
        var system = try FATEditor(place.path, offset: place.offset)
        var files: [(name: String, space: FATEditor.Space)] = []
        for file in ReleaseFile.allCases {
            guard let wanted = manifest.file(file.rawValue) else {
                throw Failure(.internalError, "the release lacks \"\(file.rawValue)\"")
            }
            let space = try system.allocate(wanted.size)
            let places = space.places.map { SlotPlace(path: place.path, offset: $0.lowerBound, size: $0.count) }
            let isWritten = try during("writing \(file.rawValue)") {
                try content.write(file, to: places, progress: progress, isCancelled: isCancelled)
            }
            guard isWritten else { return false }
            try compare(places, with: wanted)
            files.append((file.rawValue, space))
        }
        try system.add(files, to: folder)
        let menus = try [("troubleshooting.cfg", entry.troubleshooting), ("slot.cfg", entry.menu)].map { name, text in
            let space = try system.allocate(text.utf8.count)
            try system.write(Array(text.utf8), to: space)
            return (name, space)
        }
        try system.add(menus, to: folder)
        return true
    }

    /// Reads a file from the disk itself.
    private func compare(_ places: [SlotPlace], with wanted: ReleaseManifest.File) throws {
        var digest = Digest(.sha256)
        for place in places {
            let disk = try DiskFile(place.path)
            try disk.forgetCached()
            for start in stride(from: 0, to: place.size, by: 1 << 20) {
                digest.update(try disk.read(min(1 << 20, place.size - start), at: place.offset + start))
            }
        }
        guard digest.finish() == wanted.sha256 else {
            throw Failure(
                .signature, "\(wanted.name) is not what the release names",
                hint: "try again; the source may have changed")
        }
    }

    /// The release starts with what is in force now; what is changed here until then stays here.
    private func copyConfiguration() throws {
        guard let state = StatePartition.folder(root: slots.root) else { return }
        func store(_ slot: Slot) -> ConfigurationStore {
            ConfigurationStore(folder: Path.join(state, "config/" + slot.rawValue))
        }
        guard let current = store(slots.running).current(warn: slots.warn),
            let configuration = NodeConfiguration.read(current.input.tree, Diagnostics())
        else { return }
        _ = try during("copying the configuration for slot \(target.name)") {
            try store(target).write(configuration, by: "nodectl upgrade", sources: current.generation.sources)
        }
    }
}
