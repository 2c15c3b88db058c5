import Disks
import Document
import Host
import TestSupport
import Testing

/// A node that comes up configured although nobody has touched it: by a credential, a config disk, a web server and its kernel.
///
/// Each boot takes minutes under emulation and asks everything at once.
@Suite(.serialized, .enabled(if: BootedImage.iso != nil, "NODEWRIGHT_TEST_ISO names no image; \"make check\" sets it"))
struct InputBootTests {
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") == "1" }

    private static let hash = "$6$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789"
    private static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me"

    /// What everyone is asked; the consoles are given time to show what has come last.
    private static let questions: [(String, String)] = [
        (
            "wait",
            """
            \(BootedImage.settled(300))
            for second in $(seq 120); do
                grep -q 'Press Enter to' /dev/vcs1 && nmcli -g IP4.ADDRESS device show | grep -q 10.0.2 && break
                sleep 1
            done
            sleep 6
            """
        ),
        ("names", "cat /proc/sys/kernel/hostname; cat /etc/vconsole.conf; readlink /etc/localtime"),
        ("status", "nodectl status"), ("json", "nodectl status --json"), ("screen", "cat /dev/vcs1"),
        ("origin", "nodectl config show --origin"), ("history", "nodectl config history"),
        ("unit", "systemctl show -P ExecMainStatus nodewright-configure.service"),
        ("failed", "systemctl --failed --no-legend --plain | cut -d' ' -f1"),
        ("logins", "systemctl is-active getty@tty1.service serial-getty@ttyS0.service"),
        ("address", "nmcli -g IP4.ADDRESS device show"), ("now", "cut -d' ' -f1 /proc/uptime"),
    ]

    /// A disk with a FAT file system as any computer makes it.
    private func configDisk(_ document: String, in folder: String) throws -> String {
        let image = Path.join(folder, "config.img")
        let file = Path.join(folder, "node.yaml")
        try File.write(file, document)
        try File.remove(image)
        try Command("truncate", ["-s", "8M", image]).run().check()
        try Command("mkfs.vfat", ["-n", "NODECONFIG", image]).run().check()
        try Command("mcopy", ["-i", image, file, "::node.yaml"]).run().check()
        return image
    }

    private func credential(_ document: String, in folder: String) throws -> [String] {
        let file = Path.join(folder, "credential")
        try File.write(file, document)
        return ["--load-credential", "nodewright.config:\(file)"]
    }

