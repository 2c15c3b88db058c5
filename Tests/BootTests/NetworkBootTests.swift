import Host
import TestSupport
import Testing

/// A node with four cards whose network is configured while it runs, seen from inside and from a peer at the other end of its cables.
///
/// The uplink is on QEMU's user network; two cards become a bond with a VLAN, one becomes the port of a bridge.
@Suite(
    .serialized,
    .enabled(
        if: BootedImage.artefact(".raw") != nil, "the test image has no disk; \"make check\" builds one and sets it"),
    .enabled(if: NetworkPeer.obstacle == nil, "\(NetworkPeer.obstacle ?? "")"))
struct NetworkBootTests {
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") == "1" }

    /// The names of the cards by what they are, whatever they belong to, once udev has given them.
    private static let cards = """
        udevadm settle --timeout=120
        for card in /sys/class/net/*/device; do
            card=$(basename "$(dirname "$card")")
            echo "$(ethtool -P "$card") $card"
        done
        """

    private static func documents(_ peer: NetworkPeer) -> String {
        """
        \(peer.order)
        # until_true COMMAND ...: at most two minutes
        until_true() { for second in $(seq 120); do "$@" >/dev/null 2>&1 && return; sleep 1; done; echo "never: $*"; }
        # start_apply FILE SECONDS: until it has been found to work
        start_apply() {
            nodectl apply --timeout "$2" "$1" >/run/apply.log 2>&1 &
            apply=$!
            until_true grep 'the new network works' /run/apply.log
        }
        end_apply() { wait "$apply"; echo "apply: status $?"; cat /run/apply.log; }
        has() { ip -oneline address show dev "$1" | grep -qF " $2 "; }
        card() { basename "$(dirname "$(grep -l "$1" /sys/class/net/*/address)")"; }
        uplink=$(card 52:54:00:12:34:56)
        first=$(card \(NetworkPeer.cards[0]))
        second=$(card \(NetworkPeer.cards[1]))
        third=$(card \(NetworkPeer.cards[2]))
        cat >/run/keys.yaml <<END
        schemaVersion: 1
        ssh: {keys: ["\(peer.key)"]}
        END
        cat /run/keys.yaml - >/run/node.yaml <<END
        hostname: node7.example.org
        time: {zone: Europe/Berlin}
        network:
          interfaces:
            - {name: uplink, match: {name: $uplink}, ipv4: {method: dhcp}}
            - {name: $first}
            - {name: $second}
            - {name: lan, match: {name: $third}}
            - {name: bond0, bond: {members: [$first, $second]}}
            - name: storage
              vlan: {id: 5, parent: bond0}
              ipv4: {method: static, addresses: [192.0.2.10/24], routes: [{to: 203.0.113.0/24, via: 192.0.2.1}]}
              ipv6: {method: static, addresses: ["2001:db8:5::10/64"], gateway: "2001:db8:5::1"}
            - name: guests
              bridge: {ports: [lan]}
              ipv4: {method: static, addresses: [198.51.100.10/24]}
        END
        # A router that is not there; a VLAN on which nobody is; another address.
        sed 's|198.51.100.10/24.|198.51.100.20/24], gateway: 198.51.100.99|' /run/node.yaml >/run/broken.yaml
        sed -e 's|id: 5|id: 6|' -e 's|, gateway: "2001:db8:5::1"||' /run/node.yaml >/run/cut.yaml
        sed 's|198.51.100.10/24|198.51.100.30/24|' /run/node.yaml >/run/other.yaml
        """
    }

    /// Nothing waits for interfaces beside that of the management, and a start on an emulated processor is soon over.
    private static let settled = """
        for second in $(seq 180); do
            ip -oneline address show dev storage scope global | grep -v tentative | grep -q 2001:db8:5::10/64 && break
            sleep 1
        done
        """

    private static let inside = """
        ip -color=never -brief address
        cat /proc/net/bonding/bond0
        ip -color=never -details link show storage
        bridge -color=never link
        ping -n -q -c 1 -w 20 203.0.113.1
        ping -n -q -c 1 -w 20 2001:db8:5::1
        """
    private static let outside = """
        for address in 192.0.2.10 2001:db8:5::10 198.51.100.10; do peer ping $address 30; done
        """
    private static let stored = "ls -1 /run/nodewright/state/config/a; readlink /run/nodewright/state/config/a/current"

