import Host
import NodeConfig
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Node

/// The document on a web server: each way in which it cannot be had is told apart, and only a good one counts.
@Suite struct ConfigurationDownloadTests {
    private static let stored = "run/nodewright/state/config/a/"
    private static let good = Array("schemaVersion: 1\nhostname: fetched\nlocale: {keyboard: de}\n".utf8)
    private static let bad = Array("schemaVersion: 1\nhostname: bad_\nlocale: {keyboard: de}\n".utf8)
    private static let files = ["etc/other": "", "run/nodewright/state/.keep": ""]

    /// Fetches what a command line names; what failed, and what was said meanwhile.
    private func fetch(
        _ node: FixtureNode, _ line: String, patience: Double = 0, hasNetwork: @escaping () -> Bool = { true }
    ) throws -> (failure: Failure?, said: [String], reading: NodeInputs.Reading?) {
        let inputs = NodeInputs(root: node.root, commandLine: KernelCommandLine(line))
        let source = try #require(inputs.read(warn: { _ in }).commandLine.source)
        let said = Mutex<[String]>([])
        do {
            let reading = try ConfigurationDownload(inputs, hasNetwork: hasNetwork).run(source, patience: patience) {
                line in said.withLock { $0.append(line) }
            }
            return (reading.failure, said.withLock { $0 }, reading)
        } catch {
            return (error as? Failure, said.withLock { $0 }, nil)
        }
    }

    private func line(_ url: String, _ content: [UInt8]) -> String {
        "nodewright.config=\(url) nodewright.config-sha256=\(Checksum.of(content).hex)"
    }

