import Host
import NodeConfig
import Testing

/// NetworkManager's own reader of dracut's words must understand every vector as ours does, but for what is listed.
@Suite struct CommandLineOracleTests {
    private static let generator = ["/usr/libexec/nm-initrd-generator", "/usr/lib/NetworkManager/nm-initrd-generator"]
        .first { File.kind($0) == .regular }
    private static let vectors = Path.normalized(
        Path.join(Path.parent(#filePath), "../Golden/command-lines/dracut.txt"))

    /// Where we differ on purpose, and why; docs/kernel-command-line.md says the same.
    private static let differences: [String: String] = [
        "ip=dhcp": "every card, so that no interface is described",
        "ip=on": "as ip=dhcp", "ip=any": "as ip=dhcp", "ip=auto": "as ip=dhcp", "ip=dhcp,dhcp6": "as ip=dhcp",
        "ip=::::::dhcp": "as ip=dhcp",
        "ip=dhcp nameserver=192.0.2.53": "as ip=dhcp", "ip=::::node1::dhcp:192.0.2.53": "as ip=dhcp",
        "ip=either6": "only newer versions of NetworkManager know it",
        "ip=192.0.2.10::192.0.2.1:24::eno1": "an address without a method is as with none, not with auto",
        "ip=192.0.2.10::192.0.2.1:24::eno1:none:[2001:db8::53]": "NetworkManager does not understand it",
        "ip=[2001:db8::10]/56::[2001:db8::1]:::eno1:none": "NetworkManager passes over the length behind the bracket",
        "ip=eno1:dhcp ip=eno1:auto6": "both count, not the last",
        "ip=eno1:dhcp ip=[2001:db8::10]::[fe80::1]:64::eno1:none":
            "both count, not the last",
        "ip=dhcp bootdev=eno2": "the interface is meant that bootdev names, not another one besides",
        "ip=192.0.2.10::192.0.2.1:24:::none bootdev=eno2": "as above",
        "BOOTIF=01-52-54-00-12-34-56 ip=eno1:dhcp": "BOOTIF adds no interface to those that are named",
        "BOOTIF=01-52-54-00-12-34-56 bond=bond0:eno1,eno2 ip=bond0:dhcp": "as above, and the mode of a bond",
        "BOOTIF=20-00-00-00-48-fe-80-00-00-00-00-00-00-00-02-c9-03-00-4b-0a-01": "NetworkManager expects Ethernet here",
        "ksdevice=eno2 ip=192.0.2.10 netmask=255.255.255.0 gateway=192.0.2.1 nameserver=192.0.2.53": "Anaconda's form",
        "ksdevice=bootif BOOTIF=01-52-54-00-12-34-56 ip=dhcp": "Anaconda's form",
        "ksdevice=link ip=dhcp": "Anaconda's form",
        "ifname=lan0:52-54-00-12-34-56 BOOTIF=01-52-54-00-12-34-56": "the name of ifname is used",
        "vlan=eno1.5:eno1 ip=dhcp": "the one that is described is meant, not another one besides",
        "bridge=br0:eno1.5 vlan=eno1.5:eno1 ip=dhcp": "as above",
        "bond=bond0:eno1,eno2 ip=dhcp": "as above, and the mode of a bond",
        "bond=": "NetworkManager takes eth0 alone", "bond": "as above", "bond=bond7": "as above",
        "bond=bond0:eno1,eno2": "the mode of a bond without options is active-backup, as in legacy oVirt Node",
        "bond=bond0:eno1,eno2::9000": "the mode of a bond",
        "bond=bond0:eno1 bond=bond1:eno2 ip=bond0:dhcp ip=198.51.100.7:::24::bond1:none": "the mode of a bond",
        "bridge=br0:bond0 bond=bond0:eno1,eno2 ip=192.0.2.10::192.0.2.1:24::br0:none": "the mode of a bond",
        "bond=bond0:eno1,eno2::mode=balance-xor:9000":
            "the form of dracut's manual page, which NetworkManager does not know",
        "bond=bond0:eno1,eno2:mode=1,arp_interval=200,arp_ip_target=192.0.2.1;192.0.2.2": "NetworkManager refuses it",
        "bond=bond0:eno1,eno2:mode=802.3ad,lacp_rate=1,xmit_hash_policy=1,ad_select=bandwidth": "words for numbers",
        "rd.route=198.51.100.0/255.255.255.0:192.0.2.254:eno1": "NetworkManager takes no dotted mask",
        "rd.route=198.51.100.7/24:192.0.2.254:eno1": "a network has no bits of a host",
        "rd.route=[2001:db8:3::]/48:[2001:db8::1]:eno1": "NetworkManager passes over the length behind the bracket",
        "rd.route=198.51.100.0/24:192.0.2.254 BOOTIF=eno1": "legacy oVirt Node's form of BOOTIF",
    ]

    /// An interface in a few words that are the same for both readers.
    private typealias Summary = [String: String]

    @Test(.enabled(if: generator != nil, "nm-initrd-generator (network-manager) is not installed"))
    func networkManagerUnderstandsTheSame() throws {
        let generator = try #require(Self.generator)
        let lines = try File.readText(Self.vectors).split(separator: "\n").filter { $0.hasPrefix("> ") }
            .map { String($0.dropFirst(2)) }
        var compared = 0
        for line in lines where Self.differences[line] == nil {
            let words = line.split(separator: " ").map(String.init)
            let output = try Command(generator, ["-s", "--"] + words).run().check().text
            let theirs = Self.theirs(output)
            let ours = Self.ours(CommandLineReading(KernelCommandLine(line)).configuration)
            #expect(ours == theirs, "\(line)")
            compared += 1
        }
        #expect(compared >= 60)
        #expect(Self.differences.keys.allSatisfy(lines.contains), "a line that is gone")
    }

    /// The connections that the generator prints, by interface, `nic…` for a hardware address, `any` for neither.
    private static func theirs(_ output: String) -> [String: Summary] {
        var interfaces: [String: Summary] = [:]
        for part in output.split(separator: "*** Connection '").dropFirst() {
            var values: [String: String] = [:]
            var section = ""
            for line in part.split(separator: "\n") {
                if line.hasPrefix("[") {
                    section = String(line.dropFirst().dropLast())
                    values[section] = ""
                } else if let equals = line.firstIndex(of: "=") {
                    values["\(section).\(line[..<equals])"] = String(line[line.index(after: equals)...])
                }
            }
            var summary: Summary = [:]
            let mac = values["ethernet.mac-address"] ?? values["infiniband.mac-address"]
            let name =
                values["connection.interface-name"]
                ?? mac.map { "nic" + $0.lowercased().filter { $0 != ":" }.suffix(12) }
            if values["connection.master"] != nil || values["connection.controller"] != nil { summary["port"] = "yes" }
            summary["vlan"] = values["vlan.id"].map { "\($0) on \(values["vlan.parent"] ?? "?")" }
            if values["connection.type"] == "bond" {
                summary["bond"] = values.filter { $0.key.hasPrefix("bond.") }
                    .map { "\($0.key.dropFirst(5))=\($0.value)" }.sorted().joined(separator: " ")
            }
            if values["connection.type"] == "bridge" { summary["bridge"] = "yes" }
            summary["mtu"] = values["ethernet.mtu"]
            summary["mac"] = values["ethernet.cloned-mac-address"]?.lowercased()
            for family in ["ipv4", "ipv6"] where summary["port"] == nil {
                var method = values["\(family).method"] ?? ""
                var gateway = values["\(family).gateway"]
                let addresses = (1...9).compactMap { values["\(family).address\($0)"] }.map { text -> String in
                    let fields = text.split(separator: ",")
                    if fields.count > 1 { gateway = String(fields[1]) }
                    return String(fields[0])
                }
                if method == "manual" { method = "static" }
                if method == "auto" { method = family == "ipv4" ? "dhcp" : "automatic" }
                let routes = (1...9).compactMap { values["\(family).route\($0)"] }
                summary[family] = ([method] + addresses + [gateway.map { "via \($0)" }].compactMap { $0 } + routes)
                    .joined(separator: " ")
            }
            interfaces[name ?? "any"] = summary
        }
        return interfaces
    }

    private static func ours(_ configuration: NodeConfiguration) -> [String: Summary] {
        let network = configuration.network
        var interfaces: [String: Summary] = [:]
        for interface in network.interfaces {
            var summary: Summary = [:]
            if network.controller(of: interface.name) != nil { summary["port"] = "yes" }
            summary["vlan"] = interface.vlan.map { "\($0.id) on \($0.parent)" }
            if let bond = interface.bond {
                var options = bond.options
                options["mode"] = bond.mode.rawValue
                options["miimon"] = bond.miimon.map { "\($0)" }
                options["primary"] = bond.primary
                summary["bond"] = options.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            }
            if interface.bridge != nil { summary["bridge"] = "yes" }
            summary["mtu"] = interface.mtu.map { "\($0)" }
            summary["mac"] = interface.assignedMAC?.description
            if summary["port"] == nil {
                let ipv4 = network.ipv4(of: interface)
                summary["ipv4"] = text(ipv4.method.rawValue, ipv4.addresses, ipv4.gateway, ipv4.routes)
                let ipv6 = network.ipv6(of: interface)
                summary["ipv6"] = text(ipv6.method.rawValue, ipv6.addresses, ipv6.gateway, ipv6.routes)
            }
            interfaces[interface.match == .link ? "any" : interface.name] = summary
        }
        return interfaces
    }

    private static func text(
        _ method: String, _ addresses: [IPPrefix], _ gateway: IPAddress?, _ routes: [RouteSettings]
    ) -> String {
        let routes = routes.map { route in
            route.destination.description + (route.gateway.map { ",\($0)" } ?? "")
        }
        return ([method] + addresses.map(\.description) + [gateway.map { "via \($0)" }].compactMap { $0 } + routes)
            .joined(separator: " ")
    }
}
