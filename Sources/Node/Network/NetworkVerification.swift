import Bus
import Glibc
import Host
import NodeConfig

/// Whether a network that was just set up does what the configuration says: link, addresses, router, name servers, engine.
public struct NetworkVerification {
    /// What is not as it should be.
    public struct Problem: Hashable, Sendable {
        /// `eno1: the router 192.0.2.1 does not answer`
        public let text: String
        /// Whether the change must not stay.
        public let isFatal: Bool
    }

    private let configuration: NodeConfiguration
    private let profiles: NetworkProfiles
    private let manager: NetworkManager
    private let engineAnswered: Bool
    /// Seconds that a router may take to answer.
    private static let patience = 1.5

    /// What to verify.
    ///
    /// - Parameter engineAnswered: whether the engine answered before the change; one that did not may be switched off
    public init(
        _ configuration: NodeConfiguration, _ plan: NetworkPlan, of change: NetworkChange, engineAnswered: Bool
    ) {
        self.configuration = configuration
        profiles = plan.profiles
        manager = change.manager
        self.engineAnswered = engineAnswered
    }

    /// Whether the engine's port answers now; false also when no engine is named.
    public static func engineAnswers(_ configuration: NodeConfiguration) -> Bool {
        guard let address = configuration.engine.address else { return false }
        return ServiceProbe.portAnswers(address, port: configuration.engine.port ?? 443, timeout: 3)
    }

    /// Looks again and again until all is well or the time is over.
    ///
    /// - Parameter isStopped: asked between two looks
    /// - Returns: what is wrong at the end; nothing fatal when all is well
    public func wait(seconds: Double, isStopped: () -> Bool = { false }) throws -> [Problem] {
        let end = monotonicSeconds() + seconds
        var problems: [Problem] = []
        repeat {
            problems = try look()
            if !problems.contains(where: \.isFatal) || isStopped() { break }
            usleep(300_000)
        } while monotonicSeconds() < end
        return problems
    }

    /// Looks once. What builds on something that is not there is not looked at.
    func look() throws -> [Problem] {
        let snapshot = try manager.snapshot()
        var problems: [Problem] = []
        for profile in profiles.all {
            guard let interface = configuration.network[profile.name] else { continue }
            problems += look(at: interface, profile, snapshot)
        }
        if problems.contains(where: \.isFatal) { return problems }
        let servers = configuration.dns.servers
        if !servers.isEmpty, !profiles.all.isEmpty,
            !servers.contains(where: { ServiceProbe.nameServerAnswers($0, timeout: 2) })
        {
            let names = servers.map(\.description).joined(separator: ", ")
            problems.append(.init(text: "no name server answers: \(names)", isFatal: true))
        }
        if let engine = configuration.engine.address, !Self.engineAnswers(configuration) {
            let port = configuration.engine.port ?? 443
            problems.append(
                .init(text: "the engine does not answer: \(engine), port \(port)", isFatal: engineAnswered))
        }
        return problems
    }

    private func look(
        at interface: InterfaceSettings, _ profile: NetworkProfile, _ snapshot: NetworkManager.Snapshot
    ) -> [Problem] {
        let management = configuration.network.management
        func problem(_ text: String, fatal: Bool = true) -> [Problem] {
            [
                .init(
                    text: "\(interface.name): \(text)",
                    isFatal: fatal && (management ?? interface.name) == interface.name)
            ]
        }
        guard let activation = snapshot.activations.first(where: { $0.uuid == profile.uuid }),
            let device = snapshot.devices.first(where: { activation.devices.contains($0.path) })
        else {
            // One cable less does not cut a bond off, and a card that is to have none has nothing to lose.
            let ipv4 = configuration.network.ipv4(of: interface)
            let ipv6 = configuration.network.ipv6(of: interface)
            let matters = !profile.isPort && (ipv4.method != .disabled || ipv6.method != .disabled)
            return problem("is not up", fatal: matters)
        }
        if profile.isPort { return [] }
        if device.carrier == false { return problem("has no link") }
        let ipv4 = configuration.network.ipv4(of: interface)
        let ipv6 = configuration.network.ipv6(of: interface)
        if let missing = configuration.network.missingAddress(of: interface, on: device) { return problem(missing) }
        guard activation.state == .activated else { return problem("is not up yet") }
        let configured = [ipv4.gateway, ipv6.gateway].compactMap { $0 }
        let found = [device.ipv4.gateway, device.ipv6.gateway].compactMap { $0 }.compactMap { IPAddress($0) }
        for gateway in configured + found.filter({ !configured.contains($0) }) {
            let answers = try? AddressProbe.answers(gateway, on: device.name, timeout: Self.patience)
            if answers != true { return problem("the router \(gateway) does not answer") }
        }
        return []
    }
}
