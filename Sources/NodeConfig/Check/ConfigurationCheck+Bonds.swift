import Document

extension ConfigurationCheck {
    /// Options that contradict a bond's mode, or each other.
    func checkBond(_ interface: InterfaceSettings) {
        let node = interfaces[interface.name]
        if let bridge = interface.bridge, bridge.forwardDelay != nil, bridge.spanningTree != true {
            error(
                at: place("bridge", "forward-delay", in: node),
                "\"forward-delay\" of \"\(interface.name)\" has no meaning without the spanning tree protocol",
                hint: "add \"spanning-tree: true\", or leave it out")
        }
        guard let bond = interface.bond else { return }
        let options = node?["bond"]?["options"]
        let name = interface.name
        if node?["bond"]?["members"]?.sequence?.isEmpty ?? false {
            error(at: place("bond", "members", in: node), "the bond \"\(name)\" has no member")
        }
        let usesOne = [.activeBackup, .balanceTLB, .balanceALB].contains(bond.mode)
        if let primary = bond.primary {
            let place = place("bond", "primary", in: node)
            if !bond.members.contains(primary) {
                error(
                    at: place, "the primary \"\(primary)\" is not a member of the bond \"\(name)\"",
                    hint: "its members are \(bond.members.joined(separator: ", "))")
            } else if !usesOne {
                error(
                    at: place, "a bond in mode \(bond.mode.rawValue) has no primary member",
                    hint: "modes with one are active-backup, balance-tlb and balance-alb")
            }
        }
        if let interval = bond.options["arp_interval"], interval != "0" {
            let place = place("arp_interval", in: options)
            if [.lacp, .balanceTLB, .balanceALB].contains(bond.mode) {
                error(
                    at: place, "a bond in mode \(bond.mode.rawValue) cannot use ARP monitoring",
                    hint: "leave out \"arp_interval\"; \"miimon\" watches the links")
            } else if bond.miimon ?? 0 > 0 {
                error(
                    at: place, "the bond \"\(name)\" has both \"miimon\" and \"arp_interval\"",
                    hint: "the kernel watches links in one way only: leave out one of them")
            } else if bond.options["arp_ip_target"] == nil, options?["arp_ip_target"] == nil {
                error(
                    at: place, "\"arp_interval\" of \"\(name)\" needs \"arp_ip_target\"",
                    hint: "for example: arp_ip_target: 192.0.2.1")
            }
        }
        for option in [
            "lacp_rate", "lacp_active", "ad_select", "ad_actor_system", "ad_actor_sys_prio", "ad_user_port_key",
        ]
        where bond.options[option] != nil && bond.mode != .lacp {
            error(
                at: place(option, in: options),
                "\"\(option)\" has a meaning only in mode 802.3ad, but \"\(name)\" is in mode \(bond.mode.rawValue)")
        }
        for option in ["updelay", "downdelay"] where bond.options[option] != nil && bond.effectiveMIIMonitoring == 0 {
            error(at: place(option, in: options), "\"\(option)\" of \"\(name)\" needs \"miimon\"")
        }
    }
}
