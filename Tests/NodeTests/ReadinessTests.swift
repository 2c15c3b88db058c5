import Document
import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

/// What an engine needs on a node.
@Suite struct ReadinessTests {
    private static let address = IPAddress(bytes: [192, 0, 2, 7])

    private static let good: [String: String] = [
        "usr/bin/vdsm-tool": "", "usr/bin/python3": "", "proc/cpuinfo": "processor : 0\nflags : fpu vmx\n",
        "dev/kvm": "",
        "usr/lib/os-release": "VARIANT_ID=ovirt-node\n", "proc/sys/kernel/hostname": "node1.example.org\n",
        "var/.keep": "",
    ]

    private func checks(
        _ files: [String: String] = good, change: (inout Readiness.Surroundings) -> Void = { _ in },
        _ configuration: NodeConfiguration = NodeConfiguration()
    ) throws -> [ReadinessCheck] {
        let own = try #require(Self.address)
        var surroundings = Readiness.Surroundings(
            greeting: { $0 == 22 ? "SSH-2.0-OpenSSH_10.0\r\n" : nil }, isClockRight: { true }, addresses: { [own] },
            free: { _ in 20 << 30 }, addressesOfName: { _ in [own] }, namesOfAddress: { _ in ["Node1.example.org"] })
        change(&surroundings)
        return try FixtureNode.with(files) { Readiness(root: $0.root, configuration, surroundings).checks() }
    }

    @Test func aNodeForAnEngine() throws {
        let checks = try checks()
        #expect(checks.allSatisfy { $0.outcome == .ok && $0.advice == nil }, "\(checks)")
        #expect(
            checks.map(\.name) == [
                "vdsm", "python", "remote-login", "virtualization", "free-space", "variant", "time", "forward-dns",
                "reverse-dns",
            ])
        #expect(checks[0].text == "vdsm            ok       VDSM is in this image\n")
    }

    /// What is missing, and what is then said.
    @Test(arguments: [
        (["usr/bin/vdsm-tool"], "vdsm", ReadinessCheck.Outcome.failed, "VDSM is not in this image"),
        (["usr/bin/python3"], "python", .failed, "python3 is not in this image"),
        (["proc/cpuinfo"], "virtualization", .failed, "the processor has no virtualization extensions"),
        (["dev/kvm"], "virtualization", .failed, "the processor has vmx, but /dev/kvm cannot be opened"),
        (["usr/lib/os-release"], "variant", .warning, "there is no VARIANT_ID"),
        (["proc/sys/kernel/hostname"], "forward-dns", .warning, "the name \"\" has no domain"),
    ])
    func withoutAFile(
        _ files: [String], _ name: String, _ outcome: ReadinessCheck.Outcome, _ found: String
    ) throws {
        let checks = try checks(Self.good.filter { !files.contains($0.key) })
        let check = try #require(checks.first { $0.name == name })
        #expect(check.outcome == outcome)
        #expect(check.found == found)
        #expect(check.advice != nil)
        #expect(check.json["outcome"] == .string(outcome.rawValue))
    }

    @Test func surroundings() throws {
        func one(_ name: String, _ change: (inout Readiness.Surroundings) -> Void) throws -> ReadinessCheck {
            try #require(try checks(Self.good, change: change).first { $0.name == name })
        }
        let silent = try one("remote-login") { $0.greeting = { _ in nil } }
        #expect(silent.outcome == .failed && silent.found == "no SSH server answers at port 22")
        #expect(try one("remote-login") { $0.greeting = { _ in "HTTP/1.1 400" } }.outcome == .failed)
        #expect(try one("time") { $0.isClockRight = { false } }.outcome == .warning)
        #expect(try one("free-space") { $0.free = { _ in 400 << 20 } }.outcome == .failed)
        let small = try one("free-space") { $0.free = { _ in 2 << 30 } }
        #expect(small.outcome == .warning && small.found == "2048 MiB are free in /var")
        #expect(try one("free-space") { $0.free = { _ in nil } }.outcome == .warning)
        #expect(try one("network") { $0.addresses = { [] } }.outcome == .failed)
        #expect(try one("forward-dns") { $0.addressesOfName = { _ in nil } }.found == "no name server answers")
        #expect(try one("forward-dns") { $0.addressesOfName = { _ in [] } }.outcome == .warning)
        let elsewhere = try one("forward-dns") {
            $0.addressesOfName = { _ in [IPAddress("198.51.100.1")].compactMap { $0 } }
        }
        #expect(elsewhere.outcome == .failed)
        #expect(elsewhere.found == "node1.example.org leads to 198.51.100.1, which is not this node")
        #expect(try one("reverse-dns") { $0.namesOfAddress = { _ in [] } }.found.contains("has no name in DNS"))
        #expect(try one("reverse-dns") { $0.namesOfAddress = { _ in ["other"] } }.outcome == .warning)
    }

    @Test func anImageOfAnotherVariant() throws {
        let files = Self.good.merging(["usr/lib/os-release": "VARIANT_ID=\"nodewright\"\n"]) { $1 }
        let check = try #require(try checks(files).first { $0.name == "variant" })
        #expect(check.outcome == .warning && check.found == "VARIANT_ID is nodewright")
        #expect(
            check.advice
                == "an engine takes this node for an ordinary host, and updates it by packages: \"variant: ovirt-node\" in the recipe of the image (recipes/vdsm.yaml has it)"
        )
    }

    @Test func anotherPort() throws {
        var configuration = NodeConfiguration()
        configuration.ssh.port = 2222
        let checks = try checks(Self.good, configuration)
        #expect(checks.first { $0.name == "remote-login" }?.found == "no SSH server answers at port 2222")
    }

    @Test func theLikelyCauseIsTheWeightiest() throws {
        try FixtureNode.with([:]) { (node: FixtureNode) throws -> Void in
            let nothing = Readiness.Surroundings(
                greeting: { _ in nil }, isClockRight: { false }, addresses: { [] }, free: { _ in 0 },
                addressesOfName: { _ in nil }, namesOfAddress: { _ in nil })
            let readiness = Readiness(root: node.root, NodeConfiguration(), nothing)
            #expect(readiness.likelyCause() == "VDSM is not in this image")
        }
        #expect(try checks().allSatisfy { $0.outcome == .ok })
    }

    @Test func theProgramSaysSo() throws {
        let result = try Command(try Programs.built("nodectl"), ["check", "--json"]).run()
        #expect([0, Host.ExitStatus.incompatible.rawValue].contains(result.status))
        #expect(result.text.hasPrefix("{\n  \"ready\": \(result.status == 0)"), "\(result.text)")
    }
}

