import Host

/// The parts of a status in words, shared by the status screen and `nodectl status`. All text is printable ASCII.
struct StatusLines {
    private let status: NodeStatus

    init(_ status: NodeStatus) { self.status = status }

    var product: String { PlainText.printable(status.release.product ?? "unknown product") }

    var image: String? { status.release.image.map { PlainText.printable($0) } }

    var boot: String {
        switch status.boot {
        case .live: "live system"
        case .slot(let slot): "slot \(slot.uppercased())"
        case .unknown: "neither slot nor live"
        }
    }

    var hostname: String { PlainText.printable(status.hostname ?? "unknown") }

    var machineID: String { status.machineID ?? "none" }

    /// `3 days 4 h 5 min`
    var uptime: String {
        guard let seconds = status.uptime else { return "unknown" }
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
        if days > 0 { return "\(days) \(days == 1 ? "day" : "days") \(hours) h \(minutes) min" }
        return hours > 0 ? "\(hours) h \(minutes) min" : "\(minutes) min \(seconds % 60) s"
    }

    /// `KVM: available; 2 guests run: db, web`
    var virtualization: String {
        let kvm = "KVM: \(status.kvm.rawValue)"
        guard let names = status.guests?.names else { return kvm }
        if names.isEmpty { return kvm + "; no guest runs" }
        return kvm + "; \(names.count) guest\(names.count == 1 ? " runs" : "s run"): "
            + names.map { PlainText.printable($0) }.joined(separator: ", ")
    }

    /// What is in the slots; nil where there are none.
    var slots: String? { status.slots.map { PlainText.printable($0.line) } }

    /// Whether a node that was started from a slot is healthy; nil when it was not, or when the reasons are among the problems.
    var health: String? {
        guard status.isOnSlot, status.services.problem == nil else { return nil }
        if status.services.isHealthy { return "good" }
        return status.problems.contains { $0.hasPrefix(Problems.unhealthy) } ? nil : "not known yet: its checks go on"
    }

    /// What failed last, unless it is among the problems, which are what counts now.
    var lastFailure: String? {
        guard let failure = status.slots?.lastFailure, !status.problems.contains(where: { $0.hasPrefix("slot ") })
        else {
            return nil
        }
        return PlainText.printable(failure)
    }

    /// That there is a version to upgrade to.
    var upgrade: String? {
        status.offer.map {
            "version \(PlainText.printable($0.version)) is available (nodectl upgrade apply, or the menu)"
        }
    }

    var load: String? { status.load.line }

    var hostKeys: [String] { status.hostKeys.map { PlainText.column($0.kind, 8) + $0.fingerprint } }

    var failed: String {
        guard let failed = status.services.failed else { return "unknown" }
        return failed.isEmpty
            ? "none" : "\(failed.count): " + failed.map { PlainText.printable($0) }.joined(separator: " ")
    }

    /// Everything about the configuration, a line each; empty when nobody has begun with it.
    var configuration: [String] {
        guard let state = status.configuration else { return [] }
        var lines = [configurationHead(state)]
        if let installation = state.installation {
            lines.append(installation.line)
            lines += (installation.hint.map { ["hint: " + $0] } ?? []) + installation.details
        }
        if let failure = state.failure {
            lines += (failure.hint.map { ["hint: " + $0] } ?? []) + failure.details
        }
        let mistakes = state.mistakes.map(\.line).filter { $0 != state.failure?.message }
        lines += ["in force: " + state.inForce, inputs(state)] + mistakes + state.notes
        if let file = state.understood { lines.append("what could be understood of the inputs: " + file) }
        return lines.map { PlainText.printable($0, limit: 1024) }
    }

    /// The same in so many lines of so many characters.
    func configuration(width: Int, limit: Int) -> [String] {
        guard let state = status.configuration, limit > 0 else { return [] }
        var head = configurationHead(state)
        let more = state.mistakes.count { $0.line != state.failure?.message }
        if state.phase == .failed, more > 0 { head += " (and \(more) more)" }
        let installation = state.installation.map { $0.line + ($0.hint.map { " (\($0))" } ?? "") }
        var lines = installation.map { PlainText.wrapped($0, width, limit: min(3, limit)) } ?? []
        if lines.count < limit { lines += PlainText.wrapped(head, width, limit: min(2, limit - lines.count)) }
        for text in [inputs(state)] + state.notes where lines.count < limit {
            lines += PlainText.wrapped(text, width, limit: min(2, limit - lines.count))
        }
        return lines
    }

    private func configurationHead(_ state: ConfigurationState) -> String {
        switch state.phase {
        case .unconfigured: "none: no input was found"
        case .waiting: state.activity ?? "waiting"
        case .configured:
            "configured" + (state.seconds.map { " \(Int($0.rounded())) s after the kernel's start" } ?? "")
        case .failed: "failed: \(state.failure?.message ?? "")"
        }
    }

    /// `found: credential nodewright.config, config disk NODECONFIG/node.yaml (ignored)`
    private func inputs(_ state: ConfigurationState) -> String {
        let words = state.inputs.map { $0.words + ($0.use == .used ? "" : " (\($0.use.rawValue))") }
        return "found: " + (words.isEmpty ? "nothing" : words.joined(separator: ", "))
    }

    /// What is wrong with the disk.
    var problems: [String] { status.problems.map { PlainText.printable($0) } }

    /// How far registration has come, and what keeps it from coming further; none when nobody has tried.
    var engine: [String] {
        guard let engine = status.engine else { return [] }
        return [engine.words, engine.message].compactMap { $0.map { PlainText.printable($0, limit: 1000) } }
    }

    /// Why service states are unknown.
    var problem: String? { status.services.problem.map { PlainText.printable($0) } }

    /// Name and state of each service.
    var services: [(name: String, state: String)] {
        status.services.services.map { ($0.name, PlainText.printable($0.word)) }
    }

    /// The interfaces as rows: the first row of each with name and state, one address a row.
    ///
    /// - Parameter brief: without link-local addresses beside others, and without interfaces that neither are devices nor
    ///   have an address (the taps of guests)
    func interfaces(brief: Bool) -> [String] {
        status.interfaces.flatMap { interface -> [String] in
            if brief, !interface.isPhysical, interface.addresses.isEmpty { return [] }
            let wide = interface.addresses.filter { !$0.isLinkLocal }
            let shown = brief && !wide.isEmpty ? wide : interface.addresses
            let head = PlainText.column(interface.name, 16) + PlainText.column(interface.state, 8)
            if shown.isEmpty { return [head + "no address"] }
            return shown.enumerated().map { index, address in
                (index == 0 ? head : String(repeating: " ", count: 24)) + "\(address.text)/\(address.prefix)"
            }
        }
    }
}
