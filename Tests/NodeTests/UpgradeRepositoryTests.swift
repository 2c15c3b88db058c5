import Boot
import DiskSupport
import Disks
import Document
import Glibc
import Host
import NodeConfig
import Publishing
import TestSupport
import Testing
import Transfer
import Updates

@testable import Node

/// `nodectl upgrade` from update repositories that the publisher's module has made.
@Suite struct UpgradeRepositoryTests {
    /// A node with 1.0 and a repository with 2.0 and 3.0, which differ from it in a few places.
    private func with(
        configuration: String = "", now: Int = wallClockSeconds(), last: SampleRelease = third,
        _ change: (inout ReleasePublication) -> Void = { _ in },
        _ body: (UpgradableNode, SampleRepository) throws -> Void
    ) throws {
        try UpgradableNode.with(configuration: configuration) { node in
            let repository = try SampleRepository(in: node.path("desk"), now: now)
            try repository.publish(Self.second)
            try repository.publish(last, change)
            try File.copy(repository.trustedRoot, to: node.place("usr/lib/nodewright/updates/root.json"))
            try body(node, repository)
        }
    }

    static let second = SampleRelease("2.0", change: 1)
    static let third = SampleRelease("3.0", change: 2)

    @Test func aNewVersionIsFoundAndApplied() throws {
        try with { node, repository in
            let server = try RepositoryServer(repository.path)
            defer { server.stop() }
            let check = try node.nodectl("upgrade", "check", "--repository", server.url)
            #expect(check.status == 0, "\(check.errorTail)")
            #expect(check.text.hasPrefix("hypervisor 3.0 is available ("), "\(check.text)")
            #expect(check.text.hasSuffix(", after 1.0\n\nWhat is new in 3.0.\n"), "\(check.text)")
            let status = try node.nodectl("upgrade", "status").check().text
            #expect(status == "Runs       hypervisor 1.0 (slot A)\nAvailable  3.0\n", "\(status)")
            _ = server.bytesSent()
            let result = try node.apply("--repository", server.url)
            #expect(result.status == 10, "\(result.errorTail)")
            try node.expectNext(Self.third)
            // 40 kB of the root have changed, and nothing of kernel and initramfs: the rest is on the disk.
            let sent = server.bytesSent()
            #expect(sent < 250_000, "\(sent)")
            #expect(server.requests.contains { $0.target.hasSuffix(".root.squashfs") && !$0.ranges.isEmpty })
            #expect(!server.requests.contains { $0.target.hasSuffix(".vmlinuz") })
            let after = try node.nodectl("upgrade", "status").check().text
            #expect(
                after == """
                    Runs       hypervisor 1.0 (slot A)
                    Next       hypervisor 3.0 (slot B), at the next restart
                    Available  nothing that is known

                    """, "\(after)")
            // What is there is not asked for again.
            #expect(try node.apply("--repository", server.url).status == 10)
            #expect(server.bytesSent() < 20_000)
            // And from the version that is next, there is nothing newer.
            try node.run(on: .b)
            try File.write(
                node.place("usr/lib/nodewright/image.json"),
                #"{"format": 1, "name": "hypervisor", "version": "3.0", "arch": "x86_64", "kernel-arguments": []}"#)
            let nothing = try node.nodectl("upgrade", "check", "--repository", server.url)
            #expect(nothing.status == 3, "\(nothing.errorTail)")
            #expect(nothing.errorTail.contains("hypervisor 3.0 is the newest that \"stable\" offers to this node"))
        }
    }

    @Test func aServerWithoutRangesSendsWholeFiles() throws {
        try with { node, repository in
            let server = try RepositoryServer(repository.path, knowsRanges: false)
            defer { server.stop() }
            let result = try node.apply("--repository", server.url + "/")
            #expect(result.status == 10, "\(result.errorTail)")
            try node.expectNext(Self.third)
            #expect(server.bytesSent() < Self.third.root.count + 200_000)
        }
    }

