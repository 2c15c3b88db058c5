import Host
import Node
import NodeConfig

extension SetupCard {
    /// The machine's physical cards, those with a link first, then by name: `eno2` before `eno10`.
    ///
    /// A card has a link only while it is up: the kernel does not say whether a cable is in one that is down (`carrier`
    /// cannot be read then), and on a node nothing but its network's configuration sets cards up.
    /// - Parameters:
    ///   - root: where `/sys` is
    ///   - neighbours: what stands at the other ends of the cables, by the names of the cards
    static func all(root: String = "/", neighbours: [String: String] = [:]) -> [SetupCard] {
        let folder = Path.join(root, "sys/class/net")
        let names = (try? Folder.list(folder)) ?? []
        return names.compactMap { name in
            read(Path.join(folder, name), name, neighbour: neighbours[name])
        }.sorted { one, other in
            one.hasLink != other.hasLink ? one.hasLink : naturallyPrecedes(one.name, other.name)
        }
    }

    private static func read(_ folder: String, _ name: String, neighbour: String?) -> SetupCard? {
        func has(_ file: String) -> Bool { File.exists(Path.join(folder, file)) }
        func value(_ file: String) -> String? { SystemFile.line(Path.join(folder, file)) }
        // Bonds, bridges and the like have no device behind them. A card for Wi-Fi has one of the other two, by its
        // driver's age.
        guard has("device"), !has("phy80211"), !has("wireless") else { return nil }
        let hasLink = value("carrier") == "1"
        return SetupCard(
            name: name,
            // A card in a bond bears the bond's address, and keeps its own there.
            address: (value("bonding_slave/perm_hwaddr") ?? value("address")).flatMap { MACAddress($0) },
            driver: (try? File.linkTarget(Path.join(folder, "device/driver"))).map(Path.name),
            speed: hasLink ? value("speed").flatMap(megabits) : nil, hasLink: hasLink,
            // What was heard before the cable was pulled stands there no longer.
            neighbour: hasLink ? neighbour : nil)
    }

    /// A speed in Mbit/s; nil when the card does not know it, which is -1, or the same without a sign from old kernels.
    private static func megabits(_ text: String) -> Int? {
        Int(text).flatMap { $0 > 0 && $0 < Int(UInt32.max) ? $0 : nil }
    }

    /// Whether a name comes first when numbers in it count as numbers.
    private static func naturallyPrecedes(_ one: String, _ other: String) -> Bool {
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
        var (left, right) = (one.utf8[...], other.utf8[...])
        while let a = left.first, let b = right.first {
            if isDigit(a), isDigit(b) {
                // Any number of digits: without zeros in front, the longer number is the larger one.
                let (m, n) = (left.prefix(while: isDigit), right.prefix(while: isDigit))
                let (x, y) = (m.drop { $0 == 0x30 }, n.drop { $0 == 0x30 })
                if x.count != y.count { return x.count < y.count }
                if !x.elementsEqual(y) { return x.lexicographicallyPrecedes(y) }
                (left, right) = (left.dropFirst(m.count), right.dropFirst(n.count))
            } else if a != b {
                return a < b
            } else {
                (left, right) = (left.dropFirst(), right.dropFirst())
            }
        }
        // "eno01" and "eno1" are different names, too.
        if left.isEmpty, right.isEmpty { return one.utf8.lexicographicallyPrecedes(other.utf8) }
        return left.isEmpty
    }
}
