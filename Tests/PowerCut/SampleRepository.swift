import Host
import Publishing
import Testing
import Transfer
import Updates

@testable import Node

/// An update repository in a folder that offers one release, with keys of its own.
struct SampleRepository {
    private let folder: String
    private var path: String { Path.join(folder, "repository") }
    /// What nodes have in their image.
    private var trustedRoot: String { Path.join(folder, "1.root.json") }

    init(_ release: SampleRelease, in folder: String) throws {
        self.folder = folder
        let now = wallClockSeconds()
        let keys = KeyFolder(Path.join(folder, "keys"))
        for role in ["root", "targets", "snapshot", "timestamp"] {
            try keys.generate(#require(KeyRole(role)), passphrase: nil)
        }
        let ring = try KeyRing(keys, .known(SecretText(copying: [])))
        var change = RootChange()
        change.added = try keys.keys()
        change.thresholds[.root] = 1
        var root = try change.first(expires: Validity.expiry(days: 365, from: now))
        try root.sign(ring, previous: nil)
        _ = try RootInstallation(RepositoryFolder(path, for: .beginning), ring, now: now).install(root)
        try File.write(trustedRoot, root.bytes)
        _ = try ReleasePublication(ReleaseFolder(release.folder), channel: "stable").publish(
            RepositoryUpdate(RepositoryFolder(path, for: .changing), ring, now: now))
    }

    /// What it offers to a node.
    func release(for slots: NodeSlots) throws -> RepositoryRelease {
        let repository = try UpgradeRepository(path, root: slots.root, trustedRoot: trustedRoot)
        let offer = try #require(repository.channel("stable", for: SampleRelease.running()).offers.first)
        return try repository.release(offer).seeded(by: slots)
    }
}
