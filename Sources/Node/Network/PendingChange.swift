import Document
import Host

/// A change of the network that nobody has confirmed yet, as it lies in memory (`/run`): whoever confirms it or goes back need not be
/// the process that made it.
struct PendingChange: Hashable {
    /// What a device ran before.
    struct Before: Hashable {
        /// The kernel's name of the device.
        let device: String
        /// The profile's file; empty when it had none.
        let file: String
    }

    /// NetworkManager's checkpoint.
    var checkpoint: String
    /// NetworkManager's number on the bus: the checkpoints of an earlier start are gone.
    var owner: String
    /// Files of the new profiles.
    var added: [String]
    /// Files of the old profiles that go when the change is confirmed.
    var removed: [String]
    /// What the devices ran before.
    var before: [Before]
    /// Devices that only the new profiles have made.
    var madeDevices: [String]
    /// When it was made, in seconds after the start of the machine.
    var begun: Double
    /// Whether it has been confirmed, and only the rest of the work is left.
    var isConfirmed = false

    /// Reads it; nil when there is none, or what lies there is not ours.
    init?(file: String) {
        guard File.kind(file) == .regular, let bytes = try? File.read(file, limit: 1 << 20),
            let node = try? JSON.parse(bytes, file: file)
        else { return nil }
        func texts(_ key: String) -> [String] { (node[key]?.sequence ?? []).compactMap(\.string) }
        guard let checkpoint = node["checkpoint"]?.string, let owner = node["owner"]?.string else { return nil }
        self.init(
            checkpoint: checkpoint, owner: owner, added: texts("added"), removed: texts("removed"),
            before: zip(texts("devices"), texts("files")).map { Before(device: $0, file: $1) },
            madeDevices: texts("made"), begun: node["begun"]?.string.flatMap { Double($0) } ?? 0,
            isConfirmed: node["confirmed"]?.bool == true)
    }

    init(
        checkpoint: String, owner: String, added: [String], removed: [String], before: [Before], madeDevices: [String],
        begun: Double, isConfirmed: Bool = false
    ) {
        self.checkpoint = checkpoint
        self.owner = owner
        self.added = added
        self.removed = removed
        self.before = before
        self.madeDevices = madeDevices
        self.begun = begun
        self.isConfirmed = isConfirmed
    }

    /// Writes it.
    func write(_ file: String) throws {
        let value: JSONValue = [
            "checkpoint": .string(checkpoint), "owner": .string(owner), "added": .strings(added),
            "removed": .strings(removed), "devices": .strings(before.map(\.device)),
            "files": .strings(before.map(\.file)), "made": .strings(madeDevices), "begun": .string("\(begun)"),
            "confirmed": .bool(isConfirmed),
        ]
        try File.write(file, JSON.text(value), mode: 0o600)
    }
}
