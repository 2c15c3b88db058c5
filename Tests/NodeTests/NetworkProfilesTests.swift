import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

/// The keyfiles of whole configurations, held against `Tests/Golden/keyfiles` and against NetworkManager's own reader.
@Suite struct NetworkProfilesTests {
    private static let golden = Path.normalized(Path.join(Path.parent(#filePath), "../Golden/keyfiles"))

    /// Every row is a configuration; its profiles are one golden file, in the order in which they are brought up.
    @Test(arguments: NetworkExamples.all.keys.sorted()) func keyfilesAreWhatWasReviewed(name: String) throws {
        let profiles = try NetworkProfiles(try #require(NetworkExamples.all[name]))
        let text = profiles.all.map { "### \($0.file)\n\($0.text)" }.joined(separator: "\n")
        let file = Path.join(Self.golden, name + ".txt")
        if Environment.variable("NODEWRIGHT_RECORD") != nil {
            try Folder.create(Self.golden)
            try File.write(file, text)
            Issue.record("recorded \(name); review it and run again without NODEWRIGHT_RECORD")
        }
        let expected = try? File.readText(file)
        #expect(text == expected, "NODEWRIGHT_RECORD=1 swift test --filter NetworkProfilesTests writes \(name) anew")
    }

    /// NetworkManager reads each key as it was meant: what it writes again has all of them but its own defaults.
    @Test(
        .enabled(if: Environment.program("nmcli") != nil, "nmcli is not installed"),
        arguments: NetworkExamples.all.keys.sorted())
    func networkManagerReadsThem(name: String) throws {
        for profile in try NetworkProfiles(try #require(NetworkExamples.all[name])).all {
            let result = try Command(
                "nmcli", ["--offline", "connection", "modify", "connection.id", profile.name],
                input: .bytes(Array(profile.text.utf8))
            ).run().check()
            #expect(!result.errorTail.contains("Warning"), "\(result.errorTail)")
            let read = Self.keys(result.text)
            for (key, value) in Self.keys(profile.text) where Self.defaults[key] != value {
                #expect(read[key] == value, "\(name), \(profile.name): \(key)\n\(result.text)")
            }
        }
    }

    /// What NetworkManager leaves out when it writes.
    private static let defaults = ["vlan.flags": "1", "bridge.stp": "true"]

    private static func keys(_ text: String) -> [String: String] {
        var group = ""
        var keys: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("[") {
                group = String(line.dropFirst().dropLast())
            } else if let equals = line.firstIndex(of: "=") {
                let (key, value) = ("\(group).\(line[..<equals])", String(line[line.index(after: equals)...]))
                keys[key] = value
                // Some versions write the router behind the first address.
                guard line.hasPrefix("address1="), let comma = value.firstIndex(of: ",") else { continue }
                keys[key] = String(value[..<comma])
                keys[group + ".gateway"] = String(value[value.index(after: comma)...])
            }
        }
        return keys
    }

    @Test func theSameConfigurationGivesTheSameProfiles() throws {
        for configuration in NetworkExamples.all.values {
            let one = try NetworkProfiles(configuration).all
            let other = try NetworkProfiles(configuration).all
            #expect(one == other)
            #expect(Set(one.map(\.uuid)).count == one.count)
        }
    }

    /// Another profile for whatever changed, and for whatever refers to it; the others stay.
    @Test func onlyWhatChangesIsNew() throws {
        var configuration = try #require(NetworkExamples.all["vlan-on-bond"])
        let before = try NetworkProfiles(configuration).all
        let index = try #require(configuration.network.interfaces.firstIndex { $0.vlan != nil })
        configuration.network.interfaces[index].mtu = 9000
        let after = try NetworkProfiles(configuration).all
        #expect(Set(before.map(\.name)) == Set(after.map(\.name)))
        #expect(Set(after).subtracting(before).map(\.name) == ["storage"])
    }

    @Test func circlesAreRefused() throws {
        var configuration = NodeConfiguration()
        for (name, port) in [("br0", "br1"), ("br1", "br0")] {
            var bridge = InterfaceSettings(name: name)
            bridge.bridge = BridgeSettings(ports: [port])
            configuration.network.interfaces.append(bridge)
        }
        #expect(throws: Failure.self) { try NetworkProfiles(configuration) }
    }

    /// A value cannot end its line, or it could add keys of its own.
    @Test func valuesStayInTheirLine() {
        var file = Keyfile()
        file.add("id", " a\nb=c\\ ", to: "connection")
        #expect(file.text.hasSuffix("\n[connection]\nid=\\sa\\nb=c\\\\\\s\n"))
    }
}
