import Glibc
import NodeConfig
import TestSupport
import Testing

/// Anybody at the boot menu can write a command line: whatever it is, it is read to its end, soon, and shown safely.
@Suite struct CommandLineHostileTests {
    private static let secrets = [
        "adminpw", "rootpw", "engine_admin_password", "rhevm_admin_password", "snmp_password", "cim_passwd",
        "rhn_password", "rhn_activationkey", "unknown_password", "api-token",
    ]

    /// Right or wrong, alone or beside other mistakes, bare or quoted.
    @Test(arguments: secrets) func secretsAreNeverShown(name: String) {
        for value in [
            "Sesame7", "$6$salt$Sesame7.abcdefghijklmnopqrstuv", "Sesame7:Sesame7", "Sesame7 Sesame7", "\u{1B}Sesame7",
        ] {
            for line in [
                "\(name)=\"\(value)\" ip=x", "\"\(name)=\(value)\"", "\(name.replacing("_", with: "-"))=\"\(value)\"",
            ] {
                let reading = CommandLineReading(KernelCommandLine(line))
                var text = ""
                dump(reading, to: &text)
                text +=
                    reading.mistakes.map(\.description).joined() + reading.mistakes.map(\.failure.description).joined()
                text += "\(reading.configuration)" + String(reflecting: reading.configuration)
                #expect(!text.contains("Sesame7"), "\(line)")
            }
        }
    }

    @Test func hashesArriveAndAreMarked() {
        let hash = "$6$salt$abcdefghijklmnopqrstuv"
        let reading = CommandLineReading(KernelCommandLine("adminpw=\(hash)"))
        #expect(reading.configuration.administrator.passwordHash?.revealed == hash)
        #expect(reading.insecureWords == ["adminpw"])
        #expect(reading.mistakes.map(\.severity) == [.warning])
    }