    private static let recovery = """
        systemctl show -P Result nodewright-recover-network.service
        systemctl show -P Before nodewright-recover-network.service
        """

    private static let change = [
        ("dry-run", "nodectl apply --dry-run /run/node.yaml; echo status $?"),
        ("keys", "nodectl apply /run/keys.yaml; echo status $?"),
        // Confirmed by a login over what it has made.
        ("apply", "start_apply /run/node.yaml 120; peer ssh 192.0.2.10 nodectl confirm; end_apply"),
        ("again", "nodectl apply --yes /run/node.yaml; echo status $?"),
        ("inside", inside), ("outside", outside),
        ("names", "cat /proc/sys/kernel/hostname; hostnamectl --static; readlink /etc/localtime"),
        ("broken", "nodectl apply --timeout 45 /run/broken.yaml; echo status $?"),
        ("broken-after", "ip -color=never -oneline address show guests; peer ping 198.51.100.10 20"),
        ("cut-off", "start_apply /run/cut.yaml 60; peer ping 192.0.2.10 5; end_apply"),
        ("cut-off-after", "has storage 192.0.2.10/24 && peer ping 192.0.2.10 30; peer ping 2001:db8:5::10 30"),
        // Without nodectl NetworkManager goes back, but for the VLAN whose number was changed; that is process 1's to see to.
        (
            "alone",
            """
            start_apply /run/cut.yaml 20
            kill -9 $apply
            systemctl is-active nodewright-recover-network.timer
            until_true test ! -e /run/nodewright/change/pending.json
            has storage 192.0.2.10/24 && peer ping 192.0.2.10 30
            """
        ),
        (
            "killed",
            """
            start_apply /run/other.yaml 100
            has guests 198.51.100.30/24 && peer ping 198.51.100.30 20
            kill -9 $apply $(systemctl show -P MainPID NetworkManager.service)
            until_true has guests 198.51.100.10/24
            until_true test ! -e /run/nodewright/change/pending.json
            """
        ),
        ("killed-after", "ip -color=never -oneline address show guests; \(outside)"),
        ("stored", stored),
        // The rest waits for its confirmation when the power is cut.
        (
            "older",
            """
            peer ssh 192.0.2.10 'touch /run/connected; until test -e /run/changed; do sleep 1; done; nodectl confirm' \
                >/run/older &
            older=$!
            until_true test -e /run/connected
            start_apply /run/other.yaml 900
            touch /run/changed
            wait $older
            cat /run/older
            """
        ),
        ("waiting", "ip -color=never -oneline address show guests; peer ping 198.51.100.30 20; \(stored)"),
    ]

