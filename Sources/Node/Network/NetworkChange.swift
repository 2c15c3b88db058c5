import Bus
import Glibc
import Host
import NodeConfig

/// Changes of the network that undo themselves unless somebody confirms them.
///
/// Four things can end a change: `confirm`; `revert`; NetworkManager's own timer, which needs no process of ours; and a
/// restart, because nothing outside of memory is written before the change is confirmed.
public struct NetworkChange {
    /// Where a change stands.
    public enum State: Sendable {
        /// In force, and to be confirmed.
        case waiting
        /// Confirmed, but whoever confirmed it was stopped before the end of the work.
        case confirmed
        /// Confirmed.
        case kept
        /// Gone back from.
        case reverted
        /// Its checkpoint is gone: the time is over, or NetworkManager was started again.
        case lost
    }

    private static let kept = "kept"

    private static let folder = "/run/nodewright/change"

    /// Whether there is a change that has not come to its end.
    static var isRecorded: Bool { File.exists(Path.join(Self.folder, "pending.json")) }

    /// When the change that waits was made, on the clock of `LoginSession`; nil when none waits.
    public static func begun() -> Double? { PendingChange(file: Path.join(folder, "pending.json"))?.begun }

    private let bus: BusConnection
    private let profiles: ProfileFolder
    private let progress: ProgressSink

    var manager: NetworkManager { NetworkManager(bus) }
    private var activation: ProfileActivation {
        ProfileActivation(manager: manager, profiles: profiles, progress: progress)
    }
    private var pendingFile: String { Path.join(Self.folder, "pending.json") }
    private var outcomeFile: String { Path.join(Self.folder, "outcome") }
    /// The whole configuration of the change that waits, for whoever confirms it.
    public var candidateFile: String { Path.join(Self.folder, "node.yaml") }

    /// The network of the running node.
    ///
    /// - Throws: when the bus does not answer
    public init(progress: @escaping ProgressSink = silent) throws {
        // Going back takes down and brings up every device, and NetworkManager answers afterwards.
        bus = try BusConnection(timeout: 30)
        profiles = ProfileFolder()
        self.progress = progress
    }

    /// Held while a change begins or ends.
    private static func lock(root: String = "/") throws -> FileLock {
        let folder = Path.join(root, Self.folder)
        try Folder.create(folder, mode: 0o700)
        return try FileLock(Path.join(folder, "lock"))
    }

    /// Runs what stores a configuration; no change begins or ends meanwhile.
    ///
    /// - Parameter root: `/`, or a fixture
    /// - Throws: `.busy` when there is a change that has not come to its end: what it has stored at last would be all that counts
    @discardableResult
    public static func withoutChange<Value>(root: String = "/", _ body: () throws -> Value) throws -> Value {
        let lock = try Self.lock(root: root)
        defer { lock.release() }
        guard !File.exists(Path.join(root, Path.join(Self.folder, "pending.json"))) else {
            throw Failure(
                .busy, "a change of the network waits to be confirmed, and would be stored over this",
                hint: "\"nodectl confirm\" keeps it, \"nodectl confirm --revert\" takes it back; then try again")
        }
        return try body()
    }

    /// The cards that a configuration means, and what would have to change.
    ///
    /// - Throws: when a card is not there
    public func plan(_ configuration: NodeConfiguration) throws -> (NetworkPlan, NodeConfiguration) {
        let (devices, linked) = try devices()
        let cards = try NetworkCards(configuration.network, among: devices, linked: linked)
        var pinned = configuration
        // A document without interfaces leaves the network to NetworkManager, with whatever it does by itself.
        if !configuration.network.interfaces.isEmpty { pinned.network = cards.pinned }
        let wanted = try NetworkProfiles(pinned, kernelNames: cards.kernelNames)
        return (NetworkPlan(wanted, in: profiles, cards: Set(cards.kernelNames.values)), pinned)
    }

    /// NetworkManager's devices, each with the address it was made with, and the names of those on which our profiles are up.
    ///
    /// A virtual card has no permanent address, and has that of its bond while it belongs to one; NetworkManager compares
    /// profiles with the address that it met first, and notes that down for its next start.
    func devices() throws -> (all: [NetworkManager.Device], linked: [String: String]) {
        let snapshot = try manager.snapshot()
        let all = snapshot.devices.map { device in
            guard !device.knowsPermanentAddress else { return device }
            let state = "/run/NetworkManager/devices/\(if_nametoindex(device.name))"
            let lines = ((try? File.readText(state, limit: 1 << 16)) ?? "").split(separator: "\n")
            let key = "perm-hw-addr-fake="
            var device = device
            if let line = lines.first(where: { $0.hasPrefix(key) }) {
                device.permanentAddress = line.dropFirst(key.count).lowercased()
            }
            return device
        }
        return (all, snapshot.linked)
    }

    /// Where the change stands that `begin` has made; waits for whoever is about to end it, so that what is seen half-done has
    /// been left so.
    public func state() throws -> State {
        let lock = try Self.lock()
        defer { lock.release() }
        guard let pending = PendingChange(file: pendingFile) else {
            return SystemFile.line(outcomeFile) == Self.kept ? .kept : .reverted
        }
        if pending.isConfirmed { return .confirmed }
        return try isAlive(pending) ? .waiting : .lost
    }