    @Test func controlCharactersAreShownAsQuestionMarks() throws {
        let bytes = Array("hostname=a".utf8) + [0x1B, 0x07, 0xFF, 0xC2, 0x9B] + Array("[2J ip=\u{202E}x".utf8)
        let mistakes = CommandLineReading(KernelCommandLine(bytes)).mistakes
        #expect(mistakes.count == 2)
        #expect(
            mistakes[0].line
                == "kernel command line: word 1 (\"hostname=a????[2J\"), character 10: \"a????[2J\" is not a host name")
        for mistake in mistakes {
            #expect(mistake.description.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
        }
    }

    @Test func positionsCountCharacters() {
        let mistakes = CommandLineReading(KernelCommandLine("ro \"ip=eno1:däcp\" dns=192.0.2.1,ä,x")).mistakes
        #expect(mistakes.map(\.word) == [2, 3, 3])
        #expect(mistakes.map(\.character) == [10, 15, 17])
    }

    @Test func aLineThatIsTooLongIsSaidToBe() {
        let reading = CommandLineReading(KernelCommandLine("hostname=n1 " + String(repeating: "x", count: 1 << 17)))
        #expect(reading.configuration.hostname?.text == "n1")
        #expect(
            reading.mistakes.map(\.line) == [
                "kernel command line: it is longer than 65536 bytes, and the rest is not read"
            ])
    }

    @Test func thousandsOfMistakesAreCounted() {
        let reading = CommandLineReading(KernelCommandLine(String(repeating: "ip=x ", count: 5000)))
        #expect(reading.mistakes.count == 101)
        #expect(reading.mistakes.last?.line == "kernel command line: and 4900 more")
    }

    private static let pieces = [
        "ip=", "eno1:dhcp", "192.0.2.10", "[2001:db8::1]", "/24", ":", "::", ",", ";", " ", "\"", "=", "-", "[", "]",
        "bond=bond0:",
        "vlan=", "bridge=br0:", "ifname=", "rd.route=", "nameserver=", "BOOTIF=", "link", "mode=", "storage_vol=",
        "storage_init=",
        "hostname=", "adminpw=", "nodewright.config=", "management_server=", "install", "uninstall", " -- ", "ä",
        "\u{1B}",
    ]

    @Test(arguments: 0..<8) func damagedLinesAreReadToTheirEnd(seed: Int) {
        let original = Array(
            ("BOOTIF=01-52-54-00-12-34-56 ip=192.0.2.10::192.0.2.1:24:node1:eno1:none:1500 bond=bond0:eno2,eno3:mode=4,miimon=50 "
                + "vlan=bond0.20:bond0 bridge=br0:bond0.20 rd.route=198.51.100.0/24:192.0.2.254:eno1 nameserver=192.0.2.53 "
                + "ifname=lan0:52:54:00:12:34:57 storage_init=/dev/sda storage_vol=::::2048:-1 adminpw=$6$a$b "
                + "\"sshkey=ssh-ed25519 AAAA\" management_server=engine:443 ntp=a,b kdump_nfs=nfs:/x install").utf8)
        var mutations = Mutations(seed: seed, pieces: Self.pieces)
        var line = original
        for round in 0..<150 {
            line = round.isMultiple(of: 40) ? original : mutations.mutate(line)
            let reading = CommandLineReading(KernelCommandLine(line))
            for mistake in reading.mistakes {
                #expect(mistake.description.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
                #expect(mistake.description.utf8.count < 800)
            }
            if !reading.hasErrors {
                #expect(throws: Never.self) {
                    try NodeConfiguration.read(Array(reading.configuration.yaml.utf8), file: "line")
                }
            }
        }
    }

    /// One unit of a line that grows; `#` becomes its number, and `@` the number as two bytes of an address.
    private static let units = [
        "ip=eno#:dhcp ", "ip=dhcp ", "ip=10.@.1:::8::eno1:none ", "ip=x ", "ip=[[[[[[[", "ip=\"", "a=\"b\" ", "vlan=# ",
        "vlan=v.#:eno1 ", "bond=b#:p#,q#:mode=1 ", "bond=b#:b# ", "bond=b:p#,", "bridge=c#:c1# ", "x", ":", "ip=1:",
        "rd.route=10.0.0.0/8:10.@.1 ip=10.@.2:::24::f#:none ", "nameserver=10.@.1 ", "rd.route=10.@.0/24:10.0.0.1:e1 ",
        "dns=1.1.1.1,", "ntp=a#,b",
        "ifname=n#:52:54:00:12:34:56 ", "nodewright.x# ", "hostname=- ", "storage_vol=1:", "storage_init=",
        "BOOTIF=x# ip=dhcp ",
        "bond=a:e1:mode=1,miimon=1,", "ip=dhcp bond=b#:p# ",
    ]

    /// Eight times the text takes about eight times the work; with quadratic work it would be 64 times.
    @Test(arguments: units) func workGrowsWithTheLength(unit: String) {
        func line(_ length: Int) -> KernelCommandLine {
            var text = ""
            var number = 0
            while text.utf8.count < length {
                text += unit.replacing("#", with: "\(number)")
                    .replacing("@", with: "\(number / 250).\(number % 250)")
                number += 1
            }
            return KernelCommandLine(text)
        }
        func cost(_ line: KernelCommandLine) -> Int {
            let start = Self.processorTime()
            _ = CommandLineReading(line)
            return Self.processorTime() - start
        }
        let short = line(1 << 13)
        let long = line(1 << 16)
        _ = cost(short)
        // Others may have disturbed the processor, so one of three measurements is enough.
        var seen: [(Int, Int)] = []
        for _ in 0..<3 {
            // Below half a millisecond the clock says nothing.
            let costs = (max(min(cost(short), cost(short)), 500_000), cost(long))
            seen.append(costs)
            if costs.1 < costs.0 * 18 { return }
        }
        Issue.record("eight times the text takes more than 18 times the work: \(seen) ns")
    }

    /// What this thread has used, in nanoseconds; waiting does not count.
    private static func processorTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
}