    @Test func aFolderAndAVersionThatIsNotTheNewest() throws {
        try with { node, repository in
            let none = try node.apply("--repository", repository.path, "--release", "2.5")
            #expect(none.status == 2 && none.errorTail.contains("hint: it offers 3.0, 2.0"), "\(none.errorTail)")
            let result = try node.apply("--repository", repository.path, "--release", "2.0")
            #expect(result.status == 10, "\(result.errorTail)")
            try node.expectNext(Self.second)
        }
    }

    @Test func overTLSWithAnAuthorityThatWasNamed() throws {
        try with { node, repository in
            try TLSServer.with(folder: repository.path, certificate: node.path("ca.pem")) { server in
                let url = "https://127.0.0.1:\(server.port)"
                let before = try node.slotA()
                let unknown = try node.apply("--repository", url)
                #expect(unknown.status == 5 && unknown.errorTail.contains("certificate"), "\(unknown.errorTail)")
                try node.expectUntouched(before)
                let result = try node.apply("--repository", url, "--ca", node.path("ca.pem"))
                #expect(result.status == 10, "\(result.errorTail)")
                try node.expectNext(Self.third)
            }
        }
    }

    @Test(.enabled(if: RegistryServer.isHere, Comment(rawValue: RegistryServer.missing)))
    func fromARegistry() throws {
        try UpgradableNode.with { node in
            try RegistryServer.with { server in
                let address = "oci://\(server.host)/team/updates"
                func storage(_ access: RepositoryFolder.Access) throws -> RegistryRepository {
                    try RegistryRepository(
                        RegistryClient(RegistryAddress(address), credentials: .anonymous), for: access)
                }
                let repository = try SampleRepository(in: node.path("desk"), storage: storage)
                try repository.publish(Self.second, storage: storage(.changing))
                let options = ["--repository", address, "--trusted-root", repository.trustedRoot]
                #expect(
                    try node.nodectl("upgrade", "check", options[0], options[1], options[2], options[3]).status == 0)
                let result = try node.apply(options[0], options[1], options[2], options[3])
                #expect(result.status == 10, "\(result.errorTail)")
                try node.expectNext(Self.second)
                // As a positional argument, too.
                #expect(try node.apply(address).status == 10)
            }
        }
    }

    /// Repository, channel and proxy of the node configuration; only the proxy knows the name.
    @Test func whatIsConfiguredIsUsed() throws {
        try UpgradableNode.with { node in
            let repository = try SampleRepository(in: node.path("desk"))
            try repository.publish(Self.second) { $0.channel = "testing" }
            let server = try RepositoryServer(repository.path)
            defer { server.stop() }
            try ConfigurationStore(folder: Path.join(node.state, "config/a")).write(
                NodeConfiguration.read(
                    Array(
                        """
                        schemaVersion: 1
                        upgrade: {repository: "http://updates.invalid", channel: testing, proxy: "\(server.url)"}
                        """.utf8), file: "node.yaml"), by: "test")
            let untrusted = try node.apply()
            #expect(untrusted.status == 5, "\(untrusted.errorTail)")
            #expect(untrusted.errorTail.contains("nobody has said which keys may sign upgrades"))
            try File.copy(repository.trustedRoot, to: node.place("usr/lib/nodewright/updates/root.json"))
            let result = try node.apply()
            #expect(result.status == 10, "\(result.errorTail)")
            try node.expectNext(Self.second)
            #expect(server.requests.allSatisfy { $0.target.hasPrefix("http://updates.invalid/") })
            let stable = try node.nodectl("upgrade", "check", "--channel", "stable")
            #expect(stable.status == 9, "\(stable.errorTail)")
            #expect(stable.errorTail.contains("has no channel \"stable\" for hypervisor on x86_64"))
        }
        try UpgradableNode.with { node in
            let none = try node.apply()
            #expect(none.status == 2 && none.errorTail.contains("nobody has said where upgrades come from"))
        }
    }

    @Test func whatIsNotOfferedToThisNodeIsNothing() throws {
        try with({ $0.rollout = 0 }) { node, repository in
            // 3.0 is for nobody yet, so it is 2.0.
            let check = try node.nodectl("upgrade", "check", "--repository", repository.path, "--json").check()
            #expect(try JSON.parse(check.output, file: "")["release"]?["version"]?.string == "2.0")
            try File.write(
                node.place("usr/lib/nodewright/image.json"),
                #"{"format": 1, "name": "hypervisor", "version": "2.0", "arch": "x86_64", "kernel-arguments": []}"#)
            for command in ["check", "apply", "download"] {
                let result = try node.nodectl("upgrade", command, "--repository", repository.path)
                #expect(result.status == 3, "\(result.errorTail)")
            }
            // Somebody who names it gets it.
            #expect(try node.apply("--repository", repository.path, "--release", "3.0").status == 10)
            try node.expectNext(Self.third)
        }
    }

    @Test func aVersionBetweenComesFirst() throws {
        try with({ $0.minimumVersion = ReleaseVersion("2.0") }) { node, repository in
            let named = try node.apply("--repository", repository.path, "--release", "3.0")
            #expect(named.status == 6, "\(named.errorTail)")
            #expect(named.errorTail.contains("hint: upgrade to 2.0 first"))
            let result = try node.apply("--repository", repository.path)
            #expect(result.status == 10, "\(result.errorTail)")
            try node.expectNext(Self.second)
        }
    }

    @Test func theSameOnceMore() throws {
        try UpgradableNode.with(Self.second) { node in
            let repository = try SampleRepository(in: node.path("desk"))
            try repository.publish(Self.second)
            let options = ["--repository", repository.path, "--trusted-root", repository.trustedRoot]
            #expect(try node.apply(options[0], options[1], options[2], options[3]).status == 3)
            #expect(try node.apply(options[0], options[1], options[2], options[3], "--again").status == 10)
            try node.expectNext(Self.second)
        }
    }

    @Test func whatHasExpiredIsNotBelieved() throws {
        try with(now: wallClockSeconds() - 400 * 86_400) { node, repository in
            let before = try node.slotA()
            for command in ["check", "apply"] {
                let result = try node.nodectl("upgrade", command, "--repository", repository.path)
                #expect(result.status == 5, "\(result.errorTail)")
                #expect(result.errorTail.contains("timestamp.json has expired on"), "\(result.errorTail)")
            }
            try node.expectUntouched(before)
        }
    }

    /// The message says what time it is here.
    @Test(.enabled(if: Environment.program("faketime") != nil, "faketime is not installed; \"make setup\" does it"))
    func aWrongClockIsSaid() throws {
        try with { node, repository in
            let result = try Command(
                "faketime",
                ["2068-05-06 07:08:09", Programs.built("nodectl")]
                    + node.arguments(["upgrade", "check", "--repository", repository.path])
            ).run()
            #expect(result.status == 5, "\(result.errorTail)")
            #expect(result.errorTail.contains("and it is 2068-05-06T"), "\(result.errorTail)")
            #expect(result.errorTail.contains("check the clock"), "\(result.errorTail)")
            // What was seen by a wrong clock does no harm.
            #expect(try node.nodectl("upgrade", "check", "--repository", repository.path).status == 0)
        }
    }

    @Test(arguments: ["root.squashfs", "manifest.json", "root.caibx"]) func aChangedFileIsNotBelieved(name: String)
        throws
    {
        try with { node, repository in
            let before = try node.slotA()
            let file = try repository.target(name, "3.0")
            let honest = try File.read(file)
            var bytes = honest
            // Where the releases differ; a signed file is another one with any byte.
            bytes[min(520_000, bytes.count - 30)] ^= 1
            try File.remove(file)
            try File.write(file, bytes)
            let server = try RepositoryServer(repository.path)
            defer { server.stop() }
            for place in [repository.path, server.url] {
                let result = try node.apply("--repository", place)
                #expect(result.status == 5, "\(place): \(result.errorTail)")
                try node.expectUntouched(before)
                #expect(try !node.slots.read().startable.contains(.b))
            }
            try File.write(file, honest)
            #expect(try node.apply("--repository", server.url).status == 10)
            try node.expectNext(Self.third)
        }
    }
}
