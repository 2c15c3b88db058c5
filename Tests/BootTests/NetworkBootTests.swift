import Host
import TestSupport
import Testing

/// A node whose network is configured while it runs, seen from inside and from peers at the other end of its cables.
///
/// The peers live in a namespace of the node itself: what `eth10` to `eth12` are plugged into is a switch there, with an
/// address on the VLAN 5 and one beside it.
@Suite(
    .serialized,
    .enabled(
        if: BootedImage.artefact(".raw") != nil, "the test image has no disk; \"make check\" builds one and sets it"))
struct NetworkBootTests {
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") == "1" }

    private static let cables = """
        ip netns add peer
        for number in 10 11 12; do
            ip link add eth$number type veth peer name p$number
            ip link set p$number netns peer up
        done
        ip -n peer link add switch type bridge
        ip -n peer link set p10 master switch
        ip -n peer link set p11 master switch
        ip -n peer link set switch up
        ip -n peer link add link switch name switch.5 type vlan id 5
        ip -n peer link set switch.5 up
        ip -n peer address add 192.0.2.1/24 dev switch.5
        ip -n peer address add 2001:db8:5::1/64 dev switch.5 nodad
        ip -n peer address add 198.51.100.1/24 dev p12
        udevadm settle
        for path in /sys/class/net/*/device; do nic=$(basename "$(dirname "$path")"); done
        cat >/run/node.yaml <<END
        schemaVersion: 1
        hostname: node7.example.org
        time: {zone: Europe/Berlin}
        network:
          interfaces:
            - {name: uplink, match: {name: $nic}, ipv4: {method: dhcp}}
            - {name: eth10}
            - {name: eth11}
            - {name: eth12}
            - {name: bond0, bond: {members: [eth10, eth11]}}
            - name: storage
              vlan: {id: 5, parent: bond0}
              ipv4: {method: static, addresses: [192.0.2.10/24]}
              ipv6: {method: static, addresses: ["2001:db8:5::10/64"]}
            - name: guests
              bridge: {ports: [eth12]}
              ipv4: {method: static, addresses: [198.51.100.10/24]}
        END
        # Another address for the bridge, and a router that is not there.
        sed 's|198.51.100.10/24.|198.51.100.20/24], gateway: 198.51.100.99|' /run/node.yaml >/run/broken.yaml
        sed 's|198.51.100.10/24|198.51.100.30/24|' /run/node.yaml >/run/other.yaml
        echo "$nic"
        """

    private static let change = [
        ("running", "systemctl is-system-running --wait"), ("cables", cables),
        ("dry-run", "nodectl apply --dry-run /run/node.yaml; echo status $?"),
        ("apply", "nodectl apply --yes /run/node.yaml; echo status $?"),
        ("again", "nodectl apply --yes /run/node.yaml; echo status $?"),
        (
            "inside",
            """
            ip -color=never -brief address
            cat /proc/net/bonding/bond0
            ip -color=never -d link show storage
            bridge -color=never link
            """
        ),
        ("outside", "for address in 192.0.2.10 2001:db8:5::10 198.51.100.10; do \(ping) $address; done"),
        ("names", "cat /proc/sys/kernel/hostname; hostnamectl --static; readlink /etc/localtime"),
        ("broken", "nodectl apply --timeout 20 /run/broken.yaml; echo status $?"),
        ("broken-after", "ip -color=never -brief address show guests; \(ping) 198.51.100.10"),
        (
            "unconfirmed",
            "nodectl apply --timeout 15 /run/other.yaml; echo status $?; ip -color=never -brief address show guests"
        ),
        (
            "killed",
            """
            nodectl apply --timeout 100 /run/other.yaml >/run/apply.log 2>&1 &
            for second in $(seq 60); do grep -q 'the new network works' /run/apply.log && break; sleep 1; done
            ip -color=never -brief address show guests
            kill -9 $! $(systemctl show -P MainPID NetworkManager.service)
            for second in $(seq 60); do
                sleep 1
                ip address show guests | grep -q 198.51.100.10/24 && break
            done
            sleep 3
            ip -color=never -brief address show guests
            \(ping) 192.0.2.10
            ls /run/nodewright/change
            """
        ),
        ("stored", "ls -1 /run/nodewright/state/config/a; readlink /run/nodewright/state/config/a/current"),
    ]

    private static let ping = "ip netns exec peer ping -n -q -c 1 -W 10"

    /// DHCP, a VLAN on a bond and a bridge; what cuts off goes back; the next start has what was confirmed.
    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func bondVLANAndBridgeThenARestart() throws {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let disk = Path.join(folder, "node.raw")
            let image = try #require(BootedImage.artefact(".raw"))
            try Command("cp", ["--sparse=always", image, disk]).run().check()
            let first = try BootedImage(["--write"], questions: [:], adding: Self.change, artefact: disk)
            #expect(first.result.status == 0, "\(first.result.errorTail)")
            expectChanged(first.answers)
            let again = try BootedImage(
                ["--write"], questions: [:],
                adding: [
                    ("running", "systemctl is-system-running --wait"),
                    ("names", "cat /proc/sys/kernel/hostname; readlink /etc/localtime"),
                    ("profiles", "nmcli -g NAME,DEVICE connection show --active"),
                    ("address", "nmcli -g IP4.ADDRESS device show"),
                    ("failed", "systemctl --failed --no-legend --plain"),
                ], artefact: disk)
            #expect(again.answers["names"] == "node7.example.org\n../usr/share/zoneinfo/Europe/Berlin")
            #expect(again.answers["profiles"]?.contains("uplink:") == true, "\(again.answers["profiles"] ?? "")")
            #expect(again.answers["address"]?.contains("10.0.2.15/24") == true)
            #expect(again.answers["failed"] == "")
        }
    }

    private func expectChanged(_ answers: [String: String]) {
        func says(_ name: String, _ words: String..., location: SourceLocation = #_sourceLocation) {
            let answer = answers[name] ?? "(nothing)"
            for word in words { #expect(answer.contains(word), "\(name): \(answer)", sourceLocation: location) }
        }
        says("dry-run", "interface storage: new", "time zone: ", "-> Europe/Berlin", "status 0")
        says("apply", "nodectl: applied", "status 0")
        says("again", "status 3")
        says(
            "inside", "192.0.2.10/24 2001:db8:5::10/64", "198.51.100.10/24", "10.0.2.15/24", "Slave Interface: eth10",
            "Slave Interface: eth11", "vlan protocol 802.1Q id 5", "MII Polling Interval (ms): 100", "eth12",
            "master guests")
        let replies = answers["outside"]?.split(separator: "\n").filter { $0.contains("1 received") }
        #expect(replies?.count == 3, "\(answers["outside"] ?? "")")
        #expect(answers["names"] == "node7.example.org\nnode7.example.org\n../usr/share/zoneinfo/Europe/Berlin")
        says(
            "broken", "the network is as before: guests: the router 198.51.100.99 does not answer", "status 4")
        says("broken-after", "198.51.100.10/24", "1 received")
        says("unconfirmed", "nobody has confirmed the change", "status 4", "198.51.100.10/24")
        let killed = answers["killed"]?.split(separator: "\n").filter { $0.hasPrefix("guests") } ?? []
        #expect(killed.first?.contains("198.51.100.30/24") == true, "\(answers["killed"] ?? "")")
        #expect(killed.last?.contains("198.51.100.10/24") == true, "\(answers["killed"] ?? "")")
        says("killed", "1 received")
        #expect(answers["killed"]?.contains("pending") == false)
        says("stored", "1.yaml\ncurrent\n1.yaml")
    }
}
