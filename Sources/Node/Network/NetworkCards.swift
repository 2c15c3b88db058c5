import Bus
import Host
import NodeConfig

/// Which card of this machine each interface of a configuration means.
public struct NetworkCards: Sendable {
    /// The configuration's network with the cards that others name, each by its permanent hardware address where it has one.
    ///
    /// A card that is asked for by its place in the machine stays so: whatever is plugged in there is meant.
    public let pinned: NetworkSettings
    /// The kernel's names of the cards, by their names in the configuration.
    public let kernelNames: [String: String]

    /// Finds the cards.
    ///
    /// - Parameters:
    ///   - linked: the kernel's names of cards on which our profiles are up, by their names in the configuration: what "link"
    ///     means for as long as such a card is free
    ///   - needsAll: false to pin those that are certain: what is not there, and which card has a link, is left open
    /// - Throws: naming each one that is not there, or that two interfaces mean
    init(
        _ network: NetworkSettings, among devices: [NetworkManager.Device], linked: [String: String] = [:],
        needsAll: Bool = true
    ) throws {
        var pinned = network.withImpliedCards
        var names: [String: String] = [:]
        var problems: [String] = []
        let cards = devices.filter(\.isCard)
        // Those that mean one certain card first; "link" takes what is left.
        for wantsLink in [false, true] {
            for (index, interface) in pinned.interfaces.enumerated() {
                guard case .card(let match) = interface.kind, (match == .link) == wantsLink else { continue }
                let free = cards.filter { card in !names.values.contains(card.name) }
                let used = wantsLink ? free.first { $0.name == linked[interface.name] } : nil
                if wantsLink, used == nil, !needsAll { continue }
                guard let card = used ?? Self.card(match, among: wantsLink ? free : cards) else {
                    problems.append("\(interface.name): there is no network card \(Self.words(match))")
                    continue
                }
                if let other = names.first(where: { $0.value == card.name })?.key {
                    problems.append("\(interface.name): this is the same card as \"\(other)\": \(card.name)")
                    continue
                }
                names[interface.name] = card.name
                guard let address = card.permanentAddress, let mac = MACAddress(address), mac.isUnicast,
                    cards.filter({ $0.permanentAddress == address }).count == 1
                else { continue }
                if case .path = match { continue }
                pinned.interfaces[index].match = .mac(mac)
            }
        }
        guard problems.isEmpty || !needsAll else {
            let known = cards.map { "\($0.name) (\($0.permanentAddress ?? "no address"))" }.joined(separator: ", ")
            throw Failure(
                .invalidInput, problems[0], hint: "the cards of this node: \(known.isEmpty ? "none" : known)",
                details: Array(problems.dropFirst()))
        }
        self.pinned = pinned
        kernelNames = names
    }

    /// The card that is meant; with "link", the first one that has one.
    static func card(
        _ match: InterfaceMatch, among cards: [NetworkManager.Device]
    ) -> NetworkManager.Device? {
        switch match {
        case .name(let name): cards.first { $0.name == name }
        case .mac(let mac): cards.first { $0.permanentAddress == mac.description }
        case .path(let path): cards.first { $0.busPath == path }
        case .link: cards.first { $0.carrier == true }
        }
    }

    private static func words(_ match: InterfaceMatch) -> String {
        switch match {
        case .name(let name): "\"\(name)\""
        case .mac(let mac): "with the permanent address \(mac)"
        case .path(let path): "at \(path)"
        case .link: "that has a link and is free"
        }
    }
}

extension NetworkManager.Snapshot {
    /// The kernel's names of the devices on which our profiles are up, by the names of the interfaces.
    var linked: [String: String] {
        let ours = Set(profiles.filter { NetworkProfile.isOurs(Path.name($0.file)) }.map(\.path))
        let names = Dictionary(devices.map { ($0.path, $0.name) }) { $1 }
        let up = activations.filter { $0.state == .activated && ours.contains($0.profile) }
        let pairs = up.compactMap { activation in
            activation.devices.first.flatMap { names[$0] }.map { (activation.id, $0) }
        }
        return Dictionary(pairs) { $1 }
    }
}
