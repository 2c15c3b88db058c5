import Document
import Host
import TestSupport
import Testing

@testable import NodeConfig

/// The table is what is published: its page is current, its examples work, and its keys exist.
@Suite struct CommandLineTableTests {
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))

    @Test func thePublishedPageIsTheCurrentOne() throws {
        let file = Path.join(Self.package, "docs/kernel-command-line.md")
        guard Environment.variable("NODEWRIGHT_RECORD") == nil else {
            try File.write(file, CommandLinePage.text)
            Issue.record("recorded the page; review it and run again without NODEWRIGHT_RECORD")
            return
        }
        let published = try? File.readText(file)
        #expect(
            published == CommandLinePage.text,
            "write it anew: .build/debug/nodectl config cmdline --markdown > docs/kernel-command-line.md")
    }

    @Test func noNameStandsTwice() {
        var seen: Set<String> = []
        for name in CommandLineTable.arguments.flatMap(\.names) {
            #expect(seen.insert(name.replacing("-", with: "_")).inserted, "\(name)")
        }
        #expect(seen.count > 90)
    }

    /// Words that mean something only beside another one.
    private static let company = [
        "netmask": "ip=192.0.2.10", "gateway": "ip=192.0.2.10/24", "rd.peerdns": "nameserver=192.0.2.53",
        "rd.route": "ip=[2001:db8::10]::::::none bootdev=eno1",
        "nodewright.config-sha256": "nodewright.config=https://x/",
        "nodewright.config-ca": "nodewright.config=https://x/", "network_layout": "BOOTIF=eno1",
        "storage_vol": "storage_init=/dev/sda", "firstboot": "storage_init=/dev/sda",
        "reboot_delay": "storage_init=/dev/sda", "kdump_ssh_key": "kdump_ssh=dumps@192.0.2.9",
        "management_port":
            "management_server=engine management_server_fingerprint=332BA5D81A332BA5D81A332BA5D81A332BA5D81A",
        "management_server_fingerprint": "management_server=engine",
    ]

    @Test(arguments: CommandLineTable.arguments.map(\.names[0])) func theExampleWorks(name: String) throws {
        let argument = try #require(CommandLineTable[name])
        let line = [Self.company[name], argument.example].compactMap { $0 }.joined(separator: " ")
        let reading = CommandLineReading(KernelCommandLine(line))
        if name == "team" {
            #expect(reading.hasErrors)
            return
        }
        #expect(!reading.hasErrors, "\(line): \(reading.mistakes)")
        #expect(
            argument.isSecret == reading.insecureWords.contains(name) || name == "cim_passwd" || name == "rhn_password")
        let document = try YAML.parse(Array(reading.configuration.yaml.utf8), file: line)
        if !argument.keys.isEmpty, !["disable_kdump", "stateless"].contains(name) {
            #expect(
                argument.keys.contains { Self.value($0, document) != nil }, "\(line): \(reading.configuration.yaml)")
        }
        if argument.read == nil { #expect(reading.configuration == NodeConfiguration(), "\(line)") }
    }

    @Test func everyKeyIsOneOfTheDocument() throws {
        for argument in CommandLineTable.arguments {
            for key in argument.keys {
                var keys = NodeConfiguration.form.description.keys
                for part in key.split(separator: ".") {
                    let found = try #require(keys.first { $0.key == part }, "\(argument.names[0]): \(key)")
                    keys = found.form.keys
                }
            }
        }
    }

    private static func value(_ key: String, _ document: Document.Node) -> Document.Node? {
        key.split(separator: ".").reduce(document) { node, part in node?[String(part)] }
    }

    @Test func theCommandShowsConfigurationAndMistakes() throws {
        let nodectl = try Programs.built("nodectl")
        let line = "ip=eno1:dhpc hostname=node1 adminpw=$6$salt$Sesame7.abcdefghijklmnopqrstuv"
        let result = try Command(nodectl, ["config", "cmdline", "--text", line]).run()
        #expect(result.status == 2)
        #expect(result.text.contains("hostname: node1\n") && result.text.contains("password-hash: \"(secret)\""))
        #expect(result.errorTail.contains("word 1 (\"ip=eno1:dhpc\"), character 9: "))
        #expect(!(result.text + result.errorTail).contains("Sesame7"))
        let json = try Command(nodectl, ["config", "cmdline", "--json", "--text", "install " + line]).run()
        let object = try JSON.parse(json.output, file: "nodectl")
        #expect(object["requests"]?.sequence?.first?.string == "install")
        #expect(object["insecure"]?.sequence?.first?.string == "adminpw")
        #expect(object["configuration"]?["hostname"]?.string == "node1")
        #expect(object["mistakes"]?.sequence?.count == 2)
        #expect(!json.text.contains("Sesame7"))
        #expect(try Command(nodectl, ["config", "cmdline", "--text", "quiet ro"]).run().status == 0)
    }
}
