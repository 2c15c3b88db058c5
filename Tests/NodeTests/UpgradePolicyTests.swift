import Host
import NodeConfig
import Testing
import Transfer
import Updates

@testable import Node

/// What a node may be upgraded to: a row for each rule.
@Suite struct UpgradePolicyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let rule: String
        var release: @Sendable (inout ReleaseManifest) -> Void = { _ in }
        var policy: @Sendable (inout UpgradePolicy) -> Void = { _ in }
        let status: Host.ExitStatus?
        var words = ""

        var testDescription: String { rule }
    }

    private static func version(_ text: String) -> @Sendable (inout ReleaseManifest) -> Void {
        { manifest in if let version = ReleaseVersion(text) { manifest.version = version } }
    }

    private static func least(_ text: String) -> @Sendable (inout ReleaseManifest) -> Void {
        { $0.minimumVersion = ReleaseVersion(text) }
    }

    private static func size(_ name: String, _ bytes: Int) -> @Sendable (inout ReleaseManifest) -> Void {
        { manifest in
            for index in manifest.files.indices where manifest.files[index].name == name {
                manifest.files[index].size = bytes
            }
        }
    }

    static var rows: [Row] {
        [
            Row(rule: "a newer version", status: nil),
            Row(rule: "numbers, not letters", release: version("2.10"), status: nil),
            Row(
                rule: "an older one", release: version("1.9"), status: .versionPolicy,
                words: "hypervisor 1.9 is older than what runs, 2.0"),
            Row(rule: "a candidate of the same", release: version("2.0~rc1"), status: .versionPolicy, words: "older"),
            Row(
                rule: "an older one, wanted", release: version("1.9"), policy: { $0.allowsDowngrade = true },
                status: nil),
            Row(rule: "the same", release: version("2.0"), status: .nothingToDo, words: "hypervisor 2.0 runs already"),
            Row(rule: "the same, again", release: version("2.0"), policy: { $0.allowsSame = true }, status: nil),
            Row(
                rule: "again is not older", release: version("1.9"), policy: { $0.allowsSame = true },
                status: .versionPolicy),
            Row(
                rule: "older is not again", release: version("2.0"), policy: { $0.allowsDowngrade = true },
                status: .nothingToDo),
            Row(
                rule: "another architecture", release: { $0.architecture = "aarch64" }, status: .incompatible,
                words: "is for aarch64, and this machine is x86_64"),
            Row(
                rule: "another product", release: { $0.compatibility = "router" }, status: .incompatible,
                words: "is made for \"router\", and this node is \"hypervisor\""),
            Row(rule: "another name of the same product", release: { $0.name = "hypervisor-lts" }, status: nil),
            Row(
                rule: "an older form of the configuration", release: { $0.configurationSchema -= 1 },
                status: .incompatible, words: "does not understand this node's configuration"),
            Row(rule: "a newer form of the configuration", release: { $0.configurationSchema += 1 }, status: nil),
            Row(rule: "the least version that it follows", release: least("2.0"), status: nil),
            Row(
                rule: "an intermediate version first", release: least("2.1"), status: .versionPolicy,
                words: "can only follow 2.1 or later, and this is 2.0"),
            Row(
                rule: "nothing is wanted enough for that", release: least("2.1"),
                policy: {
                    $0.allowsDowngrade = true
                    $0.allowsSame = true
                }, status: .versionPolicy),
            Row(rule: "as large as the slot", release: size("root.squashfs", 100 << 20), status: nil),
            Row(
                rule: "larger than the slot", release: size("root.squashfs", 100 << 20 + 4096), status: .incompatible,
                words: "does not fit into a slot"),
            Row(
                rule: "a hash tree that is larger than its partition", release: size("root.verity", 1 << 20 + 4096),
                status: .incompatible, words: "does not fit into a slot"),
            // The worst is said first: no version helps on another machine.
            Row(
                rule: "older and for another machine",
                release: {
                    version("1.0")(&$0)
                    $0.architecture = "aarch64"
                }, status: .incompatible, words: "aarch64"),
        ]
    }

    @Test(arguments: rows) func rule(row: Row) throws {
        let running = RunningRelease(
            name: "hypervisor", version: try #require(ReleaseVersion("2.0")), architecture: "x86_64")
        var release = ReleaseManifest(
            name: "hypervisor", version: try #require(ReleaseVersion("2.1")), architecture: "x86_64",
            compatibility: "hypervisor", configurationSchema: NodeConfiguration.schemaVersion, kernelArguments: [],
            rootHash: String(repeating: "0", count: 64), epoch: 0,
            files: ReleaseManifest.required.map { .init(name: $0, size: 4096, sha256: Checksum.of([])) })
        row.release(&release)
        var policy = UpgradePolicy()
        row.policy(&policy)
        var found: Failure?
        do { try policy.check(release, after: running, slot: 100 << 20, tree: 1 << 20) } catch {
            found = error as? Failure
        }
        #expect(found?.status == row.status, "\(String(describing: found))")
        #expect((found?.message ?? "").contains(row.words), "\(found?.message ?? "")")
        // Each says what can be done.
        if let found { #expect(found.hint?.isEmpty == false) }
    }
}
