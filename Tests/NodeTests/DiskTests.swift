import Glibc
import Host
import NodeConfig
import Testing

@testable import Node

/// What a node that runs from a disk knows about it.
@Suite struct DiskTests {
    private static let disk = "ca6fb671-3b9d-8ae5-be27-55fb538d37fc"
    private static let slot: [String: String] = [
        "proc/cmdline": "root=/dev/mapper/root nodewright.slot=a nodewright.disk=\(disk)\n",
        "sys/class/block/vda/dev": "254:0\n", "sys/class/block/vda1/dev": "254:1\n",
        "sys/class/block/vda1/partition": "1\n", "sys/class/block/sda/dev": "8:0\n",
        "run/udev/data/b254:0": "S:disk/by-path/x\nE:ID_PART_TABLE_UUID=\(disk)\n",
        "run/udev/data/b254:1": "E:ID_PART_TABLE_UUID=\(disk)\n",
        "run/udev/data/b8:0": "E:ID_PART_TABLE_UUID=2fac0f01-3a7d-81ab-b79d-59c4cb74a07b\n",
    ]

    @Test func aHealthyDiskIsNotMentioned() throws {
        try FixtureNode.with(Self.slot) { node in
            let status = node.status()
            #expect(status.problems == [])
            #expect(!StatusScreen(status).lines.contains { $0.contains("Problem") })
        }
    }

    @Test func aMissingStateAndADuplicateAreOnTheScreen() throws {
        var files = Self.slot
        files["run/udev/data/b8:0"] = "E:ID_PART_TABLE_UUID=\(Self.disk)\n"
        files["run/nodewright/state-problem"] = "the state partition is missing\n"
        try FixtureNode.with(files) { node in
            let status = node.status()
            #expect(
                status.problems == [
                    "the state partition is missing; changes are lost at the next start",
                    "several disks have the same identifier: sda, vda",
                ])
            let screen = StatusScreen(status).lines
            #expect(screen.filter { $0.hasPrefix(" Problem ") }.count == 2)
            #expect(screen.contains { $0.contains("sda, vda") })
            #expect(status.text.contains("the state partition is missing"))
        }
    }

    /// Two paths to the disk of the node, and the map that multipathd makes of what is not in use; then a copy on another disk.
    @Test func pathsToOneDiskAreNoDuplicates() throws {
        let table = "E:ID_PART_TABLE_UUID=\(Self.disk)\n"
        var files = [
            "proc/cmdline": Self.slot["proc/cmdline"] ?? "",
            "sys/class/block/sda/dev": "8:0\n", "sys/class/block/sdb/dev": "8:16\n",
            "sys/class/block/dm-0/dev": "253:0\n",
            "run/udev/data/b8:0": table + "E:ID_SERIAL=36001405\nE:ID_WWN_WITH_EXTENSION=0x6001405\n",
            "run/udev/data/b8:16": table + "E:ID_SERIAL=36001405\nE:ID_WWN_WITH_EXTENSION=0x6001405\n",
            "run/udev/data/b253:0": table + "E:DM_UUID=mpath-36001405\n",
        ]
        try FixtureNode.with(files) { node in #expect(node.status().problems == []) }
        // An array numbers a copy anew; its first half is that of the array.
        files["sys/class/block/sdc/dev"] = "8:32\n"
        files["run/udev/data/b8:32"] = table + "E:ID_SERIAL=36001406\nE:ID_WWN=0x6001405\n"
        try FixtureNode.with(files) { node in
            #expect(node.status().problems == ["several disks have the same identifier: dm-0, sdc"])
        }
    }

    /// One row: the line of /proc/self/mountinfo, and whether it is the state partition.
    @Test(arguments: [
        ("36 28 254:7 / /run/nodewright/state rw,noatime shared:1 - ext4 /dev/vda7 rw", true),
        ("36 28 254:7 / /run/nodewright/state rw,noatime - xfs /dev/vda7 rw", true),
        ("36 28 0:42 / /run/nodewright/state rw - tmpfs state rw", false),
        ("36 28 254:7 /var /var rw,noatime - ext4 /dev/vda7 rw", false), ("36 28 254:7", false), ("", false),
        ("36 28 254:7 / /run/nodewright/state rw,noatime", false),
    ])
    func theStatePartitionIsFoundAmongTheMounts(line: String, found: Bool) throws {
        let files = [
            "proc/self/mountinfo": "22 1 253:0 / / ro - squashfs /dev/mapper/root ro\n" + line + "\n",
            "sys/devices/virtio2/block/vda/vda7/partition": "7\n", "sys/dev/block/note": "",
        ]
        try FixtureNode.with(files) { node in
            let link = Path.join(node.root, "sys/dev/block/254:7")
            #expect(symlink("../../devices/virtio2/block/vda/vda7", link) == 0)
            let state = StatePartition(root: node.root)
            #expect((state != nil) == found)
            guard let state else { return }
            #expect(state.name == "vda7" && state.disk == "/dev/vda" && state.number == 7)
            #expect(line.contains(" \(state.fileSystem) "))
        }
    }

    /// The machine id of the first start comes back at every further one.
    @Test func theMachineIDIsKeptInTheState() throws {
        try FixtureNode.with(["etc/hostname": "", "run/nodewright/state/var/x": ""]) { node in
            func render() throws -> String {
                try BootRendering(root: node.root, commandLine: KernelCommandLine(""), warn: { _ in }).run()
                return try File.readText(Path.join(node.root, "etc/machine-id"))
            }
            let first = try render()
            #expect(try File.readText(Path.join(node.root, "run/nodewright/state/machine-id")) == first)
            try File.remove(Path.join(node.root, "etc/machine-id"))
            #expect(try render() == first)
            try File.remove(Path.join(node.root, "etc/machine-id"))
            try File.write(Path.join(node.root, "run/nodewright/state/machine-id"), "damaged\n")
            #expect(try render() != first)
        }
    }
}
