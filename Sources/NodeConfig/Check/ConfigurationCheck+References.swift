import Document

extension ConfigurationCheck {
    /// Each interface is one thing.
    func checkKinds() {
        for name in names {
            let given = (interfaces[name]?.mapping ?? []).filter {
                ["match", "vlan", "bond", "bridge"].contains($0.key)
            }
            guard given.count > 1 else { continue }
            error(
                at: given[1].position, "\"\(name)\" cannot have both \"\(given[0].key)\" and \"\(given[1].key)\"",
                hint: given.contains { $0.key == "match" }
                    ? "\"match\" finds a card; a VLAN, bond or bridge is made anew"
                    : "describe each as an interface of its own")
        }
    }

    /// Names of other interfaces: they exist, fit, and belong to one only.
    func checkReferences(_ all: [InterfaceSettings]) {
        let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var owner: [String: String] = [:]
        for interface in all {
            let node = interfaces[interface.name]
            for member in interface.bond?.members ?? [] {
                let place = place(of: member, in: node?["bond"]?["members"])
                guard isKnown(member, of: "member", interface.name, place) else { continue }
                if byName[member]?.isCard == false {
                    error(
                        at: place, "\"\(member)\" cannot be a member of the bond \"\(interface.name)\"",
                        hint: "only cards can be members of a bond")
                }
                claim(member, for: interface.name, &owner, place)
            }
            for port in interface.bridge?.ports ?? [] {
                let place = place(of: port, in: node?["bridge"]?["ports"])
                guard isKnown(port, of: "port", interface.name, place) else { continue }
                if byName[port]?.bridge != nil {
                    error(
                        at: place, "the bridge \"\(port)\" cannot be a port of the bridge \"\(interface.name)\"",
                        hint: "ports are cards, bonds and VLANs")
                }
                claim(port, for: interface.name, &owner, place)
            }
        }
        checkParents(all, byName, owner)
        checkLowerAddresses(all, owner)
    }

    private func isKnown(_ name: String, of role: String, _ upper: String, _ place: Position) -> Bool {
        if name == upper {
            error(at: place, "\"\(upper)\" cannot be a \(role) of itself")
            return false
        }
        guard interfaces[name] == nil else { return true }
        error(
            at: place, "the \(role) \"\(name)\" of \"\(upper)\" is not among the interfaces",
            hint: hint(forUnknown: name))
        return false
    }

    private func claim(_ name: String, for upper: String, _ owner: inout [String: String], _ place: Position) {
        if let other = owner.updateValue(upper, forKey: name), other != upper {
            error(at: place, "\"\(name)\" belongs to \"\(other)\" and cannot belong to \"\(upper)\", too")
        }
    }

    private func checkParents(
        _ all: [InterfaceSettings], _ byName: [String: InterfaceSettings], _ owner: [String: String]
    ) {
        var taken: [VLANSettings: String] = [:]
        for interface in all {
            guard let vlan = interface.vlan else { continue }
            let place = place("vlan", "parent", in: interfaces[interface.name])
            if vlan.parent == interface.name {
                error(at: place, "\"\(interface.name)\" cannot be its own parent")
            } else if interfaces[vlan.parent] == nil {
                error(
                    at: place, "the parent \"\(vlan.parent)\" of \"\(interface.name)\" is not among the interfaces",
                    hint: hint(forUnknown: vlan.parent))
            } else if byName[vlan.parent]?.vlan != nil {
                error(
                    at: place, "the parent \"\(vlan.parent)\" of \"\(interface.name)\" is a VLAN itself",
                    hint: "a VLAN is carried by a card, a bond or a bridge")
            } else if let upper = owner[vlan.parent], byName[upper]?.bond != nil {
                error(
                    at: place,
                    "the parent \"\(vlan.parent)\" of \"\(interface.name)\" is a member of the bond \"\(upper)\"",
                    hint: "write \"parent: \(upper)\"")
            }
            if let other = taken.updateValue(interface.name, forKey: vlan) {
                error(
                    at: self.place("vlan", "id", in: interfaces[interface.name]),
                    "\"\(interface.name)\" and \"\(other)\" are both VLAN \(vlan.id) on \"\(vlan.parent)\"")
            }
            if let mtu = interface.mtu, let carried = byName[vlan.parent]?.mtu, mtu > carried {
                error(
                    at: self.place("mtu", in: interfaces[interface.name]),
                    "\"\(interface.name)\" has mtu \(mtu), but its parent \"\(vlan.parent)\" carries only \(carried)")
            }
        }
    }

    /// A member or port has no address: the bond or bridge has it.
    private func checkLowerAddresses(_ all: [InterfaceSettings], _ owner: [String: String]) {
        for interface in all {
            guard let upper = owner[interface.name], upper != interface.name else { continue }
            for (key, isOff) in [
                ("ipv4", interface.ipv4.map { $0.method == .disabled }),
                ("ipv6", interface.ipv6.map { $0.method == .disabled }),
            ] where isOff == false {
                error(
                    at: place(key, in: interfaces[interface.name]),
                    "\"\(interface.name)\" belongs to \"\(upper)\" and cannot have \"\(key)\" of its own",
                    hint: "give the addresses to \"\(upper)\"")
            }
        }
    }

    /// No interface stands, by way of others, on itself.
    func checkCircles(_ all: [InterfaceSettings]) {
        var below: [String: [String]] = [:]
        for interface in all {
            below[interface.name] =
                (interface.bridge?.ports ?? interface.bond?.members ?? (interface.vlan.map { [$0.parent] } ?? []))
                .filter { $0 != interface.name }
        }
        var done: Set<String> = []
        for name in names where !done.contains(name) {
            var open: [String] = []
            if let circle = circle(from: name, below, &open, &done), let first = circle.first {
                error(
                    at: place("name", in: interfaces[first]),
                    "\"\(first)\" stands on itself: \((circle + [first]).joined(separator: " on "))")
            }
        }
    }

    private func circle(
        from name: String, _ below: [String: [String]], _ open: inout [String], _ done: inout Set<String>
    ) -> [String]? {
        if let start = open.firstIndex(of: name) { return Array(open[start...]) }
        guard !done.contains(name) else { return nil }
        open.append(name)
        for lower in below[name] ?? [] {
            if let circle = circle(from: lower, below, &open, &done) {
                done.insert(name)
                return circle
            }
        }
        open.removeLast()
        done.insert(name)
        return nil
    }
}

extension InterfaceSettings {
    /// Whether it is a network card.
    var isCard: Bool { vlan == nil && bond == nil && bridge == nil }
}
