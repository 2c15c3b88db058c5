import NodeConfig
import Testing

/// A configuration becomes a kernel command line that says the same when it is read.
@Suite struct CommandLineWriterTests {
    private static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
    private static let fingerprint = "33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A"

    /// A document without its version, the words, and the paths that they do not say.
    private typealias Row = (document: String, words: String, missing: [String])

    private static let plain: [Row] = [
        ("", "", []),
        ("hostname: node1.example.org", "hostname=node1.example.org", []),
        (
            "time: {zone: Europe/Berlin, ntp: true, ntp-servers: [ntp1.example.org, \"2001:db8::123\"]}",
            "ntp=ntp1.example.org,2001:db8::123", ["time.zone", "time.ntp"]
        ),
        ("time: {ntp: false}", "ntp=off", []),
        // A server that is called as the word that switches them off.
        ("time: {ntp-servers: [\"off\"]}", "", ["time.ntp-servers"]),
        ("locale: {language: de_DE.UTF-8, keyboard: de}", "keyboard=de", ["locale.language"]),
        (
            "dns: {servers: [192.0.2.53, \"2001:db8::53\"], search: [example.org]}",
            "nameserver=192.0.2.53 nameserver=[2001:db8::53]", ["dns.search"]
        ),
        ("ssh: {enabled: true, port: 2222, password-login: true}", "ssh_pwauth=1", ["ssh.enabled", "ssh.port"]),
        ("ssh: {password-login: false, keys: [\(key)]}", "ssh_pwauth=0 sshkey=\"\(key)\"", []),
        ("ssh: {keys: [\(key) a à b]}", "sshkey=\"\(key) a à b\"", []),
        // Nothing escapes a quote.
        ("ssh: {keys: ['\(key) the \"best\" init=/bin/sh']}", "", ["ssh.keys"]),
        ("console: {lock-down: false, idle-logout: 60}", "", ["console.lock-down", "console.idle-logout"]),
        (
            "logging: {syslog: \"log.example.org:1514\", syslog-protocol: udp, netconsole: \"[2001:db8::14]:6666\"}",
            "syslog=log.example.org:1514 netconsole=[2001:db8::14]:6666", ["logging.syslog-protocol"]
        ),
        // Without a port it is legacy oVirt Node's.
        ("logging: {collectd: metrics.example.org}", "collectd=metrics.example.org:25826", []),
        ("kdump: {enabled: false}", "disable_kdump", []),
        ("kdump: {enabled: true, target: local}", "disable_kdump=0", ["kdump.target"]),
        ("kdump: {target: \"nfs://[2001:db8::20]/dumps\"}", "kdump_nfs=[2001:db8::20]:/dumps", []),
        ("kdump: {target: \"nfs://192.0.2.20/my dumps\"}", "", ["kdump.target"]),
        (
            "kdump: {target: \"ssh://kdump@192.0.2.20\", ssh-key-url: \"https://example.org/kdump.key\"}",
            "kdump_ssh=kdump@192.0.2.20 kdump_ssh_key=https://example.org/kdump.key", []
        ),
        // Where the host cannot be said, its key means nothing.
        (
            "kdump: {target: \"ssh://\(String(repeating: "k", count: 65))@192.0.2.20\", ssh-key-url: \"https://x/k\"}",
            "", ["kdump.target", "kdump.ssh-key-url"]
        ),
        (
            "storage: {iscsi-initiator: \"iqn.2026-01.org.example:node1\", nfs-domain: example.org}",
            "iscsi_name=iqn.2026-01.org.example:node1 nfsv4_domain=example.org", []
        ),
        (
            "engine: {address: engine.example.org, port: 8443, fingerprint: \"\(fingerprint)\", trust: pinned}",
            "management_server=engine.example.org:8443 management_server_fingerprint=\(fingerprint)", ["engine.trust"]
        ),
        ("engine: {address: \"2001:db8::2\", cluster: Default}", "management_server=2001:db8::2", ["engine.cluster"]),
        ("persist: [/etc/multipath.conf.d, /root/.ssh]\nstateless: false", "stateless=0", ["persist"]),
        ("stateless: true", "stateless", []),
    ]