    private func isAlive(_ pending: PendingChange) throws -> Bool {
        guard manager.owner == pending.owner else { return false }
        return try manager.snapshot().checkpoints.contains(pending.checkpoint)
    }

    /// Changes the network within a checkpoint.
    ///
    /// - Parameters:
    ///   - timeout: seconds until NetworkManager goes back by itself
    ///   - candidate: the document that confirming will store
    /// - Throws: when NetworkManager refuses it; everything is as before then
    public func begin(_ plan: NetworkPlan, timeout: Int, candidate: String) throws {
        let lock = try Self.lock()
        defer { lock.release() }
        if let earlier = PendingChange(file: pendingFile) {
            guard try !earlier.isConfirmed && !isAlive(earlier) else {
                throw Failure(
                    .busy, "another change of the network waits to be confirmed",
                    hint: "\"nodectl confirm\" keeps it, \"nodectl confirm --revert\" takes it back")
            }
            try goBack(earlier)
        }
        try File.remove(outcomeFile)
        guard let owner = manager.owner else { throw Failure(.device, "NetworkManager is not running") }
        let before = try manager.snapshot()
        let names = Dictionary(before.devices.map { ($0.path, $0.name) }) { $1 }
        let files = Dictionary(before.profiles.map { ($0.path, $0.file) }) { $1 }
        let pending = PendingChange(
            checkpoint: try manager.createCheckpoint(timeout: timeout), owner: owner, added: plan.added.map(\.file),
            removed: plan.removed,
            before: before.activations.filter { $0.state == .activated }.flatMap { activation in
                activation.devices.compactMap { names[$0] }.map {
                    .init(device: $0, file: Path.name(files[activation.profile] ?? ""))
                }
            },
            madeDevices: plan.profiles.all.compactMap(\.madeDevice).filter { !names.values.contains($0) },
            begun: LoginSession.now())
        do {
            try File.write(candidateFile, candidate, mode: 0o600)
            try pending.write(pendingFile)
            ChangeTimer.start(seconds: timeout)
            try activation.switchOver(to: plan, from: before)
        } catch {
            try? goBack(pending)
            throw error
        }
    }

    /// Gives whoever confirms the whole time again, from now on.
    public func restartTimer(_ seconds: Int) throws {
        guard let pending = PendingChange(file: pendingFile) else { return }
        try manager.adjustCheckpoint(pending.checkpoint, timeout: seconds)
        ChangeTimer.start(seconds: seconds)
    }

    /// Keeps the change that waits.
    ///
    /// - Parameter prepare: reads the candidate, while there still is a way back, and gives what writes that which outlasts a
    ///   restart; this is called last
    /// - Throws: `.nothingToDo` when nothing waits
    public func confirm(_ prepare: (_ candidate: String) throws -> () throws -> Void) throws {
        let lock = try Self.lock()
        defer { lock.release() }
        guard var pending = PendingChange(file: pendingFile) else {
            throw Failure(.nothingToDo, "no change of the network waits to be confirmed")
        }
        let store = try prepare(try File.readText(candidateFile, limit: 4 << 20))
        if !pending.isConfirmed {
            guard try isAlive(pending) else {
                try goBack(pending)
                throw Failure(
                    .nothingToDo, "the time to confirm is over: the network is as it was before the change",
                    hint: "apply it again, with a longer --timeout")
            }
            pending.isConfirmed = true
            try pending.write(pendingFile)
        }
        // From here on there is no way back; whoever is stopped in between goes on at the next call.
        if try isAlive(pending) { try manager.destroyCheckpoint(pending.checkpoint) }
        for file in pending.removed where !pending.added.contains(file) { try profiles.remove(file) }
        if !pending.removed.isEmpty { try manager.load(profiles.paths(pending.removed)) }
        try activation.removeTemporary()
        try store()
        try File.remove(candidateFile)
        try File.write(outcomeFile, Self.kept + "\n")
        try File.remove(pendingFile)
        ChangeTimer.stop()
    }

    /// Takes the change that waits back, now.
    ///
    /// - Throws: `.nothingToDo` when nothing waits
    public func revert() throws {
        let lock = try Self.lock()
        defer { lock.release() }
        guard let pending = PendingChange(file: pendingFile), !pending.isConfirmed else {
            throw Failure(.nothingToDo, "no change of the network waits to be confirmed")
        }
        try goBack(pending)
    }

    private func goBack(_ pending: PendingChange) throws {
        // Systemd starts NetworkManager again after a crash; what it finds then is still the new network.
        let end = monotonicSeconds() + 30
        while manager.owner == nil, monotonicSeconds() < end { usleep(200_000) }
        try activation.goBack(pending, hasCheckpoint: try isAlive(pending))
        try File.remove(candidateFile)
        try File.remove(pendingFile)
        ChangeTimer.stop()
    }
}