    /// DHCP, a VLAN on a bond and a bridge; what cuts off goes back; the power is cut while a change waits; the next start, in which
    /// the cards have other names, has what was confirmed.
    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func bondVLANAndBridgeThenAPowerCut() throws {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            try NetworkPeer.with(folder: folder) { peer in
                let disk = Path.join(folder, "node.raw")
                let image = try #require(BootedImage.artefact(".raw"))
                try Command("cp", ["--sparse=always", image, disk]).run().check()
                let running = ("running", "systemctl is-system-running --wait")
                let first = try BootedImage(
                    ["--write"] + peer.cables([0, 1, 2]), questions: [:],
                    adding: [running, ("cards", Self.cards), ("documents", Self.documents(peer))] + Self.change,
                    artefact: disk, losesPower: true, timeout: 2400)
                #expect(first.result.status == 0, "\(first.result.errorTail)")
                expectChanged(first.answers)
                let again = try BootedImage(
                    ["--write"] + peer.cables([2, 0, 1]), questions: [:],
                    adding: [
                        running, ("cards", Self.cards), ("order", peer.order), ("settled", Self.settled),
                        ("names", "cat /proc/sys/kernel/hostname; readlink /etc/localtime"),
                        ("inside", Self.inside), ("outside", Self.outside), ("stored", Self.stored),
                        ("apply", "nodectl apply; echo status $?"),
                        ("recovery", Self.recovery),
                        ("failed", "systemctl --failed --no-legend --plain"),
                        ("times", "systemd-analyze blame --no-pager | head -n 20; journalctl -b -u NetworkManager"),
                    ], artefact: disk, timeout: 1200)
                #expect(again.result.status == 0, "\(again.result.errorTail)")
                expectKept(again.answers, since: first.answers)
            }
        }
    }

    private func expect(
        _ answers: [String: String], _ name: String, says words: String..., times: Int = 1,
        location: SourceLocation = #_sourceLocation
    ) {
        let answer = answers[name] ?? "(nothing)"
        for word in words {
            #expect(answer.ranges(of: word).count >= times, "\(name): \(answer)", sourceLocation: location)
        }
    }

    private func expectChanged(_ answers: [String: String]) {
        #expect(answers["running"] == "running")
        #expect(answers["documents"] == "")
        expect(answers, "dry-run", says: "interface storage: new", "time zone: ", "-> Europe/Berlin", "status 0")
        expect(answers, "keys", says: "applied", "status 0")
        expect(answers, "apply", says: "nodectl: the change is kept and stored", "apply: status 0", "nodectl: applied")
        expect(answers, "again", says: "status 3")
        expectNetwork(answers)
        #expect(answers["names"] == "node7.example.org\nnode7.example.org\n../usr/share/zoneinfo/Europe/Berlin")
        expect(
            answers, "broken", says: "the network is as before: guests: the router 198.51.100.99 does not answer",
            "status 4")
        expect(answers, "broken-after", says: "198.51.100.10/24", "1 received")
        expect(
            answers, "cut-off", says: " 0 received", "nobody has confirmed the change: the network is as before",
            "apply: status 4")
        expect(answers, "cut-off-after", says: "1 received", times: 2)
        expect(answers, "alone", says: "active", "1 received")
        expect(answers, "killed", says: "1 received")
        #expect(answers["killed"]?.contains("never:") == false, "\(answers["killed"] ?? "")")
        expect(answers, "killed-after", says: "1 received", times: 3)
        #expect(answers["killed-after"]?.contains("198.51.100.30") == false, "\(answers["killed-after"] ?? "")")
        #expect(answers["stored"] == "1.yaml\n2.yaml\ncurrent\n2.yaml")
        expect(answers, "older", says: "this SSH connection is older than the change", "status 2")
        expect(answers, "waiting", says: "198.51.100.30/24", "1 received", "current\n2.yaml")
    }

    /// From inside and from the peer.
    private func expectNetwork(_ answers: [String: String], location: SourceLocation = #_sourceLocation) {
        expect(
            answers, "inside", says: "10.0.2.15/24", "192.0.2.10/24 2001:db8:5::10/64", "198.51.100.10/24",
            "Bonding Mode: fault-tolerance (active-backup)", "MII Polling Interval (ms): 100",
            "vlan protocol 802.1Q id 5",
            "Permanent HW addr: \(NetworkPeer.cards[0])", "Permanent HW addr: \(NetworkPeer.cards[1])", "master guests",
            location: location)
        expect(answers, "inside", says: "1 received", times: 2, location: location)
        expect(answers, "outside", says: "1 received", times: 3, location: location)
    }

    private func expectKept(_ answers: [String: String], since earlier: [String: String]) {
        #expect(answers["running"] == "running", "\(answers["failed"] ?? "") \(answers["times"] ?? "")")
        #expect(answers["failed"] == "")
        #expect(answers["names"] == "node7.example.org\n../usr/share/zoneinfo/Europe/Berlin")
        expectNetwork(answers)
        #expect(answers["inside"]?.contains("198.51.100.30") == false)
        #expect(answers["stored"] == earlier["stored"])
        expect(answers, "apply", says: "status 3")
        // What was a member of the bond by its name is the port of the bridge now.
        func name(_ card: String, _ answers: [String: String]) -> Substring? {
            answers["cards"]?.split(separator: "\n").first { $0.contains(card) }?.split(separator: " ").last
        }
        #expect(name(NetworkPeer.cards[2], answers) == name(NetworkPeer.cards[0], earlier), "\(answers["cards"] ?? "")")
        // Nothing waits for what runs after NetworkManager.
        #expect(answers["recovery"] == "success\nshutdown.target", "\(answers["recovery"] ?? "")")
    }
}
