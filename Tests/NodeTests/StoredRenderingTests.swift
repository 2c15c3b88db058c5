import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

/// A node that was configured before starts as it was: what is stored is written before process 1 and NetworkManager read it.
@Suite struct StoredRenderingTests {
    private func rendered(
        _ configuration: NodeConfiguration, files: [String: String] = [:], slot: String = "a",
        _ body: (_ root: String, _ warnings: [String]) throws -> Void
    ) throws {
        try Folder.withTemporary { root in
            try Folder.create(Path.join(root, "etc"))
            try Folder.create(Path.join(root, "usr/share/zoneinfo/Europe"))
            try File.write(Path.join(root, "usr/share/zoneinfo/Europe/Berlin"), "")
            for (name, content) in files {
                try Folder.create(Path.parent(Path.join(root, name)))
                try File.write(Path.join(root, name), content)
            }
            let store = ConfigurationStore(folder: Path.join(root, "run/nodewright/state/config/\(slot)"))
            try store.write(configuration, by: "a test")
            var warnings: [String] = []
            let line = KernelCommandLine("nodewright.slot=\(slot)")
            for _ in 0..<2 { try BootRendering(root: root, commandLine: line) { warnings.append($0) }.run() }
            try body(root, warnings)
        }
    }

    @Test(arguments: ["a", "b"]) func settingsAndProfiles(slot: String) throws {
        var configuration = try #require(NetworkExamples.all["vlan-on-bond"])
        configuration.network = configuration.network.withImpliedCards
        configuration.hostname = Hostname("node7.example.org")
        configuration.time.zone = "Europe/Berlin"
        configuration.locale.keyboard = "de-nodeadkeys"
        configuration.locale.language = "de_DE.UTF-8"
        let folder = "run/NetworkManager/system-connections"
        let left = [
            folder + "/eth0.nmconnection": "[user]\norg.freedesktop.NetworkManager.origin=nm-initrd-generator\n",
            folder + "/nodewright-old-12345678.nmconnection": "", folder + "/mine.nmconnection": "[connection]\n",
        ]
        try rendered(configuration, files: left, slot: slot) { root, warnings in
            #expect(warnings == [])
            #expect(try File.readText(root + "/etc/hostname") == "node7.example.org\n")
            #expect(try File.linkTarget(root + "/etc/localtime") == "../usr/share/zoneinfo/Europe/Berlin")
            #expect(try File.readText(root + "/etc/vconsole.conf") == "KEYMAP=de-nodeadkeys\n")
            #expect(try File.readText(root + "/etc/locale.conf") == "LANG=de_DE.UTF-8\n")
            let profiles = try NetworkProfiles(configuration).all
            let files = try Folder.list(Path.join(root, folder))
            #expect(Set(files) == Set(profiles.map(\.file) + ["mine.nmconnection"]))
            for profile in profiles {
                #expect(try File.readText(Path.join(root, folder + "/" + profile.file)) == profile.text)
            }
            let own = try File.readText(root + "/run/NetworkManager/conf.d/50-nodewright.conf")
            #expect(own.contains("no-auto-default=*"))
        }
    }

    /// Without interfaces NetworkManager stays free to ask for addresses on every card.
    @Test func withoutInterfacesNothingIsWrittenForTheNetwork() throws {
        var configuration = NodeConfiguration()
        configuration.time.zone = "Mars/Olympus"
        try rendered(configuration) { root, warnings in
            #expect(!File.exists(root + "/run/NetworkManager"))
            #expect(!File.exists(root + "/etc/localtime"))
            #expect(warnings.first == "the image has no time zone \"Mars/Olympus\"; ignored")
        }
    }
}