    /// The node is configured, each console says so, and the time was taken.
    private func expectConfigured(_ node: BootedImage, location: SourceLocation = #_sourceLocation) throws {
        #expect(node.result.status == 0, "\(node.result.errorTail)", sourceLocation: location)
        let status = try JSON.parse(node.answers["json"] ?? "", file: "status")["configuration"]
        #expect(status?["state"]?.string == "configured", "\(node.answers["json"] ?? "")", sourceLocation: location)
        let seconds = status?["secondsAfterKernelStart"]?.number ?? -1
        #expect(seconds > 1 && seconds < Double(node.answers["now"] ?? "") ?? 0, sourceLocation: location)
        let line = "configured \(Int(seconds.rounded())) s after the kernel's start"
        for (name, text) in [
            ("serial line", node.console), ("tty1", node.answers["screen"] ?? ""),
            ("nodectl status", node.answers["status"] ?? ""),
        ] { #expect(text.contains(line), "\(name): \(text.suffix(4000))", sourceLocation: location) }
        #expect(node.answers["unit"] == "0", sourceLocation: location)
        #expect(node.answers["failed"] == "", sourceLocation: location)
        #expect(node.answers["logins"] == "active\nactive", sourceLocation: location)
    }

    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func aConfigDiskAndACredential() throws {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let disk = try configDisk(
                """
                schemaVersion: 1
                hostname: disk.example.org
                time: {zone: Europe/Berlin}
                ssh:
                  port: 2222
                  keys: ["\(Self.key)"]
                """, in: folder)
            let node = try BootedImage(
                ["--disk", disk]
                    + credential("schemaVersion: 1\nhostname: credential\nlocale: {keyboard: de}\n", in: folder),
                questions: [:],
                adding: Self.questions + [
                    ("sshd", "sshd -T | grep -E '^(port|passwordauthentication|authorizedkeysfile) '"),
                    ("left", "ls /run/nodewright/config; findmnt -n -o TARGET LABEL=NODECONFIG; echo none"),
                ])
            try expectConfigured(node)
            #expect(
                node.answers["names"] == "disk.example.org\nKEYMAP=de\n../usr/share/zoneinfo/Europe/Berlin",
                "\(node.answers)")
            let origin = node.answers["origin"] ?? ""
            #expect(
                origin.contains("hostname: \"disk.example.org\"  (config disk, NODECONFIG/node.yaml:2:11)"), "\(origin)"
            )
            #expect(origin.contains("locale.keyboard: \"de\"  (credential, nodewright.config:3:20)"), "\(origin)")
            #expect(
                node.console.contains("found: credential nodewright.config, config disk"),
                "\(node.console.suffix(4000))")
            // A CD has no state, so the inputs are read anew at each start.
            #expect(node.answers["history"] == "nodectl: error: no configuration is stored")
            let sshd = node.answers["sshd"] ?? ""
            #expect(
                sshd.contains("port 2222") && sshd.contains("passwordauthentication no")
                    && sshd.contains("/etc/ssh/nodewright_authorized_keys"), "\(sshd)")
            // Nothing of the disk stays mounted.
            #expect(node.answers["left"] == "config-disk.yaml\nnone")
        }
    }

    /// From a web server with a certificate of its own and a pinned checksum; legacy words win over the document, a credential
    /// is weaker than both, and secrets stay where they are.
    @Test(.enabled(if: isFull && BootedImage.folder("pxe") != nil, "runs in \"make check-full\", with a PXE folder"))
    func aWebServerAndTheKernelCommandLine() throws {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let document = """
                schemaVersion: 1
                hostname: document.example.org
                locale: {keyboard: de}
                dns: {servers: [192.0.2.53], search: [example.org]}
                administrator: {password-hash: "$6$saltfile$abcdefghijklmnopqrstuvwxyz0123456789"}
                ssh: {port: 2222, keys: ["\(Self.key)"], password-login: false}
                network: {interfaces: [{name: eth0, ipv4: {method: dhcp}}]}

                """
            try Folder.create(Path.join(folder, "web"))
            let file = Path.join(folder, "web/node.yaml")
            try File.write(file, document)
            let sum = try Command("sha256sum", [file]).run().check().text.prefix(64)
            let certificate = Path.join(folder, "ca.pem")
            try TLSServer.with(folder: Path.join(folder, "web"), certificate: certificate) { server in
                let authority = Path.join(folder, "tmpfiles")
                let content = Base64.text(try File.read(certificate))
                try File.write(authority, "f~ /etc/nodewright/config-ca.pem 0644 root root - \(content)\n")
                let url = "https://10.0.2.2:\(server.port)/node.yaml"
                let secrets = "[s]alt(salt|file)|[t]opsecret"
                let node = try BootedImage(
                    ["--load-credential", "tmpfiles.extra:\(authority)"]
                        + credential(
                            "schemaVersion: 1\nhostname: credential\ntime: {zone: Europe/Berlin}\n", in: folder),
                    questions: [:],
                    adding: Self.questions + [
                        ("show", "nodectl config show"), ("cmdline", "nodectl config cmdline"),
                        // The kernel itself prints its command line; nobody else may.
                        ("journal", "journalctl -b --no-pager | grep -E '\(secrets)' | grep -v ' kernel: '; echo none"),
                        ("processes", "grep -lE '\(secrets)' /proc/[0-9]*/cmdline; echo none"),
                        ("state", "grep -cE '\(secrets)' /run/nodewright/configuration.json"),
                        ("shadow", "grep -c '^root:.6.saltsalt.abc' /etc/shadow"),
                        ("sshd", "sshd -T | grep -E '^(port|passwordauthentication) '"),
                        ("profiles", "cat /run/NetworkManager/system-connections/nodewright-*"),
                        ("copy", "stat -c %a /run/nodewright/config /run/nodewright/config/url.yaml"),
                    ], artefact: BootedImage.folder("pxe"),
                    kernelArguments:
                        "BOOTIF=01-52-54-00-12-34-56 ip=10.0.2.20 netmask=255.255.255.0 gateway=10.0.2.2 dns=10.0.2.3 "
                        + "hostname=line.example.org ntp=ntp.example.org ssh_pwauth=1 adminpw=\(Self.hash) "
                        + "snmp_password=topsecret-password nodewright.config=\(url) nodewright.config-sha256=\(sum) "
                        + "nodewright.config-ca=/etc/nodewright/config-ca.pem")
                try expectConfigured(node)
                expectWordsAndDocument(node, url)
            }
        }
    }

    private func expectWordsAndDocument(_ node: BootedImage, _ url: String) {
        #expect(node.answers["names"] == "line.example.org\nKEYMAP=de\n../usr/share/zoneinfo/Europe/Berlin")
        let origin = node.answers["origin"] ?? ""
        for line in [
            "hostname: \"line.example.org\"  (kernel command line)", "time.zone: \"Europe/Berlin\"  (credential, ",
            "locale.keyboard: \"de\"  (URL, \(url):3:20)", "dns.servers[0]: \"10.0.2.3\"  (kernel command line)",
            "dns.search[0]: \"example.org\"  (URL, ", "ssh.port: 2222  (URL, ",
            "ssh.password-login: true  (kernel command line)", "time.ntp-servers[0]: \"ntp.example.org\"  (kernel",
            "administrator.password-hash: \"(secret)\"  (kernel command line, insecure)",
        ] { #expect(origin.contains(line), "\(line)\n\(origin)") }
        for words in ["found: credential nodewright.config, URL", "https://10.0.2.2:"] {
            #expect(node.console.contains(words), "\(node.console.suffix(4000))")
        }
        #expect(node.answers["sshd"] == "port 2222\npasswordauthentication yes")
        #expect(node.answers["address"]?.contains("10.0.2.20/24") == true, "\(node.answers["address"] ?? "")")
        let profiles = node.answers["profiles"] ?? ""
        #expect(profiles.contains("dns=10.0.2.3;") && profiles.contains("mac-address=52:54:00:12:34:56"), "\(profiles)")
        // Used, and shown nowhere.
        #expect(node.answers["shadow"] == "1")
        #expect(node.answers["journal"] == "none" && node.answers["processes"] == "none", "\(node.answers)")
        #expect(node.answers["state"] == "0" && node.answers["copy"] == "700\n600")
        for name in ["show", "cmdline", "origin", "status", "json"] {
            let answer = node.answers[name] ?? ""
            #expect(!answer.contains("saltsalt") && !answer.contains("topsecret"), "\(name): \(answer)")
        }
        #expect(
            node.answers["show"]?.contains("(secret)") == true && node.answers["cmdline"]?.contains("(secret)") == true)
    }

    /// Four starts of one disk: a config disk with a mistake, a good one and changes by hand, the same again with the newest
    /// generation damaged, and one that is asked to read its inputs anew.
    @Test(.enabled(if: isFull && BootedImage.artefact(".raw") != nil, "runs in \"make check-full\", with a disk"))
    func aDiskThatIsStartedFourTimes() throws {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let disk = Path.join(folder, "node.raw")
            let image = try #require(BootedImage.artefact(".raw"))
            try Command("cp", ["--sparse=always", image, disk]).run().check()
            func start(_ document: String, _ arguments: [String] = [], adding: [(String, String)] = []) throws
                -> BootedImage
            {
                try BootedImage(
                    ["--write", "--disk", configDisk(document, in: folder)] + arguments, questions: [:],
                    adding: Self.questions + adding, artefact: disk)
            }
            try expectMistakes(
                start(
                    "schemaVersion: 1\nhostname: understood.example.org\nssh: {port: 0}\n",
                    // Through SMBIOS; a file comes through QEMU's firmware configuration.
                    ["--set-credential", "nodewright.config:schemaVersion: 1\nlocale: {keyboard: de}\n"],
                    adding: [
                        ("understood", "cd /run/nodewright/config; stat -c %a understood.yaml; cat understood.yaml")
                    ]))
            let document = """
                schemaVersion: 1
                hostname: disk.example.org
                network:
                  management: uplink
                  interfaces: [{name: uplink, match: {mac: "52:54:00:12:34:56"}, ipv4: {method: dhcp}}]

                """
            let second = try start(document, adding: [("change", Self.change)])
            try expectConfigured(second)
            #expect(second.answers["names"]?.hasPrefix("disk.example.org\n") == true)
            #expect(second.answers["history"] == "* 1  written by the first start")
            #expect(second.answers["address"]?.contains("10.0.2.15/24") == true)
            #expect(second.answers["change"]?.contains("* 3  written by nodectl apply") == true, "\(second.answers)")

            let third = try start(document)
            try expectConfigured(third)
            #expect(third.answers["names"]?.hasPrefix("changed.example.org\n") == true, "\(third.answers)")
            let status = third.answers["status"] ?? ""
            #expect(status.contains("in force: the stored configuration, generation 2"), "\(status)")
            #expect(status.contains("config disk NODECONFIG/node.yaml (ignored)"), "\(status)")
            let damaged = "generation 3 of the stored configuration is passed over: its end is missing"
            let ignored = "a configuration is stored, so this is ignored: config disk"
            for words in [damaged, ignored] {
                #expect(status.contains(words) && third.console.contains(words), "\(words)\n\(status)")
            }

            try editArguments(disk, adding: "nodewright.reconfigure")
            let fourth = try start(document.replacing("disk.example", with: "anew.example"))
            try expectConfigured(fourth)
            #expect(fourth.answers["names"]?.hasPrefix("anew.example.org\n") == true, "\(fourth.answers)")
            #expect(fourth.answers["history"]?.contains("* 4  written by the first start") == true, "\(fourth.answers)")
        }
    }

    /// Two changes by hand; then the newer file is cut off, as a damaged disk may do it.
    private static let change = """
        cd /run/nodewright/state/config/a
        for name in changed lost; do
            sed "s/^hostname: .*/hostname: $name.example.org/" current >/run/$name.yaml
            nodectl apply --yes /run/$name.yaml
        done
        nodectl config history
        truncate -s -30 3.yaml
        sync
        """

    /// What could be understood is in force, nothing is stored, and everybody can see what is wrong.
    private func expectMistakes(_ node: BootedImage) {
        #expect(node.result.status == 0, "\(node.result.errorTail)")
        let head = "failed: NODECONFIG/node.yaml:3:13: \"port\" must be a"
        for (name, text) in [
            ("serial line", node.console), ("tty1", node.answers["screen"] ?? ""),
            ("status", node.answers["status"] ?? ""),
        ] { #expect(text.contains(head), "\(name): \(text.suffix(4000))") }
        #expect(node.answers["names"]?.hasPrefix("understood.example.org\nKEYMAP=de\n") == true, "\(node.answers)")
        #expect(node.answers["history"] == "nodectl: error: no configuration is stored")
        #expect(node.answers["understood"]?.hasPrefix("600\n") == true)
        #expect(node.answers["understood"]?.contains("hostname: understood.example.org") == true)
        #expect(node.answers["unit"] == "2" && node.answers["failed"] == "nodewright-configure.service")
        #expect(node.answers["logins"] == "active\nactive")
        #expect(node.answers["address"]?.contains("10.0.2.15/24") == true)
    }

    /// Adds a word to the kernel's arguments of slot A, as an administrator would in the file on the EFI system partition.
    private func editArguments(_ disk: String, adding word: String) throws {
        let partition = try #require(try PartitionTable.read(disk)?.partitions.first { $0.role == .efi })
        try Folder.withTemporary { folder in
            let file = Path.join(folder, "slot.cfg")
            let image = "\(disk)@@\(partition.start)"
            try Command("mcopy", ["-i", image, "::nodewright/a/slot.cfg", file]).run().check()
            let text = try File.readText(file)
            try File.write(file, text.replacing("/vmlinuz ", with: "/vmlinuz \(word) "))
            try Command("mcopy", ["-o", "-i", image, file, "::nodewright/a/slot.cfg"]).run().check()
        }
    }
}
