import Glibc
import Host
import NodeConfig
import Testing

@testable import Node

/// Each key of the node configuration that is a file of a service: exactly these files, and the image's again without it.
@Suite struct ServiceSettingsTests {
    /// A key and what it makes of the image.
    struct Row: Sendable, CustomTestStringConvertible {
        let document: String
        /// The content of each file that is another one; a link is "-> TARGET"; nil is a file that is gone.
        let files: [String: String]
        var warnings: [String] = []
        var without: [String] = []

        var testDescription: String { document.split(separator: "\n").joined(separator: " ") }
    }

    private static let mark = "# Made by nodectl from the node configuration.\n"
    private static let wants = "etc/systemd/system/multi-user.target.wants/"
    private static let chrony = "pool 2.fedora.pool.ntp.org iburst\nsourcedir /run/chrony-dhcp\ndriftfile /d\n\n# end\n"
    private static let idmapd = "[General]\n\nVerbosity = 0\n# Domain = localdomain\n\n[Mapping]\nDomain = other\n"
    private static let kdump =
        "#raw /dev/vg/lv\npath /var/crash\ncore_collector makedumpfile -l -d 31\nfailure_action shell\n"

    /// Fedora's stack of remote logins, with words for pam_unix where it judges accounts.
    private static func accounts(_ words: String) -> String {
        "auth required pam_env.so\nauth sufficient pam_unix.so nullok\naccount     required      pam_unix.so\(words)\n"
            + "account required pam_permit.so\npassword sufficient pam_unix.so yescrypt\nsession required pam_unix.so\n"
    }

    private static let image = [
        "etc/chrony.conf": chrony, "etc/idmapd.conf": idmapd, "etc/kdump.conf": kdump, "etc/iscsi/iscsid.conf": "x\n",
        "etc/ssh/sshd_config": "Include\n", "usr/sbin/snmpd": "", "usr/sbin/collectd": "",
        "etc/snmp/snmpd.conf": "image\n",
        "etc/shadow": "root:*:19000:0:99999:7:::\ndaemon:*:1::::::\n", "etc/hostname": "image\n",
        "etc/pam.d/password-auth": accounts(""), "etc/pam.d/system-auth": accounts(""),
        "etc/profile.d/nodewright-console.sh": "TMOUT=600\n", "usr/share/zoneinfo/Europe/Berlin": "",
    ]

