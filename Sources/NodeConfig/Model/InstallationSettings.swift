/// Unattended installation to a disk.
public struct InstallationSettings: Hashable, Sendable {
    /// What may be on the disk.
    public enum WipePolicy: String, Hashable, Sendable, CaseIterable {
        /// Nothing: only an empty disk is written to.
        case emptyOnly = "empty-only"
        /// Nothing or an earlier installation of a node.
        case earlierNode = "earlier-node"
        /// Anything but a storage domain's or guests' data.
        case anything
    }

    /// What follows a successful installation.
    public enum Completion: String, Hashable, Sendable, CaseIterable {
        case reboot
        case powerOff = "power-off"
        /// The medium goes on running.
        case stay
    }

    /// Which disk is taken: the first selector that finds exactly one wins. Nothing is installed when empty; otherwise a system
    /// that was not started from a disk installs itself.
    public var targets: [DiskSelector] = []
    /// What may be on the disk; `empty-only` unless given.
    public var wipe: WipePolicy?
    /// Whether the state of a node that is on the disk stays, with its configuration; false unless given.
    public var keepState: Bool?
    /// The sizes of partitions.
    public var sizes = PartitionSizes()
    /// What follows; `reboot` unless given.
    public var completion: Completion?
    /// Seconds between the end and the restart, from 0 to 3600; 10 unless given.
    public var delay: Int?

    /// Nothing given.
    public init() {}
}