    private static let installation: [Row] = [
        ("{targets: [{device: /dev/sda}], delay: 60}", "storage_init=/dev/sda reboot_delay=60", []),
        ("{targets: [{device: \"/dev/disk/by-id/wwn-*\", choose: first}]}", "storage_init=/dev/disk/by-id/wwn-*", []),
        // Of several disks the word takes the first, and this selector none.
        ("{targets: [{device: \"/dev/disk/by-id/wwn-*\"}], delay: 9}", "", ["targets", "delay"]),
        ("{targets: [{transport: scsi, serial: \"3600508b\"}]}", "storage_init=scsi:3600508b", []),
        ("{targets: [{transport: scsi, serial: \"ALL\"}]}", "", ["targets"]),
        ("{targets: [{transport: nvme, choose: first}]}", "storage_init=nvme", []),
        ("{targets: [{transport: nvme, choose: smallest}]}", "", ["targets"]),
        ("{targets: [{minimum-size: 1 GiB, choose: first}]}", "storage_init", []),
        ("{targets: [{minimum-size: 2 GiB, choose: first}]}", "", ["targets"]),
        ("{targets: [{device: /dev/sda}, {device: /dev/sdb}], keep-state: true}", "", ["targets", "keep-state"]),
        // No word that asks for more than the configuration does.
        (
            "{targets: [{device: /dev/sda}], wipe: anything, completion: stay}", "storage_init=/dev/sda",
            ["wipe", "completion"]
        ),
        (
            "{sizes: {esp: 1 GiB, slot: 2 GiB, state: 20 GiB, data: rest}}",
            "storage_vol=1024,EFI:20480,Config:-1,Data", ["sizes.slot"]
        ),
        ("{sizes: {state: 1 GB, data: rest}}", "", ["sizes.state", "sizes.data"]),
        ("{sizes: {state: 1 GB, data: 3 MiB}}", "storage_vol=3,Data", ["sizes.state"]),
        ("{sizes: {esp: 0 B, data: 0 B}}", "", ["sizes.esp", "sizes.data"]),
    ].map { ("installation: \($0)", $1, $2.map { "installation." + $0 }) }

    private static let cards: [Row] = [
        ("[{name: eno1}]", "ip=eno1:dhcp", []),
        ("[{name: eno1, ipv4: {method: disabled}}]", "ip=eno1:off", []),
        ("[{name: eno1, ipv6: {method: automatic}}]", "ip=eno1:auto6", []),
        ("[{name: eno1, ipv4: {method: dhcp}, ipv6: {method: link-local}}]", "ip=eno1:dhcp,link6", []),
        (
            """
            [{name: eno1, ipv4: {method: static, addresses: [192.0.2.10/24, 198.51.100.7/25], gateway: 198.51.100.1},
            ipv6: {method: static, addresses: ["2001:db8::10/64"], gateway: "fe80::1"}, mtu: 9000}]
            """,
            "ip=192.0.2.10:::24::eno1:none:9000 ip=198.51.100.7::198.51.100.1:25::eno1:none "
                + "ip=[2001:db8::10]::[fe80::1]:64::eno1:none", []
        ),
        (
            """
            [{name: eno1, ipv4: {method: dhcp}, ipv6: {method: static, addresses: ["2001:db8::10/64"]},
            mac-address: "52:54:00:aa:bb:cc"}]
            """, "ip=eno1:dhcp::52:54:00:aa:bb:cc ip=[2001:db8::10]:::64::eno1:none", []
        ),
        (
            "[{name: eno1, ipv4: {method: static, addresses: [192.0.2.10/24]}, mac-address: \"52:54:00:aa:bb:cc\"}]",
            "ip=192.0.2.10:::24::eno1:none::52:54:00:aa:bb:cc", []
        ),
        // DHCP brings IPv6 along; what switches it off is a word about the one interface that others do not name.
        ("[{name: eno1, ipv4: {method: dhcp}}]", "bootdev=eno1 ip=eno1:dhcp ipv6=off", []),
        (
            "[{name: eno1, ipv4: {method: dhcp}}, {name: eno2, ipv4: {method: dhcp}}]", "ip=eno1:dhcp ip=eno2:dhcp",
            ["[0].ipv6.method", "[1].ipv6.method"]
        ),
        (
            "[{name: a, ipv4: {method: dhcp}, ipv6: {method: dhcp}}, {name: b, ipv4: {method: disabled}}]",
            "bootdev=a ip=a:dhcp ip=b:off ipv6=dhcp", []
        ),
        ("[{name: eno1, ipv6: {method: dhcp}}]", "ip=eno1:auto6", ["[0].ipv6.method"]),
        (
            "[{name: eno1, ipv4: {method: dhcp, addresses: [192.0.2.9/24]}, ipv6: {method: automatic}}]",
            "ip=eno1:dhcp", ["[0].ipv4.addresses"]
        ),
        // Without IPv6 a packet may be as small, but DHCP may bring IPv6.
        ("[{name: eno1, mtu: 1000}]", "ip=eno1:dhcp", ["[0].mtu"]),
        ("[{name: eno1, ipv4: {method: dhcp}, mtu: 1000}]", "bootdev=eno1 ip=eno1:dhcp:1000 ipv6=off", []),
        // The gateway is in no subnet, but on a network that is on the link.
        (
            """
            [{name: a, ipv4: {method: static, addresses: [192.0.2.9/32], gateway: 10.0.0.1,
            routes: [{to: 10.0.0.0/8}]}}]
            """,
            "ip=192.0.2.9:::32::a:none rd.route=10.0.0.0/8::a", ["[0].ipv4.gateway"]
        ),
        (
            """
            [{name: a, ipv4: {method: dhcp, route-metric: 5, routes: [{to: 10.0.0.0/8, via: 192.0.2.1, metric: 9},
            {to: 10.0.0.0/8, via: 192.0.2.1}]},
            ipv6: {method: automatic, routes: [{to: "2001:db8:1::/48", via: "fe80::2"}]}}]
            """, "ip=a:dhcp rd.route=10.0.0.0/8:192.0.2.1:a rd.route=[2001:db8:1::/48]:[fe80::2]:a",
            ["[0].ipv4.routes[0].metric", "[0].ipv4.routes[1]", "[0].ipv4.route-metric"]
        ),
        ("[{name: lan, match: {mac: \"52:54:00:12:34:56\"}}]", "ifname=lan:52:54:00:12:34:56 ip=lan:dhcp", []),
        ("[{name: lan, match: {path: \"pci-0000:03:00.0\"}}]", "ip=lan:dhcp", ["[0].match"]),
        ("[{name: lan, match: {name: eno1}}]", "ip=eno1:dhcp", []),
        (
            "[{name: lan, match: {name: eno1}}, {name: eno1, match: {path: x}}]", "ip=lan:dhcp ip=eno1:dhcp",
            ["[0].match", "[1].match"]
        ),
    ].map { ("network: {interfaces: \($0)}", $1, $2.map { "network.interfaces" + $0 }) }