    static let rows: [Row] = [
        Row(
            document: "time: {ntp-servers: [ntp1.example.org, \"2001:db8::1\"]}",
            files: [
                "etc/chrony.conf": mark
                    + "server ntp1.example.org iburst\nserver 2001:db8::1 iburst\ndriftfile /d\n\n# end\n"
            ]),
        Row(document: "time: {ntp: false}", files: ["etc/systemd/system/chronyd.service": "-> /dev/null"]),
        Row(document: "time: {ntp: true}", files: [:]),
        Row(
            document: "time: {ntp-servers: [192.0.2.1]}", files: [:],
            warnings: ["time servers: the image has no chrony; ignored"], without: ["etc/chrony.conf"]),
        Row(
            document: "logging: {syslog: log.example.org}",
            files: [
                "etc/systemd/system/nodewright-log.service.d/50-nodewright.conf": mark
                    + "[Service]\nEnvironment=SERVER=log.example.org:514 PROTOCOL=udp\n",
                wants + "nodewright-log.service": "-> /usr/lib/systemd/system/nodewright-log.service",
            ]),
        Row(
            document: "logging: {syslog: \"[2001:db8::1]:6514\", syslog-protocol: tcp}",
            files: [
                "etc/systemd/system/nodewright-log.service.d/50-nodewright.conf": mark
                    + "[Service]\nEnvironment=SERVER=[2001:db8::1]:6514 PROTOCOL=tcp\n",
                wants + "nodewright-log.service": "-> /usr/lib/systemd/system/nodewright-log.service",
            ]),
        Row(
            document: "logging: {netconsole: 192.0.2.14}",
            files: [
                "etc/systemd/system/nodewright-netconsole.service.d/50-nodewright.conf": mark
                    + "[Service]\nEnvironment=TARGET=192.0.2.14:6666\n",
                wants + "nodewright-netconsole.service": "-> /usr/lib/systemd/system/nodewright-netconsole.service",
            ]),
        Row(
            document: "logging: {collectd: metrics.example.org}",
            files: [
                "etc/collectd.d/nodewright.conf": mark
                    + "LoadPlugin network\n<Plugin network>\n  Server \"metrics.example.org\" \"25826\"\n</Plugin>\n",
                wants + "collectd.service": "-> /usr/lib/systemd/system/collectd.service",
            ]),
        Row(
            document: "logging: {collectd: metrics.example.org}", files: [:],
            warnings: ["measurements: the image has no collectd; ignored"], without: ["usr/sbin/collectd"]),
        Row(
            document: "kdump: {enabled: true}",
            files: [
                "etc/kdump.conf": mark + "path /var/crash\ncore_collector makedumpfile -l --message-level 7 -d 31\n"
                    + "#raw /dev/vg/lv\nfailure_action shell\n",
                wants + "kdump.service": "-> /usr/lib/systemd/system/kdump.service",
            ]),
        Row(
            document: "kdump: {target: \"nfs://[2001:db8::1]/dumps/here\"}",
            files: [
                "etc/kdump.conf": mark
                    + "nfs [2001:db8::1]:/dumps/here\npath /\ncore_collector makedumpfile -l --message-level 7 -d 31\n"
                    + "#raw /dev/vg/lv\nfailure_action shell\n",
                wants + "kdump.service": "-> /usr/lib/systemd/system/kdump.service",
            ]),
        Row(
            document: "kdump: {target: \"ssh://dumps@192.0.2.9\", ssh-key-url: \"https://x.example.org/a%20b;c=$d\"}",
            files: [
                "etc/kdump.conf": mark
                    + "ssh dumps@192.0.2.9\npath /var/crash\nsshkey /var/lib/nodewright/kdump-key\n"
                    + "core_collector makedumpfile -F -l --message-level 7 -d 31\n#raw /dev/vg/lv\nfailure_action shell\n",
                "etc/systemd/system/kdump.service.d/50-nodewright.conf": mark
                    + "[Unit]\nWants=network-online.target\nAfter=network-online.target\n\n[Service]\n"
                    + "ExecStartPre=/usr/bin/nodectl fetch-kdump-key \"https://x.example.org/a%%20b;c=$$d\"\n",
                wants + "kdump.service": "-> /usr/lib/systemd/system/kdump.service",
            ]),
        Row(document: "kdump: {enabled: false}", files: ["etc/systemd/system/kdump.service": "-> /dev/null"]),
        Row(
            document: "kdump: {enabled: true}", files: [:],
            warnings: ["kdump: the image has no kexec-tools, so nothing is written after a crash; ignored"],
            without: ["etc/kdump.conf"]),
        Row(document: "kdump: {enabled: false}", files: [:], without: ["etc/kdump.conf"]),
        Row(
            document: #"snmp: {enabled: true, password: 'say "hi" \ 12'}"#,
            files: [
                "etc/snmp/snmpd.conf": mark + #"createUser root SHA-256 "say \"hi\" \\ 12" AES"#
                    + "\nrouser root authpriv\nagentAddress udp:161,udp6:161\n",
                "etc/systemd/system/snmpd.service.d/50-nodewright.conf": mark
                    + "[Service]\nExecStartPre=-/usr/bin/sed -i /^usmUser/d /var/lib/net-snmp/snmpd.conf\n",
                wants + "snmpd.service": "-> /usr/lib/systemd/system/snmpd.service",
            ]),
        Row(document: "snmp: {enabled: false}", files: ["etc/systemd/system/snmpd.service": "-> /dev/null"]),
        Row(
            document: "snmp: {enabled: true, password: correcthorse}", files: [:],
            warnings: ["SNMP: the image has no net-snmp; ignored"], without: ["usr/sbin/snmpd"]),
        Row(
            document: "storage: {iscsi-initiator: \"iqn.2026-01.org.example:node1\"}",
            files: ["etc/iscsi/initiatorname.iscsi": mark + "InitiatorName=iqn.2026-01.org.example:node1\n"]),
        Row(
            document: "storage: {iscsi-initiator: \"iqn.2026-01.org.example:node1\"}", files: [:],
            warnings: ["iSCSI initiator: the image has no iscsi-initiator-utils; ignored"], without: ["etc/iscsi"]),
        Row(
            document: "storage: {nfs-domain: example.org}",
            files: [
                "etc/idmapd.conf": mark
                    + "[General]\nDomain = example.org\n\nVerbosity = 0\n# Domain = localdomain\n\n[Mapping]\nDomain = other\n"
            ]),
        Row(
            document: "storage: {nfs-domain: example.org}", files: [:],
            warnings: ["NFSv4 domain: the image has no nfs-utils; ignored"], without: ["etc/idmapd.conf"]),
        Row(
            document: "console: {lock-down: true}",
            files: [
                "etc/nodewright/console-is-locked": mark + "# nodectl console reads this.\n",
                "etc/systemd/system/autovt@.service": "-> /dev/null",
            ]),
        Row(
            document: "console: {shell: false}",
            files: [
                "etc/nodewright/console-is-locked": mark + "# nodectl console reads this.\nmenu\n",
                "etc/systemd/system/autovt@.service": "-> /dev/null",
            ]),
        Row(
            document: "console: {idle-logout: 90}",
            files: [
                "etc/profile.d/nodewright-console.sh": mark
                    + "case $(tty) in /dev/pts/*) ;; /dev/*) TMOUT=90; readonly TMOUT ;; esac\n"
            ]),
        Row(
            document: "console: {idle-logout: 0}",
            files: [
                "etc/profile.d/nodewright-console.sh": mark + "# A login ends when somebody ends it.\n"
            ]),
        Row(
            document:
                "ssh: {port: 2222, keys: [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me\"]}",
            files: [
                "etc/ssh/nodewright_authorized_keys": mark
                    + "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me\n",
                "etc/ssh/sshd_config.d/10-nodewright.conf": mark
                    + "Port 2222\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
                    + "PermitRootLogin prohibit-password\n"
                    + "AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/nodewright_authorized_keys\n",
            ]),
        Row(
            document:
                "administrator: {password-hash: \"$6$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789\", must-change-password: true}",
            files: [
                "etc/shadow":
                    "root:$6$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789:0:0:99999:7:::\ndaemon:*:1::::::\n",
                "etc/ssh/sshd_config.d/10-nodewright.conf": mark
                    + "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n",
                "etc/pam.d/password-auth": mark + accounts(" no_pass_expiry"),
            ]),
    ]

