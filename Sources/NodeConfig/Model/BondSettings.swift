/// Several cards that act as one.
public struct BondSettings: Hashable, Sendable {
    /// How members share the work, in the words of the kernel's bonding driver.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        case balanceRoundRobin = "balance-rr"
        case activeBackup = "active-backup"
        case balanceXOR = "balance-xor"
        case broadcast = "broadcast"
        case lacp = "802.3ad"
        case balanceTLB = "balance-tlb"
        case balanceALB = "balance-alb"
    }

    /// How often links are looked at, in milliseconds, unless given.
    public static let defaultMIIMonitoring = 100

    /// How members share the work; `active-backup` unless given.
    public var mode: Mode = .activeBackup
    /// The names of the cards, at least one.
    public var members: [String]
    /// How often the links are looked at, in milliseconds; 0 is never. Nil means 100, unless ARP monitoring is among the options.
    public var miimon: Int?
    /// The member that is preferred in the modes that use one at a time.
    public var primary: String?
    /// Further options of the bonding driver by name, such as `lacp_rate: fast`.
    public var options: [String: String] = [:]

    /// A bond of cards.
    public init(mode: Mode = .activeBackup, members: [String]) {
        self.mode = mode
        self.members = members
    }

    /// How often links are looked at, with the default applied.
    public var effectiveMIIMonitoring: Int {
        miimon ?? (options["arp_interval"] == nil ? Self.defaultMIIMonitoring : 0)
    }
}
