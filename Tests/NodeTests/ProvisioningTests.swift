import Document
import Glibc
import Host
import Node
import NodeConfig
import Synchronization
import TestSupport
import Testing

/// From inputs to a rendered root: which one wins, what is stored, what a node that was configured once does with bad ones.
@Suite struct ProvisioningTests {
    private static let state = "run/nodewright/state/config/a/"
    private static let hash = "$6$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789"
    private static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me"

    private func render(_ node: FixtureNode, _ line: String = "", disk: String? = nil) throws -> [String] {
        let warnings = Mutex<[String]>([])
        try BootRendering(
            root: node.root, commandLine: KernelCommandLine(line), configDisk: { disk.map { Array($0.utf8) } },
            warn: { warning in warnings.withLock { $0.append(warning) } }
        ).run()
        return warnings.withLock { $0 }
    }

    private func content(_ node: FixtureNode, _ file: String) -> String? {
        try? File.readText(Path.join(node.root, file))
    }

    private func hostname(_ node: FixtureNode) -> String? { content(node, "etc/hostname")?.dropLast().description }

    private static let files = [
        "etc/other": "", "run/nodewright/state/.keep": "",
        "etc/shadow": "root:*:19000:0:99999:7:::\ndaemon:*:1::::::\n",
        "etc/ssh/sshd_config": "", "usr/share/nodewright/node.yaml": "schemaVersion: 1\nhostname: image\n",
    ]

