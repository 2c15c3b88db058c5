import NodeConfig
import Testing

@testable import Bus
@testable import Node

/// Which interface must be up before a node counts as one that can be reached.
@Suite struct ManagementAddressTests {
    /// What is missing when only one card, with its static address, is up.
    private func missing(_ network: NetworkSettings, up name: String, _ address: String) -> String? {
        var ipv4 = NetworkManager.IPConfiguration()
        ipv4.addresses = [address]
        ipv4.gateway = name == "lan" ? "192.0.2.1" : nil
        let device = NetworkManager.Device(
            path: "/d", name: name, isCard: true, permanentAddress: nil, knowsPermanentAddress: false, busPath: nil,
            carrier: true, isManaged: true, state: 100, activation: "/a", ipv4: ipv4, ipv6: .init())
        let activation = NetworkManager.Activation(
            path: "/a", profile: "/p", uuid: "", id: name, state: .activated, devices: ["/d"])
        var configuration = NodeConfiguration()
        configuration.network = network
        return ManagementAddress(configuration).missing(
            in: .init(devices: [device], profiles: [], activations: [activation], checkpoints: [], isStarting: false))
    }

    private func card(_ name: String, _ address: String, gateway: String? = nil) -> InterfaceSettings {
        var card = InterfaceSettings(name: name)
        card.ipv4 = NetworkExamples.ipv4([address], gateway: gateway)
        return card
    }

    /// A network for storage alone does not make a node that can be reached.
    @Test func theDefaultRouteDecides() {
        var network = NetworkSettings()
        network.interfaces = [
            card("lan", "192.0.2.10/24", gateway: "192.0.2.1"), card("storage", "198.51.100.10/24"),
        ]
        #expect(missing(network, up: "storage", "198.51.100.10/24") == "lan is not up")
        #expect(missing(network, up: "lan", "192.0.2.10/24") == nil)
        network.management = "storage"
        #expect(missing(network, up: "storage", "198.51.100.10/24") == nil)
        network.management = nil
        network.interfaces = [InterfaceSettings(name: "dhcp"), card("storage", "198.51.100.10/24")]
        #expect(missing(network, up: "storage", "198.51.100.10/24") == "dhcp is not up")
        // Nowhere is a router: any that is up is enough.
        network.interfaces = [card("lan", "192.0.2.10/24"), card("storage", "198.51.100.10/24")]
        #expect(missing(network, up: "storage", "198.51.100.10/24") == nil)
    }
}
