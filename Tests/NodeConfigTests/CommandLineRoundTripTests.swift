import Document
import Host
import NodeConfig
import TestSupport
import Testing

/// What is written as a kernel command line is read again as it was, but for what is said to be missing.
@Suite struct CommandLineRoundTripTests {
    private static let folder = Path.parent(#filePath)

    @Test func everyDocumentComesBack() throws {
        let files = try Folder.list(Path.join(Self.folder, "ok"))
        #expect(!files.isEmpty)
        for file in files {
            let configuration = try NodeConfiguration.read(File.read(Path.join(Self.folder, "ok/\(file)")), file: file)
            CommandLineRoundTrip.expect(configuration, file)
        }
    }

    /// What was said once can be said again, but for secrets and for what was asked for.
    @Test(arguments: ["dracut.txt", "legacy.txt"]) func everyCommandLineComesBack(name: String) throws {
        let text = try File.readText(Path.join(Self.folder, "../Golden/command-lines/\(name)"))
        let known: Set = [
            "administrator.password-hash", "administrator.must-change-password", "snmp.enabled", "snmp.password",
            "installation.wipe",
        ]
        for line in text.split(separator: "\n") where line.hasPrefix("> ") {
            let configuration = CommandLineReading(KernelCommandLine(String(line.dropFirst(2)))).configuration
            CommandLineRoundTrip.expect(configuration, String(line))
            let missing = configuration.commandLine.missing
            #expect(known.isSuperset(of: missing), "\(line): \(missing)")
        }
    }

    @Test func networksOfEveryKindComeBack() {
        var networks = RandomNetworks(seed: 11)
        var accepted = 0
        for _ in 0..<1000 {
            let document = networks.next()
            let bytes = Array("schemaVersion: 1\n\(document)".utf8)
            guard let configuration = NodeConfiguration.read(bytes, file: "x.yaml", Diagnostics()) else { continue }
            accepted += 1
            CommandLineRoundTrip.expect(configuration, document)
            #expect(!configuration.commandLine.missing.contains("network.interfaces"), "\(document)")
        }
        #expect(accepted > 150)
    }
}

/// Documents with networks put together by chance, the same ones for the same seed; some contradict themselves.
private struct RandomNetworks {
    private static let matches = ["", "", "", "{mac: \"52:54:00:12:34:5%\"}", "{name: ens%}", "{path: pci-%}", "link"]
    private static let ipv4 = [
        "", "", "{method: disabled}", "{method: dhcp}", "{method: dhcp, routes: [{to: 10.0.0.0/8, via: 192.0.2.1}]}",
        "{method: dhcp, addresses: [192.0.2.1%/24], route-metric: 7}",
        "{method: static, addresses: [192.0.2.1%/24, 198.51.100.1%/25], gateway: 198.51.100.1}",
        "{method: static, addresses: [192.0.2.1%/24], routes: [{to: 10.0.0.0/8}]}",
    ]
    private static let ipv6 = [
        "", "", "{method: disabled}", "{method: dhcp}", "{method: automatic}", "{method: link-local}",
        "{method: dhcp, addresses: [\"2001:db8::1%/64\"]}",
        "{method: static, addresses: [\"2001:db8::1%/64\"], gateway: \"fe80::1\"}",
        "{method: automatic, routes: [{to: \"2001:db8:1::/48\", via: \"fe80::2\", metric: 5}]}",
    ]
    private var random: SeededGenerator

    init(seed: Int) { random = SeededGenerator(seed: seed) }