    private func read(_ lines: String) throws -> NodeConfiguration {
        try NodeConfiguration.read(Array(("schemaVersion: 1\n" + lines + "\n").utf8), file: "node.yaml")
    }

    private func render(_ configuration: NodeConfiguration, _ root: String) throws -> [String] {
        var warnings: [String] = []
        for settings in configuration.settings { try settings.render(root: root) { warnings.append($0) } }
        return warnings
    }

    /// Every file and link of `/etc`, with its mode and content.
    private func content(_ root: String) throws -> [String: String] {
        var content: [String: String] = [:]
        for name in try Folder.walk(Path.join(root, "etc")) {
            let path = Path.join(root, "etc/" + name)
            switch File.kind(path) {
            case .regular: content["etc/" + name] = try File.readText(path)
            case .link: content["etc/" + name] = "-> " + (try File.linkTarget(path))
            default: continue
            }
        }
        return content
    }

    @Test(arguments: rows) func exactFilesAndTheWayBack(_ row: Row) throws {
        let files = Self.image.filter { path, _ in !row.without.contains { path == $0 || path.hasPrefix($0 + "/") } }
        try FixtureNode.with(files) { node in
            let before = try content(node.root)
            let configuration = try read(row.document)
            #expect(try render(configuration, node.root) == row.warnings)
            #expect(configuration.warnings(root: node.root) == row.warnings)
            let after = try content(node.root)
            let changed = after.filter { before[$0.key] != $0.value }
            #expect(changed == row.files)
            #expect(Set(before.keys).isSubset(of: after.keys))
            // A second run writes nothing.
            let times = after.keys.map { inode(node.root, $0) }
            #expect(try render(configuration, node.root) == row.warnings)
            #expect(after.keys.map { inode(node.root, $0) } == times)
            // What is taken out of the configuration is the image's again, and nothing of ours is left.
            #expect(try render(NodeConfiguration(), node.root) == [])
            #expect(try content(node.root) == before)
        }
    }

