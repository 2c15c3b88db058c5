/// An interface as a command line names it.
enum InterfaceReference: Hashable {
    case name(String)
    case hardwareAddress(MACAddress)
    /// The first one with a carrier.
    case link
}

/// What the words of a command line say about networking, each with the word that says it.
struct NetworkWords {
    typealias Word = KernelCommandLine.Word

    /// One `ip=`.
    struct Addresses {
        /// How an interface gets addresses of one kind.
        enum Method: Hashable {
            case dhcp, automatic6, linkLocal, linkLocal6, off
        }

        let word: Word
        /// nil: the interface of `bootdev=`, `ksdevice=` or `BOOTIF=`.
        var interface: InterfaceReference?
        var methods: [Method] = []
        var address: IPAddress?
        /// nil: that of `netmask=`.
        var prefix: Int?
        var gateway: IPAddress?
        var hostname: Hostname?
        var mtu: Int?
        /// The address that the interface is to have instead of its own.
        var hardwareAddress: MACAddress?
        var nameservers: [IPAddress] = []
        var timeserver: HostAddress?

        /// Whether it asks for no more than what every card does by itself: DHCP and router advertisements.
        var isPlain: Bool {
            address == nil && mtu == nil && hardwareAddress == nil && methods.contains(.dhcp)
                && methods.allSatisfy { $0 == .dhcp || $0 == .automatic6 }
        }
    }

    /// One `vlan=`.
    struct VLAN {
        let word: Word
        /// nil: `PARENT.ID`.
        let name: String?
        let id: Int
        /// nil: the interface of `BOOTIF=`.
        let parent: String?
    }

    /// One `bond=`.
    struct Bond {
        let word: Word
        let name: String
        let ports: [InterfaceReference]
        let options: [(name: String, value: String)]
        let mtu: Int?
    }

    /// One `bridge=`.
    struct Bridge {
        let word: Word
        let name: String
        let ports: [InterfaceReference]
    }

    /// One `rd.route=`.
    struct Route {
        let word: Word
        let destination: IPPrefix
        let gateway: IPAddress?
        let interface: String?
    }

    /// A value with its word.
    struct Said<Value> {
        let word: Word
        let value: Value
    }

    /// How IPv6 addresses are got, by legacy oVirt Node's `ipv6=`.
    enum IPv6Method {
        case dhcp, automatic, off
    }

    var addresses: [Addresses] = []
    var vlans: [VLAN] = []
    var bonds: [Bond] = []
    var bridges: [Bridge] = []
    var routes: [Route] = []
    var names: [Said<(name: String, address: MACAddress)>] = []
    var nameservers: [IPAddress] = []
    var netmask: Said<Int>?
    var gateway: Said<IPAddress>?
    var ipv6: Said<IPv6Method>?
    var bootInterface: Said<InterfaceReference>?
    var kickstartDevice: Said<InterfaceReference>?
    /// `bootdev=`
    var bootDevice: Said<InterfaceReference>?
    /// `rd.bootif=0`
    var ignoresBootInterface = false
    /// `rd.peerdns=0`
    var noOfferedNameservers: Word?
    /// `network_layout=bridged`
    var bridgedLayout: Word?
}
