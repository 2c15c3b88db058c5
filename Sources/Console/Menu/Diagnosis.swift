import Host
import Node
import NodeConfig

/// What one looks at when something does not work, each as the command of which the output is shown.
enum Diagnosis: String, CaseIterable {
    case ping, names, engine, cards, addresses, units

    var title: String {
        switch self {
        case .ping: "Ping an address"
        case .names: "Ask DNS for a name"
        case .engine: "Is this node ready for its engine?"
        case .cards: "A network card (ethtool)"
        case .addresses: "Addresses, routes and neighbours"
        case .units: "Units that have failed"
        }
    }

    /// What has to be entered; nil when nothing has.
    var field: Field? {
        switch self {
        case .ping: .text("target", "Address or name", limit: 255).checked(Self.hostMistake)
        case .names: .text("target", "Name", limit: 255).checked(Self.hostMistake)
        case .cards: .text("target", "Card", limit: 15).checked(Self.cardMistake)
        case .engine, .addresses, .units: nil
        }
    }

    /// An option would be something else than a host.
    private static func hostMistake(_ text: String) -> String? {
        HostAddress(text) == nil ? "\"\(text)\" is neither a name nor an address" : nil
    }

    private static func cardMistake(_ text: String) -> String? {
        let isName =
            !text.isEmpty && text.utf8.count < 16 && !text.hasPrefix("-") && !text.hasPrefix(".")
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
        return isName && File.exists("/sys/class/net/" + text) ? nil : "there is no card \"\(text)\""
    }

    /// The commands; every one's output is shown.
    func commands(_ target: String) -> [Command] {
        switch self {
        case .ping: [Command("ping", ["-n", "-c", "4", "-W", "2", target])]
        case .names: [Command("getent", ["ahosts", target])]
        case .engine: [Command("nodectl", ["check"])]
        case .cards: [Command("ethtool", [target]), Command("ethtool", ["-i", target])]
        case .addresses:
            [
                Command("ip", ["-br", "address"]), Command("ip", ["route"]), Command("ip", ["-6", "route"]),
                Command("ip", ["neighbour"]),
            ]
        case .units: [Command("systemctl", ["--failed", "--no-pager", "--plain"])]
        }
    }
}
