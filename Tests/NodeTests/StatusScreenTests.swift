import Disks
import Host
import Testing

@testable import Boot
@testable import Node

@Suite struct StatusScreenTests {
    @Test func theScreenOfALiveNode() throws {
        try FixtureNode.with(FixtureNode.live) { node in
            let title = " Nodewright \(version)"
            let rule = String(repeating: "-", count: 79)
            #expect(
                StatusScreen(node.status()).lines == [
                    title + String(repeating: " ", count: 66 - title.count) + " live system", rule,
                    " Product           Nodewright Hypervisor 1.0 (image hypervisor 20261121)",
                    " Host name         node1.example.org", "", " Network",
                    "   enp1s0          up      192.0.2.7/24", "                           2001:db8::7/64",
                    "   enp2s0          down    no address", "",
                    " Services          libvirtd        running       NetworkManager  running",
                    "                   sshd            failed        chronyd         not installed",
                    " Failed units      1: sshd.service", " Virtualization    KVM: available", "", rule,
                    " Press Enter to log in, or F2 for the menu.",
                ])
        }
    }

    /// A node that has everything to say, on 80x24 and on a larger screen.
    @Test func theMostImportantFitsAndTheRestFollowsWhereThereIsRoom() throws {
        var files = FixtureNode.live
        files["proc/cmdline"] = "nodewright.slot=a\n"
        files["etc/ssh/ssh_host_ed25519_key.pub"] =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDC6vH6h8oGkT3Yc8Jq0X3f1yZ8m9Jt4kq1o4mB1w2kD root@x\n"
        files["etc/ssh/ssh_host_rsa_key.pub"] = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== root@x\n"
        files["proc/loadavg"] = "0.42 0.30 0.20 1/234 5678\n"
        files["sys/devices/system/cpu/online"] = "0-3\n"
        files["proc/meminfo"] = "MemTotal: 16384000 kB\nMemAvailable: 15384000 kB\n"
        for index in 0..<9 { files["sys/class/net/enp7s\(index)/operstate"] = "down" }
        for index in 0..<9 { files["sys/class/net/enp7s\(index)/device/vendor"] = "1" }
        try FixtureNode.with(files) { node in
            let services = Services(services: FixtureNode.services.services, failed: [], isHealthy: true)
            let report = SlotsReport(
                slots: Slot.allCases, running: .a,
                control: BootControlState(
                    state: .installed(), startable: [.a], entries: [.a: InstalledEntry("menuentry 'x 1'")]),
                events: [.init(time: 1_790_000_000, slot: "b", what: "failed", reason: "libvirt: does not answer")])
            let read = NodeStatus.read(
                root: node.root, addresses: FixtureNode.addresses, services: services,
                guests: RunningGuests(names: ["web", "db"]))
            let status = NodeStatus(
                release: read.release, boot: read.boot, hostname: read.hostname, machineID: nil, uptime: nil,
                interfaces: read.interfaces, kvm: .available, services: services, slots: report, guests: read.guests,
                hostKeys: read.hostKeys, load: read.load)
            let small = StatusScreen(status).lines
            #expect(small.count == 23)
            for line in [
                " Health            good", "                   A runs: good; B: empty",
                " Last failure      slot B: libvirt: does not answer (2026-09-21 14:13 UTC)",
                " Load              0.42 on 4 CPUs, memory 1.0/15.6 GiB",
                " Virtualization    KVM: available; 2 guests run: db, web",
            ] { #expect(small.contains(line), "\(small.joined(separator: "\n"))") }
            #expect(small.contains { $0.hasPrefix(" SSH host keys     ED25519 SHA256:") })
            #expect(small.contains { $0.hasSuffix("more lines: nodectl status") })

            let large = StatusScreen(status, size: (132, 43)).lines
            #expect(large.contains { $0.hasPrefix("                   RSA     SHA256:") })
            #expect(large.contains("   enp7s8          down    no address"), "\(large.joined(separator: "\n"))")
            #expect(large.contains(String(repeating: "-", count: 131)))
            #expect(large.allSatisfy { $0.utf8.count <= 131 } && large.count <= 42)
        }
    }

    /// The load is on the screen, and yet a serial line is not filled with it.
    @Test func theLoadAloneIsNoChange() throws {
        var files = FixtureNode.live
        files["proc/loadavg"] = "0.42 0.30 0.20 1/234 5678\n"
        let first = try FixtureNode.with(files) { StatusScreen($0.status()) }
        files["proc/loadavg"] = "1.50 0.30 0.20 1/234 5678\n"
        let later = try FixtureNode.with(files) { StatusScreen($0.status()) }
        #expect(first != later && first.rest == later.rest)
    }

    /// The menu's entry "Install to disk" must not look as if it had done something.
    @Test func theEntryThatInstallsSaysThatItDoesNot() throws {
        var files = FixtureNode.live
        files["proc/cmdline"] = "nodewright.live=NODEWRIGHT quiet nodewright.install\n"
        let lines = try FixtureNode.with(files) { StatusScreen($0.status()).lines }
        #expect(lines.contains(" \"nodectl install DISK\" copies this system to one of them."))
        #expect(lines.count <= 23)
        let live = try FixtureNode.with(FixtureNode.live) { StatusScreen($0.status()).lines }
        #expect(!live.contains { $0.contains("install") && !$0.contains("not installed") })
    }

    @Test func manyInterfacesAndLongTextsFit() throws {
        var files = FixtureNode.live
        for index in 0..<40 { files["sys/class/net/port\(index)/device/vendor"] = "1" }
        for index in 0..<40 { files["sys/class/net/port\(index)/operstate"] = "down" }
        files["proc/sys/kernel/hostname"] = String(repeating: "n", count: 300)
        try FixtureNode.with(files) { node in
            let failed = (0..<40).map { "unit\($0).service" }
            let services = Services(services: FixtureNode.services.services, failed: failed, problem: "p")
            let lines = StatusScreen(node.status(services: services)).lines
            #expect(lines.count == 23)
            #expect(lines.allSatisfy { $0.utf8.count <= 79 })
            #expect(lines.contains { $0.hasSuffix("more lines: nodectl status") })
            #expect(lines.last == " Press Enter to log in, or F2 for the menu.")
        }
    }

    @Test func controlCharactersNeverReachTheTerminal() throws {
        var files = FixtureNode.live
        files["proc/sys/kernel/hostname"] = "a\u{1B}[2J\u{07}b\u{9B}31mc\u{202E}d\u{7F}é"
        files["usr/lib/os-release"] = "NAME=\"x\u{1B}]0;title\u{07}y\"\nVERSION_ID='\u{08}1'\n"
        files["sys/class/net/enp1s0/operstate"] = "\u{1B}[31mup"
        try FixtureNode.with(files) { node in
            let services = Services(
                services: [.init(name: "a", state: "\u{1B}c")], failed: ["\u{1B}[H.service"], problem: "\r\u{1B}")
            let status = node.status(services: services)
            let lines = StatusScreen(status).lines
            for text in [lines.joined(), status.text.filter { $0 != "\n" }] {
                #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            }
            #expect(lines.contains(" Host name         a[2Jb31mc?d?"))
        }
    }

    @Test func onlyWhatChangedOnTheNodeChangesTheScreen() throws {
        var later = FixtureNode.live
        later["proc/uptime"] = "99999.00 1.00\n"
        let first = try FixtureNode.with(FixtureNode.live) { StatusScreen($0.status()) }
        #expect(try FixtureNode.with(later) { StatusScreen($0.status()) } == first)
        #expect(try FixtureNode.with(later) { StatusScreen($0.status(addresses: [:])) } != first)
    }

    /// The reason of a fallback is what a person before the rack came for; what happens to the slot that runs does not hide it.
    @Test func theReasonOfAFallbackIsShownInFull() throws {
        var files = FixtureNode.live
        files["proc/cmdline"] = "nodewright.slot=a\n"
        func event(_ slot: String, _ what: String, _ time: Int, _ reason: String = "") -> String {
            "{\"time\": \(time), \"slot\": \"\(slot)\", \"event\": \"\(what)\", \"reason\": \"\(reason)\"}"
        }
        let failed = event("b", "failed", 1_800_000_000, "management-address: eno1 has got no address from DHCP")
        let later = [
            event("a", "took over", 1_800_000_600), event("a", "failed", 1_800_003_000, "libvirt: it is starting"),
        ]
        files["run/nodewright/state/slots/history.json"] = "[" + ([failed] + later).joined(separator: ",") + "]"
        let lines = try FixtureNode.with(files) { StatusScreen($0.status()).lines }
        let shown = lines.drop { !$0.hasPrefix(" Problem ") }.prefix(2).map { $0.dropFirst(19) }.joined(separator: " ")
        #expect(
            shown == "slot B is not used: management-address: eno1 has got no address from DHCP (2027-01-15 08:10 UTC)")
        #expect(lines.count <= 23)
        // Chosen again, it is no longer called unused.
        files["run/nodewright/state/slots/history.json"] =
            "[" + ([failed] + later + [event("b", "activated", 1_800_004_000)]).joined(separator: ",") + "]"
        #expect(try FixtureNode.with(files) { $0.status().problems } == [])
    }

    /// Several problems share what is there; each is said.
    @Test func everyProblemHasALine() throws {
        var files = FixtureNode.live
        files["run/nodewright/state-problem"] = "the state partition is damaged\n"
        files["run/nodewright/health-problem"] = "libvirt: libvirtd is failed; it stays up\n"
        let lines = try FixtureNode.with(files) { StatusScreen($0.status()).lines }
        #expect(lines.filter { $0.hasPrefix(" Problem ") }.count == 2)
        #expect(lines.contains(" Problem           this node is not healthy: libvirt: libvirtd is failed; it .."))
        #expect(lines.count <= 23)
    }
}