    @Test func aConfigDiskLeftInTheDriveUndoesNothing() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let disk = "schemaVersion: 1\nhostname: disk\n"
            #expect(try render(node, disk: disk).isEmpty)
            #expect(hostname(node) == "disk")
            #expect(content(node, Self.state + "current")?.contains("# from config disk: hostname\n") == true)
            // A later change, as "nodectl apply" makes it.
            let store = NodeInputs(root: node.root, commandLine: KernelCommandLine("")).store
            var changed = NodeConfiguration()
            changed.hostname = Hostname("changed")
            #expect(try store.write(changed, by: "nodectl apply") == 2)
            let warnings = try render(node, disk: disk)
            #expect(hostname(node) == "changed")
            #expect(warnings.count == 1 && warnings.first?.contains("this is ignored: config disk") == true)
            // Told once.
            #expect(try render(node, disk: disk).isEmpty)
            // Unless somebody asks for it.
            #expect(try render(node, "nodewright.reconfigure", disk: disk).isEmpty)
            #expect(hostname(node) == "disk")
        }
    }

    /// What a command stores a part of must not be what was understood of a document with mistakes.
    @Test func whatWasUnderstoodOfMistakesIsNoBase() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            _ = try render(node, disk: "schemaVersion: 1\nhostname: disk\nssh: {port: 0}\n")
            let inputs = NodeInputs(root: node.root, commandLine: KernelCommandLine(""))
            let failure = #expect(throws: Failure.self) { try inputs.base(of: inputs.read { _ in }) }
            #expect(failure?.status == .invalidInput && failure?.details.first?.contains("\"port\"") == true)
            _ = try render(node, disk: "schemaVersion: 1\nhostname: disk\n")
            let base = try inputs.base(of: inputs.read { _ in })
            #expect(base.configuration.hostname == Hostname("disk"))
            #expect(base.sources["hostname"] == "config disk", "\(base.sources)")
        }
    }

    /// One document gives one configuration, whichever way it comes; the kernel command line has words of its own for it.
    @Test func everyWayGivesTheSame() throws {
        let document = """
            schemaVersion: 1
            hostname: node7.example.org
            dns: {servers: [192.0.2.53]}
            network:
              interfaces:
                - {name: eno1, ipv4: {method: static, addresses: [192.0.2.10/24], gateway: 192.0.2.1}}

            """
        let line = "hostname=node7.example.org ip=192.0.2.10::192.0.2.1:24::eno1:none nameserver=192.0.2.53"
        var files = Self.files
        files["usr/share/nodewright/node.yaml"] = "schemaVersion: 1\n"
        func stored(_ more: [String: String], _ line: String = "", disk: String? = nil, fetched: String? = nil) throws
            -> NodeConfiguration?
        {
            var found: NodeConfiguration?
            try FixtureNode.with(files.merging(more) { $1 }) { (node: FixtureNode) throws -> Void in
                #expect(try render(node, line, disk: disk) == [])
                let inputs = NodeInputs(root: node.root, commandLine: KernelCommandLine(line))
                if let fetched {
                    // As "nodectl configure" does it.
                    try Folder.create(Path.parent(inputs.fetched))
                    try File.write(inputs.fetched, fetched)
                    _ = try inputs.store(inputs.read { _ in }, by: "the first start")
                }
                found = inputs.store.current(warn: { _ in }).flatMap {
                    NodeConfiguration.read($0.input.tree, Diagnostics())
                }
            }
            return found
        }
        let byDisk = try #require(try stored([:], disk: document))
        #expect(byDisk.hostname == Hostname("node7.example.org") && byDisk.network.interfaces.count == 1)
        #expect(try stored(["run/credentials/@system/nodewright.config": document]) == byDisk)
        #expect(try stored([:], "nodewright.config=https://192.0.2.1/node.yaml", fetched: document) == byDisk)
        #expect(try stored([:], line) == byDisk)
    }

    @Test func theStrongerInputWins() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            _ = try render(node)
            #expect(hostname(node) == "image")
            #expect(content(node, Self.state + "current") == nil)
            try Folder.create(Path.join(node.root, "run/credentials/@system"))
            try File.write(
                Path.join(node.root, "run/credentials/@system/nodewright.config"),
                "schemaVersion: 1\nhostname: credential\ntime: {ntp: false}\n")
            _ = try render(node, "hostname=line", disk: "schemaVersion: 1\nhostname: disk\nlocale: {keyboard: de}\n")
            #expect(hostname(node) == "line")
            #expect(content(node, "etc/vconsole.conf") == "KEYMAP=de\n")
            let stored = try #require(content(node, Self.state + "1.yaml"))
            #expect(
                stored == """
                    # written by the first start
                    # from config disk: locale.keyboard
                    # from credential: time.ntp
                    # from kernel command line: hostname
                    schemaVersion: 1
                    hostname: line
                    time:
                      ntp: false
                    locale:
                      keyboard: de
                    # end

                    """)
        }
    }

    @Test func badInputsNeverKeepANodeFromItsConfiguration() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            _ = try render(node, "hostname=good")
            for disk in ["schemaVersion: 1\nhostname: bad_\n", "schemaVersion: 9\n", "\u{0}", "- x\n"] {
                let warnings = try render(node, "nodewright.reconfigure", disk: disk)
                #expect(warnings.contains { $0.contains("error: ") }, "\(disk)")
                #expect(hostname(node) == "good", "\(disk)")
            }
            #expect(content(node, Self.state + "2.yaml") == nil)
        }
        // Nothing is stored yet: what can be understood is used, and not stored.
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let warnings = try render(node, disk: "schemaVersion: 1\nhostname: understood\nssh: {port: 0}\n")
            #expect(warnings.count == 1 && warnings.first?.hasPrefix("NODECONFIG/node.yaml:3:13: error: ") == true)
            #expect(hostname(node) == "understood")
            #expect(content(node, Self.state + "current") == nil)
        }
    }

    @Test func aStatelessNodeStoresNothing() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            _ = try render(node, "stateless hostname=one")
            _ = try render(node, "stateless hostname=two")
            #expect(hostname(node) == "two")
            #expect(content(node, Self.state + "current") == nil)
        }
    }

    @Test func accessIsRendered() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let disk = """
                schemaVersion: 1
                administrator: {password-hash: "\(Self.hash)", must-change-password: true}
                ssh: {port: 2222, keys: ["\(Self.key)"]}
                """
            #expect(try render(node, disk: disk).isEmpty)
            #expect(content(node, "etc/shadow") == "root:\(Self.hash):0:0:99999:7:::\ndaemon:*:1::::::\n")
            let keys = content(node, "etc/ssh/nodewright_authorized_keys")
            #expect(keys == "# Made by nodectl from the node configuration.\n" + Self.key + "\n")
            #expect(
                content(node, "etc/ssh/sshd_config.d/10-nodewright.conf") == """
                    # Made by nodectl from the node configuration.
                    Port 2222
                    PasswordAuthentication no
                    KbdInteractiveAuthentication no
                    PermitRootLogin prohibit-password
                    AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/nodewright_authorized_keys

                    """)
            var status = stat()
            #expect(stat(Path.join(node.root, Self.state + "1.yaml"), &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func commandsShowAndGoBack() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let line = Path.join(node.root, "cmdline")
            try File.write(line, "hostname=one adminpw=\(Self.hash)")
            let warning =
                "kernel command line: word 2 (\"adminpw=...\"): the kernel command line is no place for secrets: "
                + "every user of the node can read it"
            #expect(try render(node, "hostname=one adminpw=\(Self.hash)") == [warning])
            // Consoles and "nodectl status" say so at that start.
            #expect(node.status().text.contains(warning))
            func nodectl(_ arguments: String...) throws -> Command.Result {
                try Command(
                    try Programs.built("nodectl"),
                    ["config"] + arguments + ["--root", node.root, "--kernel-command-line", line]
                ).run()
            }
            let shown = try nodectl("show").check().text
            #expect(shown.contains("hostname: one\n") && shown.contains("(secret)") && !shown.contains("saltsalt"))
            #expect(try nodectl("show", "--secrets").check().text.contains("saltsalt"))
            let origins = try nodectl("show", "--origin").check().text
            #expect(
                origins.contains(
                    "hostname: \"one\"  (kernel command line, stored as generation 1, written by the first start)\n"))
            #expect(
                origins.contains(
                    "administrator.password-hash: \"(secret)\"  "
                        + "(kernel command line, stored as generation 1, written by the first start, insecure)\n"),
                "\(origins)")
            #expect(!origins.contains("saltsalt"))
            #expect(try render(node, "hostname=one adminpw=\(Self.hash)").isEmpty)
            #expect(try nodectl("rollback").status == ExitStatus.nothingToDo.rawValue)
            let store = NodeInputs(root: node.root, commandLine: KernelCommandLine("")).store
            try store.write(NodeConfiguration(), by: "a test")
            #expect(try nodectl("history").check().text == "  1  written by the first start\n* 2  written by a test\n")
            #expect(try nodectl("rollback").check().text.hasPrefix("Generation 1 is current now"))
            #expect(try nodectl("history").check().text == "* 1  written by the first start\n  2  written by a test\n")
            #expect(try nodectl("rollback", "--generation", "7").status == ExitStatus.invalidInput.rawValue)
        }
    }

    /// PXELINUX and iPXE add BOOTIF= to every command line.
    @Test func aBootLoaderReplacesNoInterfaces() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let disk = "schemaVersion: 1\nnetwork: {interfaces: [{name: eno1}, {name: br0, bridge: {ports: [eno1]}}]}\n"
            #expect(try render(node, "BOOTIF=01-52-54-00-12-34-56 ip=dhcp hostname=line", disk: disk).isEmpty)
            let stored = try #require(content(node, Self.state + "current"))
            #expect(stored.contains("name: br0") && !stored.contains("525400123456"))
            #expect(hostname(node) == "line")
        }
    }

    @Test func aMistypedCommandLineIsNotStored() throws {
        try FixtureNode.with(Self.files) { (node: FixtureNode) throws -> Void in
            let warnings = try render(node, "hostname=line ip=eno1:dhpc")
            #expect(
                warnings == [
                    "kernel command line: word 2 (\"ip=eno1:dhpc\"), character 9: \"dhpc\" is no way to get an address; ignored"
                ])
            // What is right is used all the same, and the next start begins anew.
            #expect(hostname(node) == "line")
            #expect(content(node, Self.state + "current") == nil)
            #expect(try render(node, "hostname=line ip=eno1:dhcp").isEmpty)
            #expect(content(node, Self.state + "current")?.contains("name: eno1") == true)
        }
    }
}
