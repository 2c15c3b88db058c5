import Host
import NodeConfig
import Updates

/// Whether a node may be upgraded to a release; decided before anything is downloaded or written.
public struct UpgradePolicy: Sendable {
    /// Whether an older version is taken, too.
    public var allowsDowngrade = false
    /// Whether the version that runs is written once more.
    public var allowsSame = false
    /// Whether a release that has not become healthy in the other slot is tried once more; nobody is there to see it fail again
    /// when a timer does it.
    public var retriesFailed = true

    /// The usual one: only newer versions.
    public init() {}

    /// Refuses a release.
    ///
    /// - Parameters:
    ///   - slot: bytes that a slot has for the root file system
    ///   - tree: bytes that it has for the hash tree
    /// - Throws: `.incompatible` for another product, machine or form of the configuration, or when the slot is too small;
    ///   `.versionPolicy` for a version that may not follow; `.nothingToDo` for the one that runs
    func check(_ release: ReleaseManifest, after running: RunningRelease, slot: Int, tree: Int) throws {
        let title = "\(release.name) \(release.version)"
        guard release.architecture == running.architecture else {
            throw Failure(
                .incompatible, "\(title) is for \(release.architecture), and this machine is \(running.architecture)",
                hint: "choose the release of this architecture")
        }
        guard release.compatibility == running.compatibility else {
            throw Failure(
                .incompatible,
                "\(title) is made for \"\(release.compatibility)\", and this node is \"\(running.compatibility)\"",
                hint: "another product is installed anew (nodectl install)")
        }
        guard release.configurationSchema >= NodeConfiguration.schemaVersion else {
            throw Failure(
                .incompatible,
                "\(title) does not understand this node's configuration: it reads form \(release.configurationSchema), and this is form \(NodeConfiguration.schemaVersion)",
                hint: "choose a newer release")
        }
        if release.version == running.version, !allowsSame {
            throw Failure(
                .nothingToDo, "\(title) runs already", hint: "--again writes it into the other slot all the same")
        }
        if release.version < running.version, !allowsDowngrade {
            throw Failure(
                .versionPolicy, "\(title) is older than what runs, \(running.version)",
                hint: "--allow-downgrade takes it all the same; \"nodectl rollback\" goes back to the other slot")
        }
        if let least = release.minimumVersion, running.version < least {
            throw Failure(
                .versionPolicy, "\(title) can only follow \(least) or later, and this is \(running.version)",
                hint: "upgrade to \(least) first (--release)")
        }
        guard let root = release.file("root.squashfs"), let hashes = release.file("root.verity"), root.size <= slot,
            hashes.size <= tree
        else {
            throw Failure(
                .incompatible,
                "\(title) does not fit into a slot: it has \((release.file("root.squashfs")?.size ?? 0) >> 20) MiB, and the slot \(slot >> 20)",
                hint: "install this node anew; its state can be kept (nodectl install --keep-state)")
        }
    }
}
