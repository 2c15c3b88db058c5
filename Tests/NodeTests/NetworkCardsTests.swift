import Host
import NodeConfig
import Testing

@testable import Bus
@testable import Node

/// Which card a configuration means, and what is written down about it.
@Suite struct NetworkCardsTests {
    private func device(
        _ name: String, _ address: String?, carrier: Bool = true, path: String? = nil, isCard: Bool = true
    ) -> NetworkManager.Device {
        NetworkManager.Device(
            path: "/" + name, name: name, isCard: isCard, permanentAddress: address, knowsPermanentAddress: true,
            busPath: path, carrier: carrier,
            isManaged: true, state: 100, activation: nil, ipv4: .init(), ipv6: .init())
    }

    private var devices: [NetworkManager.Device] {
        [
            device("bond7", "52:54:00:00:00:01", isCard: false),
            device("eno1", "52:54:00:00:00:01", carrier: false, path: "pci-0000:03:00.0"),
            device("eno2", "52:54:00:00:00:02", path: "pci-0000:03:00.1"),
            device("eno3", "52:54:00:00:00:03"),
            device("eno4", "02:00:00:00:00:99"), device("eno5", "02:00:00:00:00:99"),
        ]
    }

    private func cards(_ interfaces: InterfaceSettings...) throws -> NetworkCards {
        try NetworkCards(NetworkExamples.network(interfaces).network, among: devices)
    }

    @Test func namesBecomePermanentAddresses() throws {
        let found = try cards(NetworkExamples.card("eno1"), NetworkExamples.card("lan", .name("eno3")))
        #expect(found.kernelNames == ["eno1": "eno1", "lan": "eno3"])
        #expect(found.pinned["eno1"]?.match == .mac(NetworkExamples.mac("52:54:00:00:00:01")))
        #expect(found.pinned["lan"]?.match == .mac(NetworkExamples.mac("52:54:00:00:00:03")))
        // Pinned once, it stays so.
        let again = try NetworkCards(found.pinned, among: devices)
        #expect(again.pinned == found.pinned && again.kernelNames == found.kernelNames)
    }

    @Test func aPlaceStaysAPlaceAndTwinsStayNames() throws {
        let found = try cards(
            NetworkExamples.card("slot", .path("pci-0000:03:00.1")), NetworkExamples.card("eno4"))
        #expect(found.kernelNames["slot"] == "eno2")
        #expect(found.pinned["slot"]?.match == .path("pci-0000:03:00.1"))
        #expect(found.pinned["eno4"]?.match == nil)
    }

    /// The first with a carrier that no other interface means.
    @Test func linkTakesWhatIsLeft() throws {
        let found = try cards(NetworkExamples.card("any", .link), NetworkExamples.card("eno2"))
        #expect(found.kernelNames == ["any": "eno3", "eno2": "eno2"])
    }

    /// Once a profile is up, "link" means its card, also at the first start, which pins what is certain.
    @Test(arguments: [true, false]) func linkIsPinnedToTheCardThatItsProfileIsOn(needsAll: Bool) throws {
        let interfaces = [NetworkExamples.card("any", .link), NetworkExamples.card("eno2")]
        let network = NetworkExamples.network(interfaces).network
        let devices = devices
        func pinned(_ linked: [String: String]) throws -> InterfaceMatch? {
            try NetworkCards(network, among: devices, linked: linked, needsAll: needsAll).pinned["any"]?.match
        }
        #expect(try pinned(["any": "eno1"]) == .mac(NetworkExamples.mac("52:54:00:00:00:01")))
        // A card that another interface means, and none at all.
        let first = InterfaceMatch.mac(NetworkExamples.mac("52:54:00:00:00:03"))
        for other in [["any": "eno2"], ["any": "eno9"], [:]] {
            #expect(try pinned(other) == (needsAll ? first : .link))
        }
    }

    @Test func profilesOfOursThatAreUpTellTheirCards() {
        func profile(_ path: String, _ file: String) -> NetworkManager.Profile {
            .init(path: path, file: "/run/NetworkManager/system-connections/" + file, isMadeUp: false)
        }
        func activation(
            _ id: String, _ profile: String, _ device: String, _ state: NetworkManager.Activation.State = .activated
        ) -> NetworkManager.Activation {
            .init(path: "/a/" + id, profile: profile, uuid: "", id: id, state: state, devices: [device])
        }
        let snapshot = NetworkManager.Snapshot(
            devices: devices,
            profiles: [
                profile("/1", "nodewright-any-12345678.nmconnection"), profile("/2", "other.nmconnection"),
                profile("/3", "nodewright-late-12345678.nmconnection"),
            ],
            activations: [
                activation("any", "/1", "/eno3"), activation("other", "/2", "/eno2"),
                activation("late", "/3", "/eno1", .activating),
            ], checkpoints: [], isStarting: false)
        #expect(snapshot.linked == ["any": "eno3"])
    }