    mutating func next() -> String {
        let cards = Array(
            ["a", "b", "c", "link"].shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)))
        var free = cards
        var interfaces = cards.enumerated().map { interface($1, $0, "match", pick(Self.matches)) }
        var names = cards
        for (number, upper) in ["bond0", "br0", "br0.5", "vlan6", "v", "br1"].enumerated()
        where Int.random(in: 0..<3, using: &random) == 0 {
            let lower = upper.hasPrefix("b") && !upper.hasSuffix("5") ? free : names
            guard let first = lower.randomElement(using: &random) else { continue }
            free.removeAll { $0 == first }
            switch upper {
            case "bond0":
                interfaces.append(interface(upper, 4, "bond", "{members: [\(first)], options: {min_links: 0}}"))
            case "br0": interfaces.append(interface(upper, 5, "bridge", "{ports: [\(first)], spanning-tree: true}"))
            case "br1": interfaces.append(interface(upper, 6, "bridge", "{}"))
            default: interfaces.append(interface(upper, 7, "vlan", "{id: \(number + 3), parent: \(first)}"))
            }
            names.append(upper)
            free.append(upper)
        }
        let management = names.randomElement(using: &random).map { "management: \($0), " } ?? ""
        let list = interfaces.shuffled(using: &random).joined(separator: ", ")
        return "network: {\(Bool.random(using: &random) ? management : "")interfaces: [\(list)]}"
    }

    private mutating func interface(_ name: String, _ number: Int, _ kind: String, _ what: String) -> String {
        var text = "{name: \(name)" + (what.isEmpty ? "" : ", \(kind): \(what)")
        let (ipv4, ipv6) = (pick(Self.ipv4), pick(Self.ipv6))
        if !ipv4.isEmpty { text += ", ipv4: \(ipv4)" }
        if !ipv6.isEmpty { text += ", ipv6: \(ipv6)" }
        text += pick(["", "", ", mtu: 1400", ", mtu: 1000"]) + pick(["", "", ", mac-address: \"52:54:00:aa:bb:c%\""])
        return text.replacing("%", with: "\(number)") + "}"
    }

    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
}

/// Whether a configuration comes back.
enum CommandLineRoundTrip {
    /// Reads what is written of a configuration, and compares.
    static func expect(_ configuration: NodeConfiguration, _ what: String) {
        let commandLine = configuration.commandLine
        let reading = CommandLineReading(KernelCommandLine(Array(commandLine.text.utf8)))
        let comment = Comment(
            rawValue: "\(what)\n-> \(commandLine.text)\n-> \(commandLine.missing)\n\(reading.mistakes)")
        #expect(!reading.hasErrors, comment)
        #expect(reading.requests.isEmpty && reading.insecureWords.isEmpty && reading.source == nil, comment)
        #expect(KernelCommandLine(commandLine.text).words.count == commandLine.words.count, comment)
        var expected = configuration
        if let collectd = expected.logging.collectd {
            expected.logging.collectd = Endpoint(host: collectd.host, port: collectd.port ?? 25826)
        }
        let missing = Set(commandLine.missing)
        #expect(missing.count == commandLine.missing.count, comment)
        #expect(values(expected, without: missing) == values(reading.configuration), comment)
        let said = NetworkMeaning(reading.configuration.network)
        var meant = NetworkMeaning(configuration.network, without: commandLine.missing)
        // The only interface with addresses is the management interface in any case.
        if meant.management == nil, meant.carriers.count == 1 { meant.management = said.management }
        #expect(said == meant, comment)
        let secrets = [
            configuration.administrator.passwordHash, configuration.snmp.password, configuration.engine.password,
            configuration.engine.token,
        ]
        for secret in secrets.compactMap({ $0?.revealed }) { #expect(!"\(commandLine)".contains(secret), comment) }
    }

    /// Everything but the network, by path, a list being one value.
    private static func values(
        _ configuration: NodeConfiguration, without missing: Set<String> = []
    ) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        func visit(_ value: JSONValue, _ path: String) {
            if case .object(let members) = value {
                for member in members { visit(member.value, path.isEmpty ? member.key : "\(path).\(member.key)") }
            } else if !missing.contains(path), !path.hasPrefix("network.") {
                values[path] = value
            }
        }
        visit(configuration.json, "")
        return values
    }
}
