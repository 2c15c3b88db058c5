/// The published table: every argument that the node understands, for the reader and for `docs/kernel-command-line.md`.
enum CommandLineTable {
    /// Some arguments under a heading.
    struct Chapter: Sendable {
        let title: String
        let text: String
        let arguments: [CommandLineArgument]
    }

    static let chapters = [own, addresses, interfaces, identity, services, installation, others, withoutCounterpart]
    static let arguments = chapters.flatMap(\.arguments)
    /// The names of our own arguments, for those who mistype one.
    static let ownNames = own.arguments.flatMap(\.names)

    private static let byName: [String: CommandLineArgument] = {
        var table: [String: CommandLineArgument] = [:]
        for argument in arguments {
            for name in argument.names { table[plain(name)] = argument }
        }
        return table
    }()

    /// The row of a name; `-` and `_` are the same, as for the kernel.
    static subscript(name: String) -> CommandLineArgument? { byName[plain(name)] }

    /// Whether the value of an argument must not be repeated anywhere.
    ///
    /// An argument that nobody knows and whose name speaks of a password counts, too.
    static func isSecret(_ name: String) -> Bool {
        if let argument = Self[name] { return argument.isSecret }
        let name = name.lowercased()
        return ["pass", "secret", "token", "pw"].contains { name.contains($0) }
    }

    private static func plain(_ name: String) -> String {
        String(decoding: name.utf8.lazy.map { $0 == 0x2D ? 0x5F : $0 }, as: UTF8.self)
    }

    private static let own = Chapter(
        title: "Nodewright's own",
        text: """
            A word that begins with `nodewright.` and is not in this table is a mistake: it was probably mistyped.
            """,
        arguments: [
            CommandLineArgument(
                "nodewright.config", forms: ["URL"],
                "A node configuration (YAML or JSON) on a web server. With `http://` a checksum is required.",
                example: "nodewright.config=https://deploy.example.org/node1.yaml"
            ) { $0.readConfigurationURL($1) },
            CommandLineArgument(
                "nodewright.config-sha256", forms: ["HEX"], "The SHA-256 checksum that the configuration must have.",
                example: "nodewright.config-sha256=" + String(repeating: "0123456789abcdef", count: 4)
            ) { $0.readConfigurationChecksum($1) },
            CommandLineArgument(
                "nodewright.config-ca", forms: ["PATH"],
                "A file of the image with the certificate authorities that may vouch for the server, instead of the system's "
                    + "own.",
                example: "nodewright.config-ca=/etc/nodewright/root-ca.pem"
            ) { $0.readConfigurationAuthorities($1) },
            CommandLineArgument(
                "nodewright.reconfigure", forms: ["", "0"],
                "The inputs (credential, config disk, URL, kernel command line) are read although a configuration is stored.",
                example: "nodewright.reconfigure"
            ) { $0.readRequest($1, .reconfigure) },
            CommandLineArgument(
                "nodewright.hostname", forms: ["NAME"], keys: ["hostname"],
                "The host name, whatever `hostname=` and `ip=` say.", example: "nodewright.hostname=node1.example.org"
            ) { $0.readOwnHostname($1) },
            CommandLineArgument(
                "nodewright.install", forms: ["", "0"], "Install to a disk, as `install`.",
                example: "nodewright.install"
            ) { $0.readRequest($1, .install) },
            CommandLineArgument(
                "nodewright.plain", forms: [""],
                "The consoles ask line by line instead of drawing pages, for a screen reader or a printer; so they do without it "
                    + "on a dumb terminal and where speakup runs.",
                example: "nodewright.plain"),
            CommandLineArgument(
                "nodewright.root", "nodewright.root-sha256", "nodewright.root-size", forms: ["…"],
                "The root file system of a start over the network; written by the PXE folder, read in the initramfs.",
                example: "nodewright.root=initramfs"),
            CommandLineArgument(
                "nodewright.boot", "nodewright.boot-sha256", forms: ["…"],
                "What an installation of a system needs that was started over the network: an address, without which "
                    + "`boot-files.img` beside the root file system is meant, and its checksum; written by the PXE folder.",
                example: "nodewright.boot=https://deploy.example.org/pxe/boot-files.img"),
            CommandLineArgument(
                "nodewright.live", "nodewright.slot", "nodewright.disk", "nodewright.state", "nodewright.timeout",
                "nodewright.grow", "nodewright.trial", forms: ["…"],
                "From where and how the root file system is mounted; written by the boot menus, read in the initramfs.",
                example: "nodewright.live=NODEWRIGHT"),
        ])

    private static let others = Chapter(
        title: "Left to the initramfs",
        text: """
            These belong to the network of the initramfs (NetworkManager's `nm-initrd-generator`), which reads the same line. \
            They change nothing in the node configuration.
            """,
        arguments: [
            CommandLineArgument(
                "rd.neednet", "rd.net.timeout.dhcp", "rd.net.timeout.iflink", "rd.net.timeout.ifup",
                "rd.net.timeout.route", "rd.net.timeout.ipv6dad", "rd.net.timeout.ipv6auto", "rd.net.timeout.carrier",
                "rd.net.timeout.ip-required", "rd.net.dhcp.retry", "rd.net.dhcp.client-id", "rd.net.dhcp.vendor-class",
                "rd.net.dhcp.dscp", "rd.net.dns", "rd.net.dns-backend", "rd.net.dns-resolve-mode", "rd.ethtool",
                "rd.znet", "rd.znet_ifname", "ib.pkey", "rd.iscsi.ibft", "rd.nvmf.nonbft", "biosdevname", "net.ifnames",
                forms: ["…"], "Passed over.", example: "rd.neednet=1")
        ])
}
