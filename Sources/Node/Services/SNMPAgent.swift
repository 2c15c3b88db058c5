import NodeConfig

/// Monitoring over SNMPv3: net-snmp's agent with one user, `root`, whose messages are signed and encrypted.
struct SNMPAgent: FileSettings {
    private let snmp: SNMPSettings

    init(_ configuration: NodeConfiguration) { snmp = configuration.snmp }

    var name: String { "SNMP" }

    var wanted: String { isEnabled ? "on, with a password" : "off" }

    var commands: [[String]] { [[isEnabled ? "restart" : "stop", "snmpd.service"]] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        guard image.has("usr/sbin/snmpd") else {
            if isEnabled { warn("SNMP: the image has no net-snmp; ignored") }
            return []
        }
        // The agent writes users to a file of its own, which would bring the old password back.
        let drop = "[Service]\nExecStartPre=-/usr/bin/sed -i /^usmUser/d /var/lib/net-snmp/snmpd.conf\n"
        return [
            .text("etc/snmp/snmpd.conf", isEnabled ? configuration : nil, mode: 0o600),
            .text("etc/systemd/system/snmpd.service.d/50-nodewright.conf", isEnabled ? drop : nil),
            .start("snmpd.service", if: isEnabled), .mask("snmpd.service", if: snmp.enabled == false),
        ]
    }

    private var isEnabled: Bool { snmp.enabled == true && snmp.password != nil }

    private var configuration: String {
        let password = (snmp.password?.revealed ?? "").map { "\\\"".contains($0) ? "\\\($0)" : "\($0)" }.joined()
        return """
            createUser root SHA-256 "\(password)" AES
            rouser root authpriv
            agentAddress udp:161,udp6:161

            """
    }
}
