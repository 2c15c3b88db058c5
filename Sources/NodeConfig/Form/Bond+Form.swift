import Document

extension BondSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                part: "mode", \.mode, .choice, "How members share the work, in the kernel's words.", example: "802.3ad",
                fallback: "`active-backup`"),
            Field(
                required: "members", \.members, .list(.interfaceName, "a list of names of cards"), "The cards.",
                example: "[eno1, eno2]"),
            Field(
                "miimon", \.miimon, .integer(0...60000, "milliseconds"),
                "How often the links are looked at, in milliseconds; 0 is never.", example: "100",
                fallback: "100, without ARP monitoring"),
            Field(
                "primary", \.primary, .interfaceName, "The member that is preferred in modes that use one at a time.",
                example: "eno1"),
            Field(
                part: "options", \.options, optionsForm,
                "Further options of the kernel's bonding driver, in its words: \(optionRules.keys.sorted().map { "`\($0)`" }.joined(separator: ", ")).",
                example: "{lacp_rate: fast}"),
        ], empty: { BondSettings(members: []) })

    /// What an option's value may be.
    enum OptionRule: Sendable {
        case number(ClosedRange<Int>)
        case word([String])
        case addresses
        case mac

        func allows(_ text: String) -> Bool {
            switch self {
            case .number(let range): Int(text).map { range.contains($0) && "\($0)" == text } ?? false
            case .word(let words): words.contains(text)
            case .mac: MACAddress(text)?.isUnicast ?? false
            case .addresses:
                text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { IPAddress(String($0)) != nil }
            }
        }

        var words: String {
            switch self {
            case .number(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .word(let words): words.map { "\"\($0)\"" }.joined(separator: " or ")
            case .mac: "a hardware address"
            case .addresses: "IP addresses with \",\" between them"
            }
        }
    }

    /// The options of the kernel's Documentation/networking/bonding.rst that have no key of their own.
    static let optionRules: [String: OptionRule] = [
        "ad_actor_sys_prio": .number(1...65535), "ad_actor_system": .mac,
        "ad_select": .word(["stable", "bandwidth", "count"]), "ad_user_port_key": .number(0...1023),
        "all_slaves_active": .number(0...1), "arp_all_targets": .word(["any", "all"]),
        "arp_interval": .number(0...60000), "arp_ip_target": .addresses,
        "arp_validate": .word(["none", "active", "backup", "all", "filter", "filter_active", "filter_backup"]),
        "downdelay": .number(0...600_000), "fail_over_mac": .word(["none", "active", "follow"]),
        "lacp_active": .word(["on", "off"]), "lacp_rate": .word(["slow", "fast"]),
        "lp_interval": .number(1...0x7FFF_FFFF),
        "min_links": .number(0...256), "num_grat_arp": .number(0...255), "num_unsol_na": .number(0...255),
        "packets_per_slave": .number(0...65535), "peer_notif_delay": .number(0...300_000),
        "primary_reselect": .word(["always", "better", "failure"]), "resend_igmp": .number(0...255),
        "tlb_dynamic_lb": .number(0...1), "updelay": .number(0...600_000), "use_carrier": .number(0...1),
        "xmit_hash_policy": .word(["layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4", "vlan+srcmac"]),
    ]

    private static let optionsForm: Form<[String: String]> = {
        let schema: JSONValue = [
            "type": "object", "propertyNames": ["enum": .strings(optionRules.keys.sorted())],
            "additionalProperties": ["type": ["string", "integer"]],
        ]
        let description = FormDescription(words: "a mapping of options of the bonding driver", schema: schema)
        return Form(description) { node, name, diagnostics in
            guard let entries = node.mapping else {
                description.wrong(node, name, diagnostics)
                return nil
            }
            var options: [String: String] = [:]
            for entry in entries {
                guard let rule = optionRules[entry.key] else {
                    unknown(entry, diagnostics)
                    continue
                }
                // The kernel's words for flags and rates are also words or numbers of YAML.
                guard let text = entry.value.string ?? entry.value.integer.map({ "\($0)" }), rule.allows(text) else {
                    FormDescription(words: rule.words, schema: .null).wrong(entry.value, entry.key, diagnostics)
                    continue
                }
                options[entry.key] = text
            }
            return options
        } write: { options in
            .object(
                options.mapValues { text in
                    if let number = Int(text), "\(number)" == text { .integer(number) } else { .string(text) }
                })
        }
    }()

    private static func unknown(_ entry: Document.Node.Entry, _ diagnostics: Diagnostics) {
        if ["mode", "miimon", "primary"].contains(entry.key) {
            diagnostics.error(
                at: entry.position, "\"\(entry.key)\" is no key of \"options\"",
                hint: "write it beside \"options\", as a key of \"bond\"")
        } else {
            diagnostics.unknownKey(entry, known: Array(optionRules.keys).sorted())
        }
    }
}
