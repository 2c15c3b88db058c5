import Host

extension NodeStatus {
    /// The status for people: everything, a line each.
    public var text: String {
        let lines = StatusLines(self)
        var text = ""
        func add(_ label: String, _ values: [String]) {
            for (index, value) in values.enumerated() {
                text += PlainText.column(index == 0 ? label : "", 16) + value + "\n"
            }
        }
        add("Product", [lines.product] + (lines.image.map { ["image " + $0] } ?? []))
        add("Nodewright", ["nodectl \(version)"])
        add("Started from", [lines.boot])
        if let slots = lines.slots { add("Slots", [slots]) }
        if let health = lines.health { add("Health", [health]) }
        if let upgrade = lines.upgrade { add("Upgrade", [upgrade]) }
        if let failure = lines.lastFailure { add("Last failure", [failure]) }
        if !lines.problems.isEmpty { add("Problems", lines.problems) }
        add("Configuration", lines.configuration)
        add("Host name", [lines.hostname])
        add("Machine id", [lines.machineID])
        add("Uptime", [lines.uptime])
        add("Virtualization", [lines.virtualization])
        if let load = lines.load { add("Load", [load]) }
        add("SSH host keys", lines.hostKeys)
        add("Engine", lines.engine)
        add("Network", interfaces.isEmpty ? ["no interface"] : lines.interfaces(brief: false))
        add("Services", lines.services.map { PlainText.column($0.name, 16) + $0.state })
        add("Failed units", [lines.failed])
        if let problem = lines.problem { add("", ["(\(problem))"]) }
        return text
    }
}
