import Document

extension TimeSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "zone", \.zone,
                .string("a time zone, such as Europe/Berlin", pattern: "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$") {
                    text in
                    text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                        Form<String>.isName(String($0), first: "", rest: "_+-")
                    }
                }, "A name of the time zone database.", example: "Europe/Berlin", fallback: "UTC"),
            Field(
                "ntp", \.ntpEnabled, .bool, "Whether the clock follows time servers.", example: "true", fallback: "true"
            ),
            Field(
                part: "ntp-servers", \.ntpServers, .list(.host, "a list of time servers", limit: 16), "Time servers.",
                example: "[ntp1.example.org, 192.0.2.123]", fallback: "those of DHCP and of the image"),
        ], empty: TimeSettings.init)
}

extension LocaleSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "language", \.language,
                .string("a locale, such as en_US.UTF-8", pattern: "^[A-Za-z][A-Za-z0-9_.@-]*$", limit: 64) {
                    Form<String>.isName($0, first: "", rest: "_.@-")
                }, "The locale of programs.", example: "en_US.UTF-8", fallback: "the image's"),
            Field(
                "keyboard", \.keyboard,
                .string("a keymap, such as de-nodeadkeys", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$", limit: 64) {
                    Form<String>.isName($0, first: "", rest: "_.-")
                }, "The keymap of the console.", example: "de-nodeadkeys", fallback: "the image's"),
        ], empty: LocaleSettings.init)
}

extension DNSSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                part: "servers", \.servers, .list(.address(), "a list of IP addresses", limit: 16),
                "Name servers, the preferred one first; when given, those of DHCP are not used.",
                example: "[192.0.2.53, \"2001:db8::53\"]", fallback: "those of DHCP and router advertisements"),
            Field(
                part: "search", \.search, .list(.domain, "a list of domains", limit: 32),
                "Domains in which short names are looked up, in order.", example: "[example.org]",
                fallback: "those of DHCP and router advertisements"),
        ], empty: DNSSettings.init)
}

extension SSHSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field("enabled", \.enabled, .bool, "Whether sshd runs.", example: "true", fallback: "true"),
            Field("port", \.port, .integer(1...65535), "Its port.", example: "22", fallback: "22"),
            Field(
                "password-login", \.passwordLogin, .bool, "Whether a password is enough to log in.", example: "false",
                fallback: "false"),
            Field(
                part: "keys", \.keys, .list(.sshKey, "a list of public SSH keys"),
                "Public keys that may log in as the administrator, each a line of `authorized_keys` without options.",
                example:
                    "[\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@example.org\"]",
                fallback: "none"),
        ], empty: SSHSettings.init)
}

extension AdministratorSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "password-hash", \.passwordHash, .passwordHash,
                "A hash made by `mkpasswd -m yescrypt`, never the password itself; `!` for no password at all. A password that is changed "
                    + "on the node itself stays until another hash stands here.",
                example: "\"$y$j9T$C1bmvS1rXWm6GvYQ4eXtH0$2sS2gbH1mUxkDPhzRVeYcuUfC6Y0wDJYyYVC8X9WwT4\"",
                fallback: "no password at all"),
            Field(
                "must-change-password", \.mustChangePassword, .bool,
                "Whether a new password must be chosen at the first login with the password, "
                    + "at the console or over SSH; logins by key go on.",
                example: "true", fallback: "false"),
        ], empty: AdministratorSettings.init)
}

extension ConsoleSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "lock-down", \.lockDown, .bool, "Whether the console only shows the state and accepts no login.",
                example: "true", fallback: "false"),
            Field(
                "shell", \.shell, .bool,
                "Whether the console offers a shell, that is a login as long as its menu offers nothing else.",
                example: "false", fallback: "true"),
            Field(
                "idle-logout", \.idleLogout, .integer(30...86400, or: 0, "seconds"),
                "Seconds at an empty prompt after which a login at the console ends; 0 is never.", example: "600",
                fallback: "600"),
        ], empty: ConsoleSettings.init)
}

extension LoggingSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "syslog", \.syslog, .endpoint,
                "A log server, which gets the journal from the start on (RFC 5424); port 514 unless given.",
                example: "log.example.org:514"),
            Field(
                "syslog-protocol", \.syslogProtocol, .choice, "How the log server is spoken to.", example: "tcp",
                fallback: "`udp`"),
            Field(
                "netconsole", \.netconsole, .endpoint,
                "Where the kernel sends its messages over UDP; port 6666 unless given.", example: "192.0.2.14"),
            Field(
                "collectd", \.collectd, .endpoint,
                "Where collectd, if the image has it, sends measurements; port 25826 unless given.",
                example: "metrics.example.org"),
        ], empty: LoggingSettings.init)
}