    /// `link`, and what words mean that name no interface.
    private static let links: [Row] = [
        ("interfaces: [{name: lan, match: link}]", "ip=single-dhcp", []),
        ("interfaces: [{name: lan, match: link, mtu: 9000}]", "ip=:single-dhcp:9000", []),
        ("interfaces: [{name: lan, match: link, ipv4: {method: dhcp}}]", "ip=single-dhcp ipv6=off", []),
        (
            "management: lan, interfaces: [{name: lan, match: link}, {name: br0, bridge: {ports: [a]}}, {name: a}]",
            "bootdev=link bridge=br0:a ip=single-dhcp ip=br0:dhcp", []
        ),
        (
            """
            management: lan, interfaces: [{name: b}, {name: lan, match: link,
            ipv4: {method: static, addresses: [192.0.2.9/24], gateway: 192.0.2.1,
            routes: [{to: 10.0.0.0/8, via: 192.0.2.2}]}}]
            """,
            "ksdevice=link ip=b:dhcp ip=192.0.2.9::192.0.2.1:24:::none rd.route=10.0.0.0/8:192.0.2.2:link", []
        ),
        ("interfaces: [{name: b}, {name: lan, match: link, ipv6: {method: automatic}}]", "ip=b:dhcp ip=auto6", []),
        // The word would mean the bridge.
        (
            """
            interfaces: [{name: a}, {name: br0, bridge: {ports: [a]}},
            {name: b, match: link, ipv6: {method: automatic}}]
            """,
            "bridge=br0:a ip=br0:dhcp ip=b:auto6", ["interfaces[2].match"]
        ),
        (
            "interfaces: [{name: link}, {name: lan, match: link}]", "ip=link:dhcp ip=lan:dhcp",
            ["interfaces[1].match"]
        ),
        ("management: eno1", "", ["management"]),
        ("management: eno2, interfaces: [{name: eno1}, {name: eno2}]", "bootdev=eno2 ip=eno1:dhcp ip=eno2:dhcp", []),
    ].map { ("network: {\($0)}", $1, $2.map { "network." + $0 }) }