    private func inode(_ root: String, _ path: String) -> UInt {
        var status = Glibc.stat()
        return lstat(Path.join(root, path), &status) == 0 ? UInt(status.st_ino) : 0
    }

    private func mode(_ root: String, _ path: String) -> UInt32 {
        var status = Glibc.stat()
        return lstat(Path.join(root, path), &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    /// With authselect (Fedora) the stack of remote logins is a link; what it leads to is changed, and the link stays.
    @Test func aPasswordThatMustBeChangedStopsNoKeyWithAuthselectEither() throws {
        let file = "etc/authselect/password-auth"
        try FixtureNode.with(["etc/ssh/x": "", file: Self.accounts(" broken_shadow"), "etc/pam.d/.keep": ""]) { node in
            let link = Path.join(node.root, "etc/pam.d/password-auth")
            try File.replaceLink(link, to: "/etc/authselect/password-auth")
            let document = "administrator: {password-hash: \"!\", must-change-password: true}"
            _ = try render(try read(document), node.root)
            #expect(
                try File.readText(Path.join(node.root, file))
                    == Self.mark + Self.accounts(" no_pass_expiry broken_shadow"))
            #expect(try File.linkTarget(link) == "/etc/authselect/password-auth")
            _ = try render(try read("administrator: {password-hash: \"!\"}"), node.root)
            #expect(try File.readText(Path.join(node.root, file)) == Self.accounts(" broken_shadow"))
        }
    }

    /// Nobody but root reads a password, neither where it is used nor where the image's own file is kept meanwhile.
    @Test func secretsAreRootsAlone() throws {
        try FixtureNode.with(Self.image) { node in
            chmod(Path.join(node.root, "etc/shadow"), 0o600)
            _ = try render(
                try read(
                    "snmp: {enabled: true, password: correcthorse}\nadministrator: {password-hash: \"!\"}"), node.root)
            #expect(mode(node.root, "etc/snmp/snmpd.conf") == 0o600)
            #expect(mode(node.root, "etc/shadow") == 0o600)
            #expect(mode(node.root, "run/nodewright/image") == 0o700)
            #expect(mode(node.root, "run/nodewright/image/etc/shadow") == 0o600)
            for settings in try read("snmp: {enabled: true, password: correcthorse}").settings {
                guard let settings = settings as? any FileSettings else { continue }
                #expect(!settings.wanted.contains("correcthorse"))
            }
        }
    }

    /// In a folder that outlasts a restart our own file of the last start is not taken for the image's.
    @Test func aFileOfTheLastStartIsNotTheImages() throws {
        let name = "etc/iscsi/initiatorname.iscsi"
        try FixtureNode.with([name: Self.mark + "InitiatorName=iqn.2026-01.org.example:old\n"]) { node in
            _ = try render(NodeConfiguration(), node.root)
            #expect(!File.exists(Path.join(node.root, name)))
        }
        // One that the service has made is left alone.
        try FixtureNode.with([name: "InitiatorName=iqn.1994-05.com.redhat:random\n"]) { node in
            _ = try render(NodeConfiguration(), node.root)
            #expect(try File.readText(Path.join(node.root, name)).contains("random"))
        }
    }

    /// Other accounts keep what they have got meanwhile.
    @Test func takingThePasswordBackLeavesOtherAccountsAlone() throws {
        try FixtureNode.with(Self.image) { node in
            _ = try render(try read("administrator: {password-hash: \"!\"}"), node.root)
            let file = Path.join(node.root, "etc/shadow")
            try File.write(file, try File.readText(file) + "added:*:1::::::\n")
            _ = try render(NodeConfiguration(), node.root)
            #expect(
                try File.readText(file) == "root:*:19000:0:99999:7:::\ndaemon:*:1::::::\nadded:*:1::::::\n")
        }
    }

