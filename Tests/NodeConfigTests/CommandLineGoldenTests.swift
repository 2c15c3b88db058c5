import Document
import Host
import Testing

@testable import NodeConfig

/// What every kind of command line gives, held against `Tests/Golden/command-lines`: the configuration, the requests and
/// every mistake with its exact words.
@Suite struct CommandLineGoldenTests {
    private static let golden = Path.normalized(Path.join(Path.parent(#filePath), "../Golden/command-lines"))

    /// The command lines of a file: those after `> `.
    private static func lines(_ name: String) throws -> [String] {
        try File.readText(Path.join(golden, name)).split(separator: "\n").filter { $0.hasPrefix("> ") }
            .map { String($0.dropFirst(2)) }
    }

    /// What a command line gives, in words.
    private static func result(_ line: String) -> String {
        let reading = CommandLineReading(KernelCommandLine(line))
        var text = "> \(line)\n"
        // The first line is the version of the document.
        let document = reading.configuration.yaml.split(separator: "\n").dropFirst()
        text += document.map { "  \($0)\n" }.joined()
        for request in CommandLineRequest.allCases where reading.requests.contains(request) {
            text += "request: \(request.rawValue)\n"
        }
        if let source = reading.source {
            text += "source: \(source.url)\n"
            if let sha256 = source.sha256 { text += "  SHA-256 \(sha256)\n" }
            if let file = source.certificateAuthorities { text += "  authorities \(file)\n" }
        }
        for mistake in reading.mistakes { text += "\(mistake.severity.rawValue): \(mistake)\n" }
        return text
    }

    @Test(arguments: ["dracut.txt", "legacy.txt", "mistakes.txt"]) func isWhatWasReviewed(name: String) throws {
        let current = try Self.lines(name).map(Self.result).joined(separator: "\n")
        let file = Path.join(Self.golden, name)
        guard Environment.variable("NODEWRIGHT_RECORD") == nil else {
            try File.write(file, current)
            Issue.record("recorded \(name); review it and run again without NODEWRIGHT_RECORD")
            return
        }
        // Compared block by block, so that a failure shows the one command line.
        let expected = try File.readText(file).split(separator: "\n\n")
        let actual = current.split(separator: "\n\n")
        #expect(expected.count == actual.count)
        for (one, other) in zip(actual, expected) { #expect(one == other) }
    }

    @Test func everyMistakeIsOne() throws {
        let lines = try Self.lines("mistakes.txt")
        #expect(lines.count >= 100)
        for line in lines {
            let mistakes = CommandLineReading(KernelCommandLine(line)).mistakes
            #expect(!mistakes.isEmpty, "\(line)")
            for mistake in mistakes {
                #expect(mistake.description.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) }, "\(line)")
                #expect(!mistake.message.hasSuffix("."), "\(line)")
            }
        }
    }

    @Test(arguments: ["dracut.txt", "legacy.txt"]) func whatIsRightGivesADocumentThatIsRight(name: String) throws {
        for line in try Self.lines(name) {
            let reading = CommandLineReading(KernelCommandLine(line))
            #expect(!reading.hasErrors, "\(line): \(reading.mistakes)")
            let again = try NodeConfiguration.read(Array(reading.configuration.yaml.utf8), file: line)
            #expect(again == reading.configuration, "\(line)")
        }
    }

    /// What a network boot loader adds to every command line does not replace the interfaces of a document.
    @Test(
        arguments: [
            ("BOOTIF=01-52-54-00-12-34-56", true), ("BOOTIF=01-52-54-00-12-34-56 ip=dhcp hostname=node1", true),
            ("ip=dhcp BOOTIF=01-52-54-00-12-34-56 dns=192.0.2.53", true), ("BOOTIF=eno1", false),
            ("BOOTIF=link", false), ("BOOTIF=01-52-54-00-12-34-56 bootdev=eno1", false),
            ("BOOTIF=01-52-54-00-12-34-56 ip=192.0.2.10/24", false),
            ("BOOTIF=01-52-54-00-12-34-56 ip=eno1:dhcp", false),
            ("BOOTIF=01-52-54-00-12-34-56 vlan=5", false), ("BOOTIF=01-52-54-00-12-34-56 ipv6=off", false),
        ] as [(String, Bool)])
    func whatABootLoaderAddsIsOnlyImplied(_ line: String, _ isImplied: Bool) {
        let reading = CommandLineReading(KernelCommandLine(line))
        #expect(!reading.configuration.network.interfaces.isEmpty)
        #expect(reading.networkIsImplied == isImplied)
        let beside = reading.configurationBesideInterfaces
        #expect(beside.network == (isImplied ? NetworkSettings() : reading.configuration.network))
        #expect(beside.hostname == reading.configuration.hostname)
        #expect(beside.dns == reading.configuration.dns)
    }

    @Test func interfacesOfADocumentOutliveTheBootLoader() throws {
        let diagnostics = Diagnostics()
        let document =
            "schemaVersion: 1\nnetwork: {management: br0, interfaces: [{name: eno1}, {name: br0, bridge: {ports: [eno1]}}]}\n"
        let disk = try #require(ConfigurationInput(.configDisk, Array(document.utf8), file: "node.yaml", diagnostics))
        for (words, management, hostname) in [
            ("BOOTIF=01-52-54-00-12-34-56 ip=dhcp hostname=node1", "br0", "node1"),
            ("BOOTIF=01-52-54-00-12-34-56 ip=eno7:dhcp bootdev=eno7", "eno7", nil),
        ] {
            let reading = CommandLineReading(KernelCommandLine(words))
            let layers = LayeredConfiguration([disk, ConfigurationInput(reading, beside: [disk])])
            let configuration = try #require(layers.read(diagnostics))
            #expect(configuration.network.management == management)
            #expect(configuration.hostname?.text == hostname)
        }
        let reading = CommandLineReading(KernelCommandLine("BOOTIF=01-52-54-00-12-34-56"))
        #expect(ConfigurationInput(reading, beside: [disk]).isEmpty)
        #expect(!ConfigurationInput(reading, beside: []).isEmpty)
        #expect(diagnostics.items.isEmpty)
    }
}
