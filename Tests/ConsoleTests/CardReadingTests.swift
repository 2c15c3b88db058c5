import Host
import NodeConfig
import Testing

@testable import Console

/// Network cards out of a folder that looks like sysfs.
@Suite struct CardReadingTests {
    /// A card below `sys/class/net`, as a link into `sys/devices`, as the kernel has it.
    private func add(
        _ name: String, to root: String, _ files: [String: String] = [:], driver: String? = "e1000e",
        folders: [String] = []
    ) throws {
        let folder = Path.join(root, "sys/devices/\(driver == nil ? "virtual" : "pci-\(name)")/net/\(name)")
        for path in ["sys/class/net", "sys/bus/pci/drivers"] { try Folder.create(Path.join(root, path)) }
        try Folder.create(folder)
        try File.replaceLink(Path.join(root, "sys/class/net/\(name)"), to: folder)
        for (file, text) in files {
            try Folder.create(Path.parent(Path.join(folder, file)))
            try File.write(Path.join(folder, file), text + "\n")
        }
        for file in folders { try Folder.create(Path.join(folder, file)) }
        guard let driver else { return }
        try File.replaceLink(Path.join(folder, "device"), to: "../..")
        let device = Path.join(root, "sys/devices/pci-\(name)/driver")
        if !driver.isEmpty { try File.replaceLink(device, to: "../../bus/pci/drivers/\(driver)") }
    }

    @Test func cardsAreReadAndSorted() throws {
        try Folder.withTemporary { root in
            try add(
                "eno10", to: root, ["address": "52:54:00:aa:bb:0a", "carrier": "1", "speed": "10000"], driver: "ixgbe")
            try add("eno2", to: root, ["address": "52:54:00:aa:bb:02", "carrier": "1", "speed": "-1"])
            // Down: the kernel refuses to give these, as it does for a folder.
            try add("eno11", to: root, ["address": "52:54:00:aa:bb:0b"], folders: ["carrier", "speed"])
            try add("eno9", to: root, ["address": "none", "carrier": "0", "speed": "1000"], driver: "")
            try add("ens1f0np0", to: root, ["carrier": "1", "speed": "4294967295"], driver: "mlx5_core")
            let neighbours = ["eno2": "switch1 port 2", "eno9": "switch1 port 9", "bond0": "x"]
            #expect(
                SetupCard.all(root: root, neighbours: neighbours) == [
                    SetupCard(
                        name: "eno2", address: MACAddress("52:54:00:aa:bb:02"), driver: "e1000e", hasLink: true,
                        neighbour: "switch1 port 2"),
                    SetupCard(
                        name: "eno10", address: MACAddress("52:54:00:aa:bb:0a"), driver: "ixgbe", speed: 10000,
                        hasLink: true),
                    SetupCard(name: "ens1f0np0", driver: "mlx5_core", hasLink: true),
                    // Without a link nobody is at the other end any more.
                    SetupCard(name: "eno9"),
                    SetupCard(name: "eno11", address: MACAddress("52:54:00:aa:bb:0b"), driver: "e1000e"),
                ])
        }
    }

    @Test func onlyCardsWithAConnectorCount() throws {
        try Folder.withTemporary { root in
            try add("lo", to: root, ["address": "00:00:00:00:00:00", "carrier": "1"], driver: nil)
            try add("bond0", to: root, ["carrier": "1"], driver: nil)
            try add("wlp1s0", to: root, driver: "iwlwifi", folders: ["phy80211", "wireless"])
            try add("wlan0", to: root, driver: "old", folders: ["wireless"])
            // In "net" there can be more than cards.
            try File.write(Path.join(root, "sys/class/net/bonding_masters"), "bond0\n")
            #expect(SetupCard.all(root: root).isEmpty)
        }
    }

    @Test func aCardInABondKeepsItsOwnAddress() throws {
        try Folder.withTemporary { root in
            let files = ["address": "52:54:00:00:00:01", "bonding_slave/perm_hwaddr": "52:54:00:00:00:02"]
            try add("eno1", to: root, files)
            #expect(SetupCard.all(root: root).map(\.address) == [MACAddress("52:54:00:00:00:02")])
        }
    }

    @Test func numbersInNamesCountAsNumbers() throws {
        let names = ["eno1", "eno01", "eno2", "eno10", "enp1s0f1", "enp1s0f2", "enp1s0f10", "enp2s0", "enp10s0", "ens"]
        try Folder.withTemporary { root in
            for name in names.reversed() { try add(name, to: root) }
            #expect(SetupCard.all(root: root).map(\.name) == ["eno01", "eno1"] + names.dropFirst(2))
        }
    }

    @Test func aMachineWithoutSysfsHasNoCards() throws {
        try Folder.withTemporary { root in #expect(SetupCard.all(root: root).isEmpty) }
    }
}