/// Questions to name servers, and what may come back.
@Suite struct DNSMessageTests {
    private let id: UInt16 = 0x1234

    /// `node.example.org` has 192.0.2.7, said with a pointer to the question's name.
    private var answer: [UInt8] {
        let name =
            [UInt8](arrayLiteral: 4) + Array("node".utf8) + [7] + Array("example".utf8) + [3] + Array("org".utf8) + [0]
        return [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + name + [0, 1, 0, 1]
            + [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]
    }

    @Test func questionsAndAnswers() throws {
        let question = try #require(DNSMessage.question("node.example.org", .v4, id: id))
        #expect(question == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + answer[12..<34])
        let address = try #require(IPAddress("192.0.2.7"))
        #expect(DNSMessage(answer).records(.v4, id: id) == [.address(address)])
        #expect(DNSMessage(answer).records(.v6, id: id) == [])
        #expect(DNSMessage(answer).records(.v4, id: 1) == nil)
        var missing = answer
        missing[3] = 0x83
        missing[7] = 0
        #expect(DNSMessage(missing).records(.v4, id: id) == [])
        missing[3] = 0x82
        #expect(DNSMessage(missing).records(.v4, id: id) == nil)
        for name in ["", ".", String(repeating: "a", count: 64) + ".org", String(repeating: "a.", count: 130)] {
            #expect(DNSMessage.question(name, .v4, id: id) == nil, "\(name)")
        }
        #expect(NameServers.reverse(address) == "7.2.0.192.in-addr.arpa")
        let long = try #require(IPAddress("2001:db8::7"))
        #expect(NameServers.reverse(long) == "7." + String(repeating: "0.", count: 23) + "8.b.d.0.1.0.0.2.ip6.arpa")
    }

    @Test func damagedAnswersAreNone() {
        // A pointer to itself.
        var circle = answer
        circle[34] = 0xC0
        circle[35] = 34
        #expect(DNSMessage(circle).records(.v4, id: id) == nil)
        for length in 0..<answer.count { #expect(DNSMessage(Array(answer[..<length])).records(.v4, id: id) == nil) }
        // No input, however made, ends the program.
        for seed in 0..<3000 {
            var mutations = Mutations(seed: seed, pieces: ["\u{C0}\u{0C}"])
            _ = DNSMessage(mutations.mutate(answer)).records(.pointer, id: id)
            _ = DNSMessage(mutations.mutate(answer)).records(.v4, id: id)
        }
    }
}