    @Test func aDocumentIsFetchedAndStored() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/good", .init(body: Self.good))
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            func content(_ file: String) -> String? { try? File.readText(Path.join(node.root, file)) }
            func render(_ line: String) throws {
                try BootRendering(root: node.root, commandLine: KernelCommandLine(line), warn: { _ in }).run()
            }
            // Words of the kernel command line win over the document; the first start does not store without it.
            let words = line(server.url("/good"), Self.good) + " hostname=line"
            try render(words)
            #expect(content(Self.stored + "current") == nil)
            let (failure, said, reading) = try fetch(node, words)
            #expect(failure == nil && said == ["fetching \(server.url("/good"))"])
            #expect(reading?.found.map(\.use) == [.used, .used])
            let inputs = NodeInputs(root: node.root, commandLine: KernelCommandLine(words))
            #expect(try inputs.store(try #require(reading), by: "a test") == 1)
            let stored = try #require(content(Self.stored + "1.yaml"))
            #expect(stored.contains("# from URL: locale.keyboard\n") && stored.contains("hostname: line\n"))
            try render(words)
            #expect(content("etc/hostname") == "line\n" && content("etc/vconsole.conf") == "KEYMAP=de\n")
            #expect(ConfigurationState.read(root: node.root)?.inputs.map(\.use) == [.ignored, .ignored, .used])
        }
    }

    /// `nodewright.reconfigure` with an address: what is stored stays in force until the document is there, and right.
    @Test(arguments: ["", " BOOTIF=01-52-54-00-12-34-56 ip=dhcp"])
    func whatIsStoredIsInForceUntilThen(_ more: String) throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/good", .init(body: Self.good))
        server.respond("/bad", .init(body: Self.bad))
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            var stored = NodeConfiguration()
            stored.hostname = Hostname("stored")
            stored.stateless = true
            try NodeInputs(root: node.root, commandLine: KernelCommandLine("")).store.write(stored, by: "a test")
            /// What a start renders; it may not forget where the new configuration is to be stored.
            func start(_ line: String) throws -> ConfigurationState? {
                try BootRendering(
                    root: node.root, commandLine: KernelCommandLine(line), forget: { _ in Issue.record("forgotten") },
                    warn: { Issue.record("\($0)") }
                ).run()
                #expect(try File.readText(Path.join(node.root, "etc/hostname")) == "stored\n")
                return ConfigurationState.read(root: node.root)
            }
            for (path, status) in [("/none", Host.ExitStatus.network), ("/bad", .invalidInput)] {
                let words = "nodewright.reconfigure " + line(server.url(path), Self.bad) + more
                let state = try start(words)
                #expect(state?.phase == .waiting && state?.failure == nil)
                #expect(state?.inForce == "the stored configuration, generation 1")
                let uses = more.isEmpty ? [.awaited] : [.awaited, ConfigurationState.Input.Use.awaited]
                #expect(state?.inputs.map(\.use) == uses + [.used])
                let inputs = NodeInputs(root: node.root, commandLine: KernelCommandLine(words))
                #expect(inputs.read(warn: { _ in }).source?.url == server.url(path))
                #expect(try fetch(node, words).failure?.status == status)
                #expect(inputs.read(warn: { _ in }).configuration == stored)
                #expect(try inputs.store.generations().count == 1)
            }
            let words = "nodewright.reconfigure " + line(server.url("/good"), Self.good) + more
            _ = try start(words)
            let reading = try #require(try fetch(node, words).reading)
            #expect(reading.isComplete && reading.configuration.hostname == Hostname("fetched"))
            #expect(reading.found.allSatisfy { $0.use == .used })
            // Mistyped words are not waited for, and displace nothing either.
            let typo = try fetch(node, words + " ip=eth0:dhpc")
            #expect(typo.failure?.status == .invalidInput && typo.reading?.configuration == stored)
            // Without the word nobody asks the server.
            let good = KernelCommandLine(line(server.url("/good"), Self.good))
            let quiet = NodeInputs(root: node.root, commandLine: good)
            #expect(quiet.read(warn: { _ in }).source == nil)
        }
    }

    /// One row: path, what the checksum on the command line is of, exit status, what the message says.
    @Test(
        arguments: [
            ("/good", bad, .signature, "is another document than nodewright.config-sha256= says"),
            ("/none", good, .network, "The requested URL returned error: 404"),
            ("/down", good, .network, "The requested URL returned error: 503"),
            ("/large", good, .invalidInput, "more than the 1048576 bytes that are allowed"),
            ("/bad", bad, .invalidInput, ":2:11: "), ("/empty", [], .invalidInput, "is empty"),
        ] as [(String, [UInt8], Host.ExitStatus, String)])
    func whatIsWrongIsToldApart(_ path: String, _ sum: [UInt8], _ status: Host.ExitStatus, _ message: String) throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/good", .init(body: Self.good))
        server.respond("/bad", .init(body: Self.bad))
        server.respond("/empty", .init(body: []))
        server.respond("/down", .init(body: [], status: 503))
        server.respond("/large", .init(body: [UInt8](repeating: UInt8(ascii: "#"), count: 1 << 20 + 1)))
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let failure = try fetch(node, line(server.url(path), sum)).failure
            #expect(failure?.status == status)
            #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
            #expect(failure?.message.contains(server.url(path)) == true || path == "/large")
            // Nothing of it is left for the next reading.
            #expect(!File.exists(Path.join(node.root, "run/nodewright/config/url.yaml")))
        }
    }

    @Test func aServerThatIsDownIsAskedAgain() throws {
        let server = try LoopbackServer()
        let port = server.port
        server.stop()
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let words = line("http://127.0.0.1:\(port)/good", Self.good)
            let (failure, said, _) = try fetch(node, words, patience: 1)
            #expect(failure?.status == .network && failure?.message.contains("Failed to connect") == true)
            #expect(said.count == 2 && said.last?.contains("good again: Failed to connect") == true, "\(said)")
        }
    }

    @Test func withoutANetworkNobodyIsAsked() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let words = line("http://192.0.2.1/good", Self.good)
            let (failure, said, _) = try fetch(node, words, patience: 0.5) { false }
            #expect(failure?.status == .network && said == ["waiting for the network"])
            #expect(failure?.message.hasPrefix("no interface has got an address within") == true)
            let server = try LoopbackServer()
            defer { server.stop() }
            server.respond("/good", .init(body: Self.good))
            let looks = Mutex(0)
            let late = try fetch(node, line(server.url("/good"), Self.good), patience: 10) {
                looks.withLock { count in
                    count += 1
                    return count > 5
                }
            }
            #expect(late.failure == nil && late.said.first == "waiting for the network")
        }
    }

    /// A real server with a certificate of its own: known, unknown, and a file that is not there.
    @Test func certificatesAreChecked() throws {
        try Folder.withTemporary(prefix: "config-server") { folder in
            try File.write(Path.join(folder, "node.yaml"), Self.good)
            let certificate = Path.join(folder, "ca.pem")
            try TLSServer.with(folder: folder, certificate: certificate) { server in
                try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
                    let word = "nodewright.config=https://127.0.0.1:\(server.port)/node.yaml"
                    let known = try fetch(node, "\(word) nodewright.config-ca=\(certificate)")
                    #expect(known.failure == nil && known.reading?.configuration.hostname?.text == "fetched")
                    let begin = monotonicSeconds()
                    let unknown = try fetch(node, word, patience: 60)
                    #expect(unknown.failure?.status == .signature)
                    #expect(unknown.failure?.message.contains("the certificate of the server is not accepted") == true)
                    #expect(unknown.failure?.details.joined().contains("certificate") == true)
                    #expect(monotonicSeconds() - begin < 20, "asking again would not help")
                    let none = try fetch(node, "\(word) nodewright.config-ca=/nowhere/ca.pem")
                    #expect(none.failure?.status == .invalidInput)
                    #expect(none.failure?.message.contains("no file \"/nowhere/ca.pem\"") == true)
                    // The name in the address is another than in the certificate.
                    let other = word.replacing("127.0.0.1", with: "localhost")
                    let misnamed = try fetch(node, "\(other) nodewright.config-ca=\(certificate)")
                    #expect(misnamed.failure?.status == .signature, "\(misnamed.failure?.description ?? "")")
                }
            }
        }
    }
}

/// A server whose certificate is judged by a clock that may be wrong.
@Suite struct PatienceWithTheClockTests {
    private static let early = Failure(
        .signature, "the certificate of the server is not accepted: https://192.0.2.1/node.yaml",
        details: ["https://192.0.2.1/node.yaml: SSL certificate problem: certificate is not yet valid"])
    private static let foreign = Failure(
        .signature, "the certificate of the server is not accepted: https://192.0.2.1/node.yaml",
        details: ["https://192.0.2.1/node.yaml: SSL certificate problem: self-signed certificate"])

    @Test(arguments: [(false, early, 3), (true, early, 1), (false, foreign, 1)])
    func asksAgain(_ isClockRight: Bool, _ failure: Failure, _ tries: Int) {
        var count = 0
        let value = try? Downloader.patiently(for: 60, again: { _ in }, isClockRight: { isClockRight }, wait: { _ in })
        {
            count += 1
            if count < 3 { throw failure }
            return count
        }
        #expect(count == tries)
        #expect(value == (tries == 3 ? 3 : nil))
    }
}
