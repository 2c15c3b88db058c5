import Document
import Glibc
import Host
import NodeConfig
import Synchronization
import TestSupport
import Testing

@testable import Node

/// What consoles and `nodectl status` say of a configuration after the initramfs has read its inputs.
@Suite struct ConfigurationStateTests {
    private static let stored = "run/nodewright/state/config/a/"
    private static let hash = "$6$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789"
    private static let files = ["etc/other": "", "run/nodewright/state/.keep": "", "etc/shadow": "root:*:1::::::\n"]
    private static let disk = "schemaVersion: 1\nhostname: disk\n"

    private func render(_ node: FixtureNode, _ line: String = "", disk: String? = nil) throws -> ConfigurationState {
        try BootRendering(
            root: node.root, commandLine: KernelCommandLine(line), configDisk: { disk.map { Array($0.utf8) } },
            warn: { _ in }
        ).run()
        return try #require(ConfigurationState.read(root: node.root))
    }

    private func mode(_ node: FixtureNode, _ file: String) -> UInt32? {
        var status = stat()
        return stat(Path.join(node.root, file), &status) == 0 ? status.st_mode & 0o777 : nil
    }

    /// One row: kernel command line, config disk, phase, the line for people that comes first, the inputs.
    @Test(
        arguments: [
            ("quiet", nil, .unconfigured, "none: no input was found", "found: nothing"),
            ("quiet", disk, .waiting, "waiting for the system to start", "found: config disk NODECONFIG/node.yaml"),
            (
                "hostname=line", disk, .waiting, "waiting for the system to start",
                "found: config disk NODECONFIG/node.yaml, kernel command line"
            ),
            (
                "nodewright.config=https://h/n.yaml?token=1", nil, .waiting,
                "waiting for the system to start", "found: URL https://h/n.yaml (awaited)"
            ),
            (
                "quiet", "schemaVersion: 1\nhostname: disk\nssh: {port: 0}\n", .failed,
                "failed: NODECONFIG/node.yaml:3:13: \"port\" must be a whole number from 1 to 65535, but this is \"0\"",
                "found: config disk NODECONFIG/node.yaml"
            ),
            (
                "quiet", "schemaVersion: 9\n", .failed,
                "failed: NODECONFIG/node.yaml:1:16: the document has schemaVersion 9, but this program reads none above 1",
                "found: config disk NODECONFIG/node.yaml (unusable)"
            ),
            (
                "ip=eno1:dhpc hostname=line", nil, .failed,
                "failed: kernel command line: word 1 (\"ip=eno1:dhpc\"), character 9: \"dhpc\" is no way to get an address",
                "found: kernel command line"
            ),
            // With a document on its way there is something left to do.
            (
                "ip=eno1:dhpc nodewright.config=https://h/n.yaml", nil, .waiting, "waiting for the system to start",
                "found: URL https://h/n.yaml (awaited), kernel command line"
            ),
        ] as [(String, String?, ConfigurationState.Phase, String, String)])
    func afterReading(
        _ line: String, _ disk: String?, _ phase: ConfigurationState.Phase, _ head: String, _ inputs: String
    ) throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let state = try render(node, line, disk: disk)
            #expect(state.phase == phase)
            let lines = StatusLines(node.status()).configuration
            #expect(lines.first == head && lines.contains(inputs), "\(lines)")
            #expect(mode(node, ConfigurationState.file) == 0o644)
            // Kept for whoever repairs it, and only then.
            let isWrong = state.failure != nil
            #expect((state.understood == "/run/nodewright/config/understood.yaml") == isWrong)
            #expect(mode(node, "run/nodewright/config/understood.yaml") == (isWrong ? 0o600 : nil))
        }
    }

    @Test func whatWasUnderstoodIsKeptAndSecretsAreNotShown() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let broken = """
                schemaVersion: 1
                hostname: understood
                administrator: {password-hash: "\(Self.hash)"}
                ssh: {port: 0}
                snmp: {enabled: true, password: topsecret}
                nonsense: 1
                """
            let state = try render(node, "adminpw=\(Self.hash)", disk: broken)
            #expect(
                state.mistakes.map(\.place) == ["NODECONFIG/node.yaml:4:13", "NODECONFIG/node.yaml:6:1"],
                "\(state.mistakes)")
            let kept = try File.readText(Path.join(node.root, "run/nodewright/config/understood.yaml"))
            #expect(kept.contains("hostname: understood") && kept.contains(Self.hash) && kept.contains("topsecret"))
            let status = node.status()
            let shown =
                try File.readText(Path.join(node.root, ConfigurationState.file)) + status.text
                + StatusScreen(status).lines.joined() + JSON.text(status.json)
            #expect(!shown.contains("saltsalt") && !shown.contains("topsecret"))
            #expect(shown.contains("(and 1 more)"))
        }
    }

    @Test func aNodeThatWasConfiguredSaysWhatItIgnores() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            #expect(try render(node, disk: Self.disk).inForce == "what the inputs say, and it is stored")
            let again = try render(node, disk: Self.disk)
            #expect(again.phase == .waiting && again.inForce == "the stored configuration, generation 1")
            #expect(
                again.inputs.map(\.words) == ["config disk NODECONFIG/node.yaml", "stored configuration generation 1"])
            #expect(again.inputs.map(\.use) == [.ignored, .used] && again.notes.isEmpty)
            let other = try render(node, disk: "schemaVersion: 1\nhostname: other\n")
            #expect(
                other.notes == [
                    "a configuration is stored, so this is ignored: config disk (nodewright.reconfigure reads it anew)"
                ])
            #expect(try render(node, disk: "schemaVersion: 1\nhostname: other\n").notes.isEmpty)
            // Asked for, but broken: the node keeps what it has, and says why.
            let refused = try render(node, "nodewright.reconfigure", disk: "schemaVersion: 1\nhostname: bad_\n")
            #expect(refused.phase == .failed && refused.inForce == "the stored configuration, generation 1")
            #expect(refused.inputs.map(\.use) == [.unusable, .used])
            #expect(refused.failure?.status == Int(Host.ExitStatus.invalidInput.rawValue))
            #expect(refused.failure?.message.hasPrefix("NODECONFIG/node.yaml:2:11: ") == true)
            let unreadable = try render(node, "nodewright.reconfigure", disk: "- x\n")
            #expect(unreadable.phase == .failed && unreadable.inputs.map(\.use) == [.unusable, .used])
            // Ignored mistakes are no failure.
            #expect(try render(node, "ip=eno1:dhpc", disk: "- x\n").phase == .waiting)
        }
    }

    @Test func aDamagedGenerationIsNoted() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            _ = try render(node, disk: Self.disk)
            let store = NodeInputs(root: node.root, commandLine: KernelCommandLine("")).store
            var changed = NodeConfiguration()
            changed.hostname = Hostname("changed")
            #expect(try store.write(changed, by: "nodectl apply") == 2)
            #expect(truncate(Path.join(node.root, Self.stored + "2.yaml"), 30) == 0)
            let state = try render(node)
            #expect(state.inForce == "the stored configuration, generation 1")
            let note = "generation 2 of the stored configuration is passed over: its end is missing"
            #expect(state.notes == [note])
            #expect(try File.readText(Path.join(node.root, "etc/hostname")) == "disk\n")
            #expect(node.status().text.contains(note))
        }
    }

    @Test func aConfigDiskThatCannotBeRead() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            func start() throws -> ConfigurationState? {
                try BootRendering(
                    root: node.root, commandLine: KernelCommandLine("hostname=line"),
                    configDisk: {
                        throw Failure(.invalidInput, "the config disk: there is no file \"node.yaml\" on it")
                    },
                    warn: { _ in }
                ).run()
                return ConfigurationState.read(root: node.root)
            }
            let state = try #require(try start())
            #expect(state.phase == .failed && state.inputs.map(\.use) == [.used, .unusable])
            #expect(state.failure?.message == "the config disk: there is no file \"node.yaml\" on it")
            // The rest is in force, but the next start looks at the disk again.
            #expect(try File.readText(Path.join(node.root, "etc/hostname")) == "line\n")
            #expect(File.kind(Path.join(node.root, Self.stored + "current")) == nil)
        }
    }

    @Test func theFileComesBackAsItWasWritten() throws {
        try FixtureNode.with([:]) { (node: FixtureNode) throws -> Void in
            #expect(ConfigurationState.read(root: node.root) == nil)
            for phase in ConfigurationState.Phase.allCases {
                let state = ConfigurationState(
                    phase: phase, activity: "a \"b\"\n", seconds: 31.25,
                    inputs: ConfigurationState.Input.Use.allCases.map { .init(origin: "URL", name: nil, use: $0) },
                    inForce: "x", failure: .init(status: 4, message: "m", hint: nil, details: ["d", "e"]),
                    mistakes: [.init(place: "p:1:2", message: "m", hint: "h")], notes: ["n"], understood: "/run/u")
                try state.write(root: node.root)
                #expect(ConfigurationState.read(root: node.root) == state)
            }
            for rubbish in ["", "{}", "[1]", "{\"state\":\"other\"}"] {
                try File.write(Path.join(node.root, ConfigurationState.file), rubbish)
                #expect(ConfigurationState.read(root: node.root) == nil)
            }
        }
    }

    /// A stick that the kernel knows seconds after the initramfs has looked.
    @Test func aConfigDiskThatComesUpLate() throws {
        /// Looks after a start; how often the disk was looked for.
        func look(
            _ node: FixtureNode, _ line: String = "", until deadline: Double, _ read: () throws -> [UInt8]?
        ) throws -> (found: Bool, looks: Int, work: UnattendedConfiguration) {
            let earlier = try render(node, line)
            let inputs = NodeInputs(root: node.root, commandLine: KernelCommandLine(line))
            var work = UnattendedConfiguration(inputs, root: node.root) { _ in }
            work.state.goOn(from: earlier)
            var looks = 0
            let found = work.findLateDisk(until: deadline) {
                looks += 1
                return looks < 2 ? nil : try read()
            }
            return (found, looks, work)
        }
        let soon = LoginSession.now() + 60
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let late = try look(node, until: soon) { Array(Self.disk.utf8) }
            #expect(late.found && late.looks == 2 && late.work.state.phase == .waiting)
            #expect(late.work.state.inputs.map(\.words) == ["config disk NODECONFIG/node.yaml"])
            #expect(late.work.reading.choice.toStore?.hostname == Hostname("disk"))
        }
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let wrong = try look(node, until: soon) { Array("schemaVersion: 1\nhostname: bad_\n".utf8) }
            #expect(wrong.found && wrong.work.state.phase == .failed)
        }
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let unreadable = try look(node, until: soon) { throw Failure(.device, "the config disk: no") }
            #expect(unreadable.found && unreadable.work.state.failure?.message == "the config disk: no")
            // Too late: one look, and the node stays as it is.
            let none = try look(node, until: 0) { Array(Self.disk.utf8) }
            #expect(!none.found && none.looks == 1 && none.work.state.phase == .unconfigured)
            // Something else configures the node.
            #expect(try look(node, "hostname=line", until: soon) { nil }.looks == 0)
            #expect(try look(node, until: soon) { nil }.looks == 0)
        }
    }

    @Test func aChangeByHandEndsAFailure() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            #expect(try render(node, "ip=eno1:dhpc").phase == .failed)
            ConfigurationState.noteChange(generation: 3, root: node.root)
            let state = try #require(ConfigurationState.read(root: node.root))
            #expect(state.phase == .configured && state.failure == nil)
            #expect(state.inForce == "the stored configuration, generation 3")
        }
    }
}
