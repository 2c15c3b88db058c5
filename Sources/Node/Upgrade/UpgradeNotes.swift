import Boot
import Disks
import Document
import Glibc
import Host
import NodeConfig
import Transfer
public import Updates

/// What a node remembers of upgrades, on its state partition: that a version is available, for the consoles.
public struct UpgradeNotes: Sendable {
    /// A version that the last look has found.
    public struct Offer: Hashable, Sendable {
        /// Its version.
        public let version: String
        /// When: seconds since 1970.
        public let time: Int
    }

    private let file: String

    /// The notes of a node.
    ///
    /// - Parameter root: `/`, or a fixture
    public init(root: String = "/") {
        file = Path.join(StatePartition.folder(root: root) ?? Path.join(root, "run/nodewright"), "upgrade/offer.json")
    }

    /// What the last look has found; nil when there was nothing, or nobody has looked.
    public var offered: Offer? {
        guard let bytes = try? File.read(file, limit: 1 << 16), let node = try? JSON.parse(bytes, file: file),
            let version = node["version"]?.string, let time = node["time"]?.integer
        else { return nil }
        return Offer(version: version, time: time)
    }

    /// Notes what was found; that it cannot be written changes nothing else.
    public func offer(_ release: ReleaseManifest?) {
        guard let release else {
            try? File.remove(file)
            return
        }
        let value: JSONValue = ["version": .string(release.version.description), "time": .integer(wallClockSeconds())]
        try? Folder.create(Path.parent(file), mode: 0o700)
        try? File.write(file, JSON.text(value) + "\n")
    }

    /// What stands for this machine in a rollout: derived from the machine id, which is nobody else's business (machine-id(5)).
    public static func machine(root: String = "/") throws -> String {
        let id = try File.readText(Path.join(root, "etc/machine-id"), limit: 4096)
        return Checksum.of(Array("nodewright rollout \(id)".utf8)).hex
    }
}

/// Ends upgrades.
public enum UpgradeCancellation {
    /// Lets the process that upgrades end in good order.
    ///
    /// - Throws: `.nothingToDo` when it has ended meanwhile
    public static func end(process: Int32) throws {
        guard process > 1, kill(process, SIGTERM) == 0 else {
            throw Failure(.nothingToDo, "the upgrade has ended meanwhile")
        }
    }

    /// Lets the slot that runs be the next one, when a version waits in the other one for its first start.
    ///
    /// - Throws: `.nothingToDo` when none does
    public static func takeBack(_ slots: NodeSlots) throws {
        let now = try slots.read()
        let other = slots.running.other
        guard now.choice.slot == other, now.state?[other].isGood == false else {
            throw Failure(.nothingToDo, "no upgrade goes on, and none waits for the restart")
        }
        try slots.control.change(running: slots.running) { $0.clear(other, running: slots.running) }
        slots.note(other, "cancelled")
    }
}