    private static let stacks: [Row] = [
        (
            """
            [{name: eno1, match: {mac: "52:54:00:12:34:56"}}, {name: lan2, match: {name: eno2}},
            {name: bond0, mtu: 9000, bond: {mode: active-backup, members: [eno1, lan2], miimon: 50, primary: lan2}},
            {name: bond0.20, vlan: {id: 20, parent: bond0}, mtu: 1500, ipv4: {method: dhcp}, ipv6: {method: automatic}}]
            """,
            "ifname=eno1:52:54:00:12:34:56 bond=bond0:eno1,eno2:mode=active-backup,miimon=50,primary=eno2:9000 "
                + "vlan=bond0.20:bond0 ip=bond0.20:dhcp:1500", []
        ),
        (
            """
            [{name: a}, {name: bond0, bond: {members: [a],
            options: {arp_interval: 9, arp_ip_target: "192.0.2.1,192.0.2.2"}}}]
            """,
            "bond=bond0:a:mode=active-backup,arp_interval=9,arp_ip_target=192.0.2.1;192.0.2.2 ip=bond0:dhcp", []
        ),
        (
            """
            [{name: a}, {name: bond0, bond: {members: [a],
            options: {arp_interval: 9, arp_ip_target: "2001:db8::1"}}}]
            """,
            "bond=bond0:a:mode=active-backup ip=bond0:dhcp",
            ["[1].bond.options.arp_interval", "[1].bond.options.arp_ip_target"]
        ),
        (
            """
            [{name: a, mtu: 9000, mac-address: "52:54:00:12:34:56"}, {name: v, vlan: {id: 7, parent: a}}, {name: br0,
            bridge: {ports: [v], spanning-tree: true, forward-delay: 4}, mtu: 1400}]
            """,
            // The name of a VLAN says its number, and only its ports' bridge has addresses.
            "vlan=a.7:a bridge=br0:a.7 ip=a:off:9000:52:54:00:12:34:56 ip=br0:dhcp:1400",
            ["[1].name", "[2].bridge.spanning-tree", "[2].bridge.forward-delay"]
        ),
        (
            """
            [{name: a, mtu: 9000, mac-address: "52:54:00:12:34:56"},
            {name: br0, bridge: {ports: [a], spanning-tree: false}}]
            """,
            "bridge=br0:a ip=br0:dhcp", ["[0].mtu", "[0].mac-address"]
        ),
        // Without ports the word would take eth0; what is built on it falls with it.
        (
            "[{name: a}, {name: br0, bridge: {}}, {name: br0.5, vlan: {id: 5, parent: br0}}]", "ip=a:dhcp",
            ["[1]", "[2]"]
        ),
        (
            "[{name: averylongname12, ipv4: {method: disabled}}, {name: v, vlan: {id: 5, parent: averylongname12}}]",
            "vlan=vlan5:averylongname12 ip=vlan5:dhcp", ["[1].name"]
        ),
        // IPv6 is switched off on the only bond, bridge or VLAN, which is meant without a name.
        (
            "[{name: a}, {name: br0, bridge: {ports: [a]}, ipv4: {method: dhcp}}]", "bridge=br0:a ip=br0:dhcp ipv6=off",
            []
        ),
    ].map { ("network: {interfaces: \($0)}", $1, $2.map { "network.interfaces" + $0 }) }

    @Test(arguments: [plain, installation, cards, links, stacks].joined().map { $0 })
    private func saysTheSame(document: String, words: String, missing: [String]) throws {
        let configuration = try Self.configuration(document)
        let commandLine = configuration.commandLine
        #expect(commandLine.text == words)
        #expect(commandLine.missing == missing)
        CommandLineRoundTrip.expect(configuration, document)
    }

    @Test func whatIsTooMuchIsMissing() throws {
        let cards = (0..<300).map { "{name: i\($0)}" }.joined(separator: ", ")
        let many = try Self.configuration("hostname: a\nnetwork: {management: i7, interfaces: [\(cards)]}")
        #expect(many.commandLine.text == "hostname=a")
        #expect(many.commandLine.missing == ["network.management", "network.interfaces"])
        var long = NodeConfiguration()
        let name = String(repeating: "x", count: 1000)
        long.ssh.keys = (0..<70).map { "\(Self.key) \(name)\($0)" }
        long.hostname = Hostname("a")
        #expect(long.commandLine.text == "hostname=a")
        #expect(long.commandLine.missing == ["ssh.keys"])
        CommandLineRoundTrip.expect(many, "300 cards")
        CommandLineRoundTrip.expect(long, "70 keys")
    }

    @Test func noSecretIsWritten() throws {
        let text = """
            administrator: {password-hash: "$6$hash$abcdefghijklmnopqrstuv", must-change-password: true}
            snmp: {enabled: true, password: snmpsecret}
            engine: {address: e, user: admin@internal, password: enginesecret, mode: add}
            """
        var configuration = try Self.configuration(text)
        #expect(configuration.commandLine.text == "management_server=e")
        #expect(
            configuration.commandLine.missing == [
                "administrator.password-hash", "administrator.must-change-password", "snmp.enabled", "snmp.password",
                "engine.mode", "engine.user", "engine.password",
            ])
        CommandLineRoundTrip.expect(configuration, text)
        configuration.engine.password = nil
        configuration.engine.token = Secret("tokensecret")
        CommandLineRoundTrip.expect(configuration, "token")
    }

    private static func configuration(_ document: String) throws -> NodeConfiguration {
        try NodeConfiguration.read(Array("schemaVersion: 1\n\(document)".utf8), file: "x.yaml")
    }
}
