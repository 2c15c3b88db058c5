import Document
import Glibc
import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

/// `nodectl register` as people and units run it.
@Suite struct RegisterCommandTests {
    private static let password = "correct horse & battery=staple"

    private func run(
        _ node: RegisteringNode, _ arguments: [String], line: String = "", input: Command.Input = .null
    ) throws -> Command.Result {
        let words = node.path("cmdline")
        try File.write(words, line + "\n")
        return try Command(
            try Programs.built("nodectl"),
            ["register", "--root", node.root, "--kernel-command-line", words] + arguments, input: input
        ).run()
    }

    private func address(_ node: RegisteringNode) -> String { "127.0.0.1:\(node.engine.port)" }

    private func stored(_ node: RegisteringNode) -> String? {
        node.content("run/nodewright/state/config/a/current")
    }

    @Test func whatWasGivenAndWorkedIsStored() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let result = try run(
                node, [address(node), "--fingerprint", node.engine.sha1.lowercased(), "--name", "seven"])
            #expect(result.status == 0, "\(result.errorTail)")
            #expect(node.anonymous(result.text).hasPrefix("Engine          ENGINE\nState           asked the engine "))
            #expect(
                node.anonymous(result.errorTail).hasPrefix("nodectl: connecting to the engine ENGINE\n"),
                "\(result.errorTail)")
            let text = try #require(stored(node))
            #expect(text.contains("written by nodectl register"), "\(text)")
            let configuration = try NodeConfiguration.read(Array(text.utf8), file: "stored")
            #expect(configuration.engine.address == HostAddress("127.0.0.1"))
            #expect(configuration.engine.port == node.engine.port)
            #expect(configuration.engine.fingerprint == CertificateFingerprint(node.engine.sha1))
            #expect(configuration.engine.nodeName == "seven")
            // From now on nothing must be given.
            #expect(try run(node, []).status == Host.ExitStatus.nothingToDo.rawValue)
            let status = try run(node, ["--status", "--json"]).check()
            let state = try JSON.parse(status.output, file: "status")
            #expect(state["step"]?.string == "requested")
            #expect(state["name"]?.string == "seven")
            #expect(state["problem"]?.isNull == true)
        }
    }

    @Test func whatDidNotWorkIsNotStored() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let result = try run(node, [address(node), "--fingerprint", node.engine.otherSHA256])
            #expect(result.status == Host.ExitStatus.signature.rawValue)
            #expect(
                node.anonymous(result.errorTail).contains(
                    "nodectl: error: the authority of the engine ENGINE has the SHA-256 fingerprint"))
            #expect(stored(node) == nil)
            let status = try run(node, ["--status"]).check().text
            #expect(
                node.anonymous(status).contains("State           not registered with the engine ENGINE\n"), "\(status)")
            #expect(
                node.anonymous(status).contains("Problem         the authority of the engine ENGINE has the SHA-256"))
        }
    }

    /// A password comes from a file or from standard input, goes to the engine, and nowhere else.
    @Test func credentialsAreUsedAndForgotten() throws {
        try RegisteringNode.with(["password": Self.password]) { (node: RegisteringNode) throws -> Void in
            let file = node.path("secret")
            try File.write(file, Self.password + "\n", mode: 0o600)
            let arguments = [
                address(node), "--fingerprint", node.engine.sha256, "--approve", "--user", "admin@internal",
                "--password-file",
            ]
            let first = try run(node, arguments + [file])
            #expect(first.status == 0, "\(first.errorTail)")
            #expect(first.text.contains("Host status     up\n"), "\(first.text)")
            let again = try run(
                node, arguments + ["-", "--again", "--json"], input: .bytes(Array((Self.password + "\n").utf8)))
            #expect(again.status == 0, "\(again.errorTail)")
            let lines = again.text.split(separator: "\n")
            #expect(try lines.allSatisfy { try JSON.parse(String($0), file: "line").mapping != nil })
            #expect(lines.first == "{\"event\":\"step\",\"message\":\"connecting to the engine \(address(node))\"}")
            #expect(try JSON.parse(String(lines.last ?? ""), file: "line")["step"]?.string == "up")
            // In no file of the node, and in nothing that was said.
            for path in try Folder.walk(node.root) where File.kind(node.path(path)) == .regular && path != "secret" {
                let text = String(decoding: try File.read(node.path(path)), as: UTF8.self)
                #expect(!text.contains("horse") && !text.contains("token-\(node.engine.port)"), "\(path)")
            }
            for text in [first.text, first.errorTail, again.text, again.errorTail] {
                #expect(!text.contains("horse") && !text.contains("token-\(node.engine.port)"))
            }
            // Nor the things that would need them.
            #expect(stored(node)?.contains("approve") == false)
            let refused = try run(node, arguments + ["-", "--again"], input: .bytes(Array("wrong\n".utf8)))
            #expect(refused.status == Host.ExitStatus.invalidInput.rawValue)
            #expect(!refused.errorTail.contains("wrong"))
            let empty = try run(node, arguments + ["-"], input: .bytes([0x0A]))
            #expect(empty.errorTail.contains("standard input has no password in its first line"))
        }
    }

    /// What was meant for one engine never goes to another.
    @Test func anotherEngineGetsNoCredentials() throws {
        let other = try TestEngine()
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let document = """
                schemaVersion: 1
                engine:
                  address: 127.0.0.1
                  port: \(node.engine.port)
                  trust: first-use
                  user: admin@internal
                  password: secret
                """
            try Folder.create(node.path("usr/share/nodewright"))
            try File.write(node.path("usr/share/nodewright/node.yaml"), document)
            let result = try run(node, ["127.0.0.1:\(other.port)", "--fingerprint", other.sha256])
            #expect(result.status == 0, "\(result.errorTail)")
            #expect(try other.registrations().count == 1)
            #expect(try !other.requests().contains { $0["path"]?.string == "/ovirt-engine/sso/oauth/token" })
            #expect(try node.engine.requests().isEmpty)
        }
    }

    @Test func theKernelCommandLineIsEnough() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let line =
                "management_server=\(address(node)) management_server_fingerprint=\(node.engine.sha1) hostname=node1"
            let result = try run(node, ["--unattended"], line: line)
            #expect(result.status == 0, "\(result.errorTail)")
            #expect(try node.engine.registrations().count == 1)
            #expect(try run(node, ["--unattended"], line: line).status == Host.ExitStatus.nothingToDo.rawValue)
            // Nothing was given on the command line of the program.
            #expect(stored(node) == nil)
        }
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let result = try run(node, ["--unattended"], line: "quiet")
            #expect(result.status == Host.ExitStatus.nothingToDo.rawValue)
            #expect(result.errorTail.contains("the node configuration names no engine"))
            #expect(try run(node, ["--status"]).status == Host.ExitStatus.nothingToDo.rawValue)
            #expect(try run(node, ["--forget"]).status == Host.ExitStatus.nothingToDo.rawValue)
            let named = try run(node, ["--status"], line: "management_server=\(address(node))").check().text
            #expect(node.anonymous(named).contains("not registered with the engine ENGINE"), "\(named)")
        }
    }

    /// A start after the configuration has got another engine, or none.
    @Test func anEngineThatWasTakenOutIsShutOutAtTheNextStart() throws {
        let other = try TestEngine()
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let folder = node.path("run/nodewright/state/config")
            let file = Path.join(folder, "a/1.yaml")
            let nothingToDo = Host.ExitStatus.nothingToDo.rawValue
            // Another one, which nothing says how to trust, and none.
            for (engine, status) in [("{address: 127.0.0.1, port: \(other.port)}", Int32(2)), ("{}", nothingToDo)] {
                try Folder.remove(folder)
                #expect(try run(node, [address(node), "--fingerprint", node.engine.sha256]).status == 0)
                let before = try File.readText(file)
                // A node that has lost its configuration knows nothing of engines.
                try Folder.remove(folder)
                #expect(try run(node, ["--unattended"]).status == nothingToDo)
                try Folder.create(Path.parent(file))
                try File.write(file, before)
                #expect(try run(node, ["--unattended"]).status == nothingToDo)
                #expect(node.content("root/.ssh/authorized_keys") == node.engine.sshKey + "\n")

                try File.write(file, "schemaVersion: 1\nengine: \(engine)\n")
                let shown = try run(node, ["--status"]).text
                #expect(node.anonymous(shown).contains("ENGINE") == (status == nothingToDo), "\(shown)")
                let result = try run(node, ["--unattended"])
                #expect(result.status == status, "\(result.errorTail)")
                #expect(node.anonymous(result.errorTail).contains("the engine ENGINE is not the configured one"))
                #expect(node.content("root/.ssh/authorized_keys") == "")
                #expect(!node.traces.contains { $0.hasSuffix("ca.pem") || $0.hasSuffix("engine.pub") })
            }
        }
    }

    @Test func aDamagedStateIsNotAnUnregisteredNode() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            try Folder.create(node.path("run/nodewright/state/engine"))
            try File.write(node.path("run/nodewright/state/engine/registration.json"), "{")
            let result = try run(node, ["--status"])
            #expect(result.status == Host.ExitStatus.device.rawValue)
            #expect(result.errorTail.contains("what this node remembers of its engine is damaged"))
        }
    }

    @Test func forgetting() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            #expect(try run(node, [address(node), "--fingerprint", node.engine.sha256]).status == 0)
            #expect(try run(node, ["--forget"]).status == 0)
            #expect(node.content("root/.ssh/authorized_keys") == "")
            #expect(stored(node)?.contains("engine:") == false)
            #expect(node.state == nil)
            #expect(node.content("etc/vdsm/vdsm.id") == RegisteringNode.uuid.lowercased() + "\n")
        }
    }

    @Test func aPersonIsShownTheFingerprint() throws {
        guard Environment.program("script") != nil else {
            print("skipped: the program script is not installed")
            return
        }
        for (answer, expected) in [("yes", Int32(0)), ("no", 5), ("", 5)] {
            try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
                try File.write(node.path("cmdline"), "\n")
                let nodectl = try Programs.built("nodectl")
                let command =
                    "\(nodectl) register \(address(node)) --root \(node.root) --kernel-command-line \(node.path("cmdline"))"
                let result = try Command(
                    "script", ["--quiet", "--return", "--command", command, "/dev/null"],
                    input: .bytes(Array((answer + "\n").utf8))
                ).run()
                #expect(result.status == expected, "\(result.text)")
                #expect(result.text.contains("SHA-256  \(node.engine.sha256)"))
                #expect(result.text.contains("SHA-1    \(node.engine.sha1)"))
                let fingerprint = stored(node).flatMap {
                    try? NodeConfiguration.read(Array($0.utf8), file: "stored").engine.fingerprint
                }
                #expect(fingerprint == (expected == 0 ? CertificateFingerprint(node.engine.sha256) : nil))
                #expect(node.traces.isEmpty == (expected != 0))
            }
        }
    }

    @Test(arguments: [
        (["not a name"], "is not a host name or an IP address"),
        (["e", "--fingerprint", "AB:CD"], "--fingerprint is not"),
        (["e", "--user", "admin@internal"], "--user and --password-file belong together"),
        (["e", "--status"], "--status stands alone"), (["--forget", "--approve"], "--forget stands alone"),
        (["e", "--name", "a\nb"], "--name is not a text in one line"), (["e", "--ca", "/nonexistent"], "/nonexistent"),
        (["e", "--again", "--unattended"], "--again is for people"), (["e", "--password", "x"], "Unknown option"),
    ])
    func wrongUsage(_ arguments: [String], _ message: String) throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let result = try run(node, arguments)
            #expect(result.status == Host.ExitStatus.invalidInput.rawValue)
            #expect(result.errorTail.contains(message), "\(result.errorTail)")
        }
    }

    @Test func anAuthorityFromAFile() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let file = node.path("ca.pem")
            try File.write(file, "Certificate: something for people\n" + node.engine.authority)
            let result = try run(node, [address(node), "--ca", file])
            #expect(result.status == 0, "\(result.errorTail)")
            let text = try #require(stored(node))
            let configuration = try NodeConfiguration.read(Array(text.utf8), file: "stored")
            #expect(configuration.engine.certificateAuthority == node.engine.authority)
            try File.write(file, "nothing\n")
            let wrong = try run(node, [address(node), "--ca", file])
            #expect(wrong.status == Host.ExitStatus.signature.rawValue)
            #expect(wrong.errorTail.contains("is not a certificate in PEM form"))
        }
    }

    @Test func theStatusShowsTheEngine() throws {
        try RegisteringNode.with(["certificate": "foreign"]) { (node: RegisteringNode) throws -> Void in
            #expect(try run(node, [address(node), "--fingerprint", node.engine.sha256]).status == 5)
            let status = try Command(try Programs.built("nodectl"), ["status", "--root", node.root]).run().check().text
            #expect(
                node.anonymous(status).contains("Engine          not registered with the engine ENGINE\n"), "\(status)")
            #expect(node.anonymous(status).contains("the engine ENGINE is not trusted: its certificate does not"))
            let json = try Command(
                try Programs.built("nodectl"), ["status", "--json", "--root", node.root]
            ).run().check().output
            #expect(try JSON.parse(json, file: "status")["engine"]?["problem"]?.string == "untrusted")
            let screen = StatusScreen(FixtureNode(root: node.root).status())
            let rows = screen.lines.map(node.anonymous)
            #expect(rows.contains(" Engine            not registered with the engine ENGINE"), "\(rows)")
            #expect(rows.contains { $0.hasPrefix("                   the engine ENGINE is not trusted: its") })
            #expect(screen.lines.count <= 23 && screen.lines.allSatisfy { $0.utf8.count <= 79 })
        }
    }

    /// No row of the screen pushes another one out, however much there is to say.
    @Test func aFullScreenKeepsItsSize() throws {
        var state = RegistrationState(engine: "engine.example.org")
        state.message = String(repeating: "a very long reason ", count: 40) + String(repeating: "x", count: 200)
        let interfaces = (1...30).map {
            NetworkInterface(
                name: "eno\($0)", state: "up", hardwareAddress: nil, isPhysical: true,
                addresses: [.init(.ipv4, "192.0.2.\($0)", prefix: 24)])
        }
        for (problems, installs) in [([], false), (["one", "two", "three"], true)] as [([String], Bool)] {
            let status = NodeStatus(
                release: OSRelease([]), boot: .live, wantsInstallation: installs, hostname: "n", machineID: nil,
                uptime: nil, interfaces: interfaces, kvm: .none, services: .unknown("nobody answers"),
                problems: problems, engine: state)
            let lines = StatusScreen(status).lines
            #expect(lines.count <= 23, "\(lines)")
            #expect(lines.allSatisfy { $0.utf8.count <= 79 })
            #expect(lines.contains { $0.hasSuffix("more lines: nodectl status") })
            #expect(lines.last == " Press Enter to log in, or F2 for the menu.")
        }
    }
}
