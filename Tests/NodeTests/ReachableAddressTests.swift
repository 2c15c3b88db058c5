import Document
import NodeConfig
import TestSupport
import Testing

@testable import Bus
@testable import Node

/// Under which address others reach a node, whatever the kernel calls the interface.
@Suite struct ReachableAddressTests {
    private func device(_ name: String, _ number: Int, _ addresses: [String]) -> NetworkManager.Device {
        NetworkManager.Device(
            path: "/\(name)", name: name, isCard: name.hasPrefix("eno"), permanentAddress: "52:54:00:00:00:0\(number)",
            knowsPermanentAddress: true, busPath: "pci-0000:0\(number):00.0", carrier: true, isManaged: true,
            state: 100,
            activation: nil, ipv4: .init(addresses: addresses.filter { !$0.contains(":") }),
            ipv6: .init(addresses: addresses.filter { $0.contains(":") }))
    }

    /// Two cards and a bond; the profile "mgmt" is in use on the second card.
    private func snapshot(_ activations: [(String, String)] = [("mgmt", "/eno2")]) -> NetworkManager.Snapshot {
        NetworkManager.Snapshot(
            devices: [
                device("bond0", 2, ["192.0.2.3/24"]), device("eno1", 1, ["192.0.2.1/24"]),
                device("eno2", 2, ["169.254.7.7/16", "192.0.2.2/24", "2001:db8::2/64"]),
            ], profiles: [],
            activations: activations.map {
                .init(path: "/a", profile: "/p", uuid: "", id: $0.0, state: .activated, devices: [$0.1])
            }, checkpoints: [], isStarting: false)
    }

    private func configuration(_ interface: InterfaceSettings, isNamed: Bool = true) -> NodeConfiguration {
        var configuration = NetworkExamples.network([interface])
        if isNamed { configuration.network.management = interface.name }
        return configuration
    }

    @Test(arguments: [
        // By the profile in use, which alone says what "link" was.
        ("mgmt", InterfaceMatch.link, "192.0.2.2"), ("mgmt", nil, "192.0.2.2"),
        // Those of the initramfs have other names; every BOOTIF=MAC is one of these.
        ("nic525400000002", .mac(NetworkExamples.mac("52:54:00:00:00:02")), "192.0.2.2"),
        ("uplink", .name("eno1"), "192.0.2.1"), ("slot", .path("pci-0000:02:00.0"), "192.0.2.2"),
        ("eno1", nil, "192.0.2.1"), ("other", nil, nil), ("any", .link, nil),
    ])
    func interfacesByEachOfTheirNames(_ name: String, _ match: InterfaceMatch?, _ expected: String?) {
        let card = configuration(NetworkExamples.card(name, match))
        #expect(ManagementAddress(card).address(in: snapshot())?.description == expected)
    }

    @Test func whatIsNoCardHasItsOwnName() {
        var bond = InterfaceSettings(name: "bond0")
        bond.bond = BondSettings(members: ["eno1"])
        #expect(ManagementAddress(configuration(bond)).address(in: snapshot([]))?.description == "192.0.2.3")
        #expect(ManagementAddress(configuration(bond, isNamed: false)).address(in: snapshot()) == nil)
    }

    /// That is what an engine is told, and not the address that happens to lead to it.
    @Test func anEngineIsToldOfIt() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let network = snapshot()
            let uplink = configuration(NetworkExamples.card("uplink", .mac(NetworkExamples.mac("52:54:00:00:00:02"))))
            for (answer, expected) in [(network, "192.0.2.2"), (nil, "127.0.0.1")] {
                let outcome = try node.register({
                    $0.again = true
                    $0.network = { answer }
                }) { $0.network = uplink.network }
                #expect(outcome.state?.address == expected, "\(outcome)")
            }
            #expect(try node.engine.registrations().map { $0["address"]?.string } == ["192.0.2.2", "127.0.0.1"])
        }
    }
}
