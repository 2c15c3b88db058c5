import Document
import Glibc
import Host
import Node
import NodeConfig
import Testing

@Suite struct NodeStatusTests {
    @Test func readsALiveNode() throws {
        try FixtureNode.with(FixtureNode.live) { node in
            let status = node.status()
            #expect(status.boot == .live)
            #expect(status.hostname == "node1.example.org")
            #expect(status.machineID == "0123456789abcdef0123456789abcdef")
            #expect(status.uptime == 93784)
            #expect(status.kvm == .available)
            #expect(status.release.product == "Nodewright Hypervisor 1.0")
            #expect(status.interfaces.map(\.name) == ["enp1s0", "enp2s0", "vnet0"])
            #expect(status.interfaces.map(\.isPhysical) == [true, true, false])
            #expect(status.interfaces[0].hardwareAddress == "52:54:00:12:34:56")
            #expect(status.interfaces[0].addresses.map(\.isLinkLocal) == [false, false, true])
        }
    }

    @Test(arguments: [
        ("nodewright.slot=a", NodeStatus.Boot.slot("a")), ("nodewright.slot=B", .slot("b")),
        ("nodewright.slot=c", .unknown), ("nodewright.slot=", .unknown), ("quiet", .unknown),
        ("nodewright.live=X nodewright.slot=a", .live), ("nodewright.live", .live),
    ]) func tellsWhatItWasStartedFrom(_ line: String, _ expected: NodeStatus.Boot) {
        #expect(NodeStatus.Boot(KernelCommandLine(line)) == expected)
    }

    @Test func anEmptyRootIsUnknownEverywhere() throws {
        try FixtureNode.with([:]) { node in
            let status = node.status(addresses: [:], services: .unknown("nobody was asked"))
            #expect(status.boot == .unknown)
            #expect(status.kvm == .none)
            #expect(status.hostname == nil)
            #expect(status.json["machineId"] == .null)
            #expect(status.json["problem"] == "nobody was asked")
            #expect(status.text.contains("Failed units    unknown\n"))
        }
    }

    @Test func theTextForPeople() throws {
        try FixtureNode.with(FixtureNode.live) { node in
            #expect(
                node.status().text == """
                    Product         Nodewright Hypervisor 1.0
                                    image hypervisor 20261121
                    Nodewright      nodectl \(version)
                    Started from    live system
                    Host name       node1.example.org
                    Machine id      0123456789abcdef0123456789abcdef
                    Uptime          1 day 2 h 3 min
                    Virtualization  KVM: available
                    Network         enp1s0          up      192.0.2.7/24
                                                            2001:db8::7/64
                                                            fe80::5054:ff:fe12:3456/64
                                    enp2s0          down    no address
                                    vnet0           unknown no address
                    Services        libvirtd        running
                                    NetworkManager  running
                                    sshd            failed
                                    chronyd         not installed
                    Failed units    1: sshd.service

                    """)
        }
    }

    @Test func theJSONIsCanonicalAndComplete() throws {
        try FixtureNode.with(FixtureNode.live) { node in
            let text = JSON.text(node.status().json, pretty: true, sortedKeys: true)
            let tree = try JSON.parse(text, file: "status")
            #expect(
                tree.mapping?.map(\.key) == [
                    "availableVersion", "boot", "configuration", "engine", "failedUnits", "guests", "healthy",
                    "hostKeys", "hostname",
                    "interfaces", "kvm", "load", "machineId", "nodectl", "problem", "problems", "product", "services",
                    "slot", "slots", "uptimeSeconds",
                ])
            #expect(tree["boot"]?.string == "live")
            #expect(tree["configuration"]?.isNull == true)
            #expect(tree["product"]?["imageVersion"]?.string == "20261121")
            #expect(tree["interfaces"]?.sequence?[0]["addresses"]?.sequence?[1]["prefix"]?.integer == 64)
            #expect(tree["failedUnits"]?.sequence?.map(\.string) == ["sshd.service"])
        }
    }

    @Test func theLoopbackOfThisMachineIsRead() {
        let addresses = NetworkInterface.currentAddresses()["lo"] ?? []
        #expect(addresses.contains(.init(.ipv4, "127.0.0.1", prefix: 8)))
    }
}