    @Test func membersThatNobodyDescribesAreFoundByName() throws {
        var bond = InterfaceSettings(name: "bond0")
        bond.bond = BondSettings(members: ["eno1", "eno2"])
        let found = try cards(bond)
        #expect(found.pinned.interfaces.map(\.name) == ["bond0", "eno1", "eno2"])
        #expect(found.pinned["eno2"]?.match == .mac(NetworkExamples.mac("52:54:00:00:00:02")))
    }

    @Test func everyCardThatIsNotThereIsNamed() throws {
        do {
            _ = try cards(
                NetworkExamples.card("a", .mac(NetworkExamples.mac("52:54:00:00:00:77"))),
                NetworkExamples.card("b", .path("pci-1")), NetworkExamples.card("bond7"))
            Issue.record("accepted")
        } catch let failure as Failure {
            #expect(failure.status == .invalidInput)
            #expect(failure.message == "a: there is no network card with the permanent address 52:54:00:00:00:77")
            #expect(
                failure.details == [
                    "b: there is no network card at pci-1", "bond7: there is no network card \"bond7\"",
                ])
            #expect(failure.hint?.hasPrefix("the cards of this node: eno1 (52:54:00:00:00:01), eno2 ") == true)
        }
    }

    /// As the first start does, which cannot wait for a card that is not there.
    @Test func whatIsThereIsPinned() throws {
        let network = NetworkExamples.network([
            NetworkExamples.card("missing"), NetworkExamples.card("any", .link), NetworkExamples.card("eno1"),
            NetworkExamples.card("twice", .name("eno1")),
        ]).network
        let found = try NetworkCards(network, among: devices, needsAll: false)
        #expect(found.pinned["eno1"]?.match == .mac(NetworkExamples.mac("52:54:00:00:00:01")))
        #expect(found.pinned["missing"] == network["missing"] && found.pinned["twice"] == network["twice"])
        #expect(found.pinned["any"]?.match == .link)
    }

    @Test func differencesAreThoseLinesThatChange() {
        let lines = LineDifference.lines(from: "a\nb\nc\nd", to: "a\nx\nc\nd\ne")
        #expect(lines == ["- b", "+ x", "+ e"])
        #expect(LineDifference.lines(from: "a\nb\nc", to: "a\nb\nd", context: 1) == ["  b", "- c", "+ d"])
        #expect(LineDifference.lines(from: "a", to: "a").isEmpty)
        #expect(LineDifference.lines(from: "", to: "a") == ["+ a"])
    }

    /// A router that the configuration names must be the way out; a network without one is as good.
    @Test func theManagementAddressNeedsItsRoute() throws {
        var card = NetworkExamples.card("eno2")
        card.ipv4 = NetworkExamples.ipv4(["192.0.2.10/24"], gateway: "192.0.2.1")
        func missing(_ interface: InterfaceSettings, gateway: String?) -> String? {
            let device = NetworkManager.Device(
                path: "/eno2", name: "eno2", isCard: true, permanentAddress: nil, knowsPermanentAddress: false,
                busPath: nil, carrier: true, isManaged: true, state: 100, activation: "/1",
                ipv4: .init(addresses: ["192.0.2.10/24"], gateway: gateway), ipv6: .init())
            let activation = NetworkManager.Activation(
                path: "/1", profile: "", uuid: "", id: "eno2", state: .activated, devices: ["/eno2"])
            return ManagementAddress(NetworkExamples.network([interface])).missing(
                in: .init(
                    devices: [device], profiles: [], activations: [activation], checkpoints: [], isStarting: false))
        }
        #expect(missing(card, gateway: "192.0.2.1") == nil)
        #expect(missing(card, gateway: nil) == "eno2 has no route over 192.0.2.1")
        #expect(missing(card, gateway: "192.0.2.2") == "eno2 has no route over 192.0.2.1")
        card.ipv4 = NetworkExamples.ipv4(["192.0.2.10/24"])
        #expect(missing(card, gateway: nil) == nil)
    }
}