    /// passwd(1) on the node counts until the configuration says something else than it did then; with and without a password in it.
    @Test(arguments: [
        "administrator: {password-hash: \"$6$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789\", must-change-password: true}",
        "",
    ])
    func aPasswordOfTheNodesOwnOutlastsARestart(_ document: String) throws {
        let files = Self.image.merging(["run/nodewright/state/.keep": ""]) { $1 }
        try FixtureNode.with(files) { node in
            let configuration = try read(document)
            let file = Path.join(node.root, "etc/shadow")
            let kept = Path.join(node.root, "run/nodewright/state/administrator")
            try AdministratorPassword(configuration).render(root: node.root) { _ in }
            let rendered = try File.readText(file)
            #expect(try !AdministratorPassword(configuration).save(root: node.root) && !File.exists(kept))
            let own = "root:$6$own$0123456789:20000:0:99999:7:::\ndaemon:*:1::::::\n"
            try File.write(file, own, mode: 0o600)
            #expect(try AdministratorPassword(configuration).save(root: node.root))
            #expect(try !AdministratorPassword(configuration).save(root: node.root))
            #expect(mode(node.root, "run/nodewright/state/administrator") == 0o600)
            // Nothing for "nodectl apply" to do.
            try AdministratorPassword(configuration).render(root: node.root) { _ in }
            #expect(try File.readText(file) == own)
            // A restart makes /etc and /run anew.
            try Folder.remove(Path.join(node.root, "run/nodewright/image"))
            try File.write(file, Self.image["etc/shadow"] ?? "", mode: 0o600)
            try AdministratorPassword(configuration).render(root: node.root) { _ in }
            #expect(try File.readText(file) == own)
            // Another one in the configuration counts, and so does the first one again when the own one was given up for it.
            let other = try read("administrator: {password-hash: \"$6$saltsalt$0123456789abcdefghijklmnopqrstuvwxyz\"}")
            try AdministratorPassword(other).render(root: node.root) { _ in }
            #expect(try File.readText(file).hasPrefix("root:$6$saltsalt$0123456789abcdefghijklmnopqrstuvwxyz::"))
            #expect(try !AdministratorPassword(other).save(root: node.root) && !File.exists(kept))
            try AdministratorPassword(configuration).render(root: node.root) { _ in }
            #expect(try File.readText(file).split(separator: ":")[1] == rendered.split(separator: ":")[1])
        }
    }

    /// What lies on the partition is not trusted to be ours.
    @Test func aDamagedPasswordOfTheNodesOwnIsPassedOver() throws {
        let files = Self.image.merging(["run/nodewright/state/administrator": "x\nroot::0:0:::::\n"]) { $1 }
        try FixtureNode.with(files) { node in
            try AdministratorPassword(NodeConfiguration()).render(root: node.root) { _ in }
            #expect(try File.readText(Path.join(node.root, "etc/shadow")) == Self.image["etc/shadow"])
        }
    }

    /// A link in the image that one of ours has replaced comes back as a link.
    @Test func linksComeBack() throws {
        try FixtureNode.with(["etc/ssh/x": ""]) { node in
            let unit = Path.join(node.root, "etc/systemd/system/sshd.service")
            try Folder.create(Path.parent(unit))
            #expect(symlink("/usr/lib/systemd/system/other.service", unit) == 0)
            _ = try render(try read("ssh: {enabled: false}"), node.root)
            #expect(try File.linkTarget(unit) == "/dev/null")
            _ = try render(NodeConfiguration(), node.root)
            #expect(try File.linkTarget(unit) == "/usr/lib/systemd/system/other.service")
        }
    }
}