extension KdumpSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "enabled", \.enabled, .bool,
                "Whether the memory of a crashed kernel is written, if the image has kexec-tools.", example: "true",
                fallback: "true when `target` is given, else false"),
            Field(
                "target", \.target, targetForm,
                "Where it is written: `local`, a folder of an NFS server or a host that takes files over SSH.",
                example: "nfs://192.0.2.20/export/dumps", fallback: "`local`"),
            Field(
                "ssh-key-url", \.sshKeyURL,
                .string(
                    "an https:// address without user, query and fragment", pattern: "^https://[^@?#]+$", limit: 2048
                ) {
                    text in
                    text.hasPrefix("https://") && text.utf8.count > 8 && Form<String>.isOneLine(text)
                        && !text.contains { " @?#".contains($0) }
                }, "The address from which the private key for an SSH target is fetched once.",
                example: "https://config.example.org/kdump.key"),
        ], empty: KdumpSettings.init)

    private static let targetForm = Form<Target>.text(
        "\"local\", nfs://HOST/PATH or ssh://USER@HOST",
        schema: [.init("pattern", "^(local|nfs://[^/]+/.+|ssh://[^@/]+@[^@/]+)$")]
    ) { text in
        if text == "local" { return .local }
        guard Form<String>.isOneLine(text), text.utf8.count <= 1024 else { return nil }
        if text.hasPrefix("nfs://"), let slash = text.dropFirst(6).firstIndex(of: "/"),
            let server = host(text[..<slash].dropFirst(6)), text.index(after: slash) != text.endIndex
        {
            return .nfs(server: server, path: String(text[slash...]))
        }
        let parts =
            text.hasPrefix("ssh://") ? text.dropFirst(6).split(separator: "@", omittingEmptySubsequences: false) : []
        guard parts.count == 2, Form<String>.isName(String(parts[0]), first: "_", rest: ".-"), let host = host(parts[1])
        else { return nil }
        return .ssh(user: String(parts[0]), host: host)
    } text: { target in
        switch target {
        case .local: "local"
        case .nfs(let server, let path): "nfs://\(bracketed(server))\(path)"
        case .ssh(let user, let host): "ssh://\(user)@\(bracketed(host))"
        }
    }

    private static func host(_ text: Substring) -> HostAddress? {
        guard let endpoint = Endpoint(String(text)), endpoint.port == nil else { return nil }
        return endpoint.host
    }

    private static func bracketed(_ host: HostAddress) -> String {
        if case .address(let address) = host, address.family == .v6 { "[\(address)]" } else { host.description }
    }
}

extension SNMPSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "enabled", \.enabled, .bool, "Whether snmpd runs, if the image has net-snmp.", example: "true",
                fallback: "false"),
            Field(
                "password", \.password,
                .secret("a password of at least 8 characters", atLeast: 8, where: Form<String>.isOneLine),
                "The password of the SNMPv3 user `root` (SHA-256, AES).", example: "\"correct horse battery\""),
        ], empty: SNMPSettings.init)
}

extension StorageSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "iscsi-initiator", \.iscsiInitiator,
                .string(
                    "an iSCSI name, such as iqn.2026-01.org.example:node1",
                    pattern:
                        "^(iqn\\.[0-9]{4}-[0-9]{2}\\.[a-z0-9.-]+(:.+)?|eui\\.[0-9A-Fa-f]{16}|naa\\.[0-9A-Fa-f]{16,32})$",
                    limit: 223, where: isISCSIName), "The iSCSI initiator name (RFC 7143).",
                example: "\"iqn.2026-01.org.example:node1\"", fallback: "a random one that is made once"),
            Field(
                "nfs-domain", \.nfsDomain, .domain, "The domain of NFSv4 identity mapping.", example: "example.org",
                fallback: "the domain of the host name"),
        ], empty: StorageSettings.init)

    @Sendable private static func isISCSIName(_ text: String) -> Bool {
        let name = text.dropFirst(4)
        let isHexadecimal = name.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        if text.hasPrefix("eui.") { return isHexadecimal && name.utf8.count == 16 }
        if text.hasPrefix("naa.") { return isHexadecimal && [16, 32].contains(name.utf8.count) }
        // iqn.yyyy-mm.domain, and after a colon anything but blanks.
        let date = Array(name.utf8.prefix(8))
        guard text.hasPrefix("iqn."), date.count == 8, date[4] == UInt8(ascii: "-"), date[7] == UInt8(ascii: "."),
            (date[0...3] + date[5...6]).allSatisfy({ (0x30...0x39).contains($0) })
        else { return false }
        let parts = name.dropFirst(8).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let unique = parts.dropFirst().first
        return HostAddress.isName(String(parts[0])) && unique != ""
            && unique?.utf8.allSatisfy { (0x21...0x7E).contains($0) } ?? true
    }
}

extension UpgradeSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "repository", \.repository,
                .string("https://…, http://…, oci://HOST/NAME or the path of a folder, without blanks") { text in
                    text.utf8.count <= 2048 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
                        && (["https://", "http://", "oci://"].contains { text.hasPrefix($0) } || text.hasPrefix("/"))
                },
                "The update repository. What it offers must be signed by the keys that the image trusts, so a server without TLS is no danger.",
                example: "https://updates.example.org/node"),
            Field(
                "channel", \.channel,
                // What a repository takes for the name of one.
                .string("a name of lower-case letters, digits and \"-\", at most 32") {
                    Form<String>.isName($0, first: "", rest: "-") && $0.utf8.count <= 32
                        && !$0.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
                }, "The channel of the repository.", example: "testing", fallback: "`stable`"),
            Field(
                "proxy", \.proxy,
                .string("http://HOST:PORT") { text in
                    text.hasPrefix("http://") && Endpoint(text.dropFirst("http://".count).description) != nil
                }, "The proxy through which the repository is reached.", example: "http://proxy.example.org:3128"),
            Field(
                "window", \.window,
                .line("a calendar event of systemd (systemd.time): Sun 03:00", limit: 128),
                "When an upgrade is looked for and carried out by itself, within an hour from then.",
                example: "Sun 03:00",
                fallback: "never"),
            Field(
                "restart", \.restart, .choice,
                "What becomes of the node when an upgrade has been carried out by itself: it is left to somebody (`never`), or it restarts as soon as no guest runs (`idle`), or at once (`always`).",
                example: "idle", fallback: "`never`"),
        ], empty: UpgradeSettings.init)
}
