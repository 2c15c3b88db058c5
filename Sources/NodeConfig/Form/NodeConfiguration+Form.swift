import Document

extension NodeConfiguration {
    /// The whole document besides `schemaVersion`, which is looked at first.
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "hostname", \.hostname, .hostname, "The node's name.", example: "node1.example.org",
                fallback: "the name that DHCP or DNS gives, else `localhost`"),
            Field(
                part: "time", \.time, TimeSettings.form, "Time zone and time servers.", example: "{zone: Europe/Berlin}"
            ),
            Field(
                part: "locale", \.locale, LocaleSettings.form, "Language and keyboard.", example: "{keyboard: de}"),
            Field(
                part: "dns", \.dns, DNSSettings.form, "Name servers and search domains, for all interfaces.",
                example: "{servers: [192.0.2.53]}", fallback: "what DHCP and router advertisements say"),
            Field(
                part: "network", \.network, NetworkSettings.form, "Interfaces and their addresses.",
                example: "{interfaces: [{name: eno1}]}",
                fallback: "every card asks for addresses by itself (DHCPv4 and SLAAC)"),
            Field(part: "ssh", \.ssh, SSHSettings.form, "Remote login.", example: "{port: 22}"),
            Field(
                part: "administrator", \.administrator, AdministratorSettings.form,
                "The administrator's account (root).",
                example: "{password-hash: \"!\"}"),
            Field(
                part: "console", \.console, ConsoleSettings.form, "What may be done at the console.",
                example: "{shell: false}"),
            Field(
                part: "logging", \.logging, LoggingSettings.form, "Where logs go.",
                example: "{syslog: log.example.org}",
                fallback: "logs stay on the node"),
            Field(
                part: "kdump", \.kdump, KdumpSettings.form, "What happens after a crash of the kernel.",
                example: "{enabled: true}"),
            Field(part: "snmp", \.snmp, SNMPSettings.form, "Monitoring over SNMPv3.", example: "{enabled: false}"),
            Field(
                part: "storage", \.storage, StorageSettings.form, "Names of this node in storage protocols.",
                example: "{nfs-domain: example.org}"),
            Field(
                part: "engine", \.engine, EngineSettings.form, "The oVirt Engine that manages this node.",
                example: "{address: engine.example.org}", fallback: "the node belongs to no engine"),
            Field(
                part: "installation", \.installation, InstallationSettings.form, "Unattended installation to a disk.",
                example: "{targets: [{device: /dev/sda}]}", fallback: "nothing is installed"),
            Field(
                part: "upgrade", \.upgrade, UpgradeSettings.form, "From where, and when, the node is upgraded.",
                example: "{repository: https://updates.example.org/node}", fallback: "somebody upgrades it by hand"),
            Field(
                part: "persist", \.persist, .list(.persistentPath, "a list of absolute paths"),
                "Folders, and files below /etc, that outlast a restart besides those that always do: `nodectl persist --list`.",
                example: "[/etc/multipath.conf.d]", fallback: "none"),
            Field(
                "stateless", \.stateless, .bool,
                "Whether nothing at all outlasts a restart, from the next start on.", example: "false",
                fallback: "false"),
        ], empty: NodeConfiguration.init)
}

extension Form where Value == String {
    /// A path whose content can be kept.
    static var persistentPath: Form {
        let volatile = ["/proc", "/sys", "/dev", "/run", "/tmp", "/usr", "/boot"]
        return string(
            "an absolute path of a file or folder that can be kept, not one below \(volatile.joined(separator: ", "))",
            pattern: "^/[^\\u0000-\\u001F\\u007F]+$", limit: 1024
        ) { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            // One spelling for each path, so that the same one is not kept twice.
            guard isOneLine(text), text.hasPrefix("/"),
                !parts.dropFirst().contains(where: { ["", ".", ".."].contains($0) })
            else { return false }
            return !volatile.contains { text == $0 || text.hasPrefix($0 + "/") }
        }
    }
}
