import Host
import TestSupport
import Testing

@testable import Disks

@Suite struct DiskInventoryTests {
    private static let sizes = DiskLayout.Sizes(esp: 64 << 20, slot: 8 << 20, state: 8 << 20)

    /// Where sysfs has disks of every kind, as on machines that have them.
    @Test(
        arguments: [
            (
                "sda", "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block", [:], ["E:ID_BUS=ata"],
                DiskTransport.sata
            ),
            (
                "sdb", "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block", [:],
                ["E:ID_BUS=usb"], .usb
            ),
            ("sdc", "platform/host7/session1/target7:0:0/7:0:0:1/block", [:], ["E:ID_BUS=scsi"], .iscsi),
            (
                "sdd", "pci0000:00/0000:3b:00.0/host8/rport-8:0-1/target8:0:0/8:0:0:0/block", [:], ["E:ID_BUS=scsi"],
                .fibreChannel
            ),
            (
                "sde", "pci0000:00/0000:02:00.0/host0/port-0:0/end_device-0:0/target0:0:0/0:0:0:0/block", [:],
                ["E:ID_BUS=scsi"], .sas
            ),
            ("sdf", "pci0000:00/0000:00:05.0/virtio2/host2/target2:0:0/2:0:0:0/block", [:], ["E:ID_BUS=scsi"], .scsi),
            ("vda", "pci0000:00/0000:00:04.0/virtio1/block", [:], [], .virtio),
            ("nvme0n1", "pci0000:00/0000:01:00.0/nvme/nvme0", [:], [], .nvme),
            ("nvme1n1", "virtual/nvme-fabrics/ctl/nvme1", ["device/transport": "tcp"], [], .fabrics),
            ("mmcblk0", "platform/fe340000.mmc/mmc_host/mmc0/mmc0:0001/block", [:], [], .mmc),
            ("cciss!c0d0", "pci0000:00/0000:02:00.0/cciss0/c0d0/block", [:], ["E:ID_BUS=cciss"], .cciss),
            ("md127", "virtual/block", [:], [], .raid),
            ("dm-0", "virtual/block", ["dm/uuid": "mpath-3600a0b80", "dm/name": "mpatha"], [], .multipath),
        ] as [(String, String, [String: String], [String], DiskTransport)])
    func transports(
        name: String, device: String, files: [String: String], udev: [String], transport: DiskTransport
    ) throws {
        try FixtureMachine.with { machine in
            try machine.disk(name, at: device, number: "8:0", megabytes: 4, files: files, udev: udev)
            let disks = try machine.inventory.disks()
            #expect(disks.map(\.transport) == [transport])
            #expect(disks.first?.content == .empty)
            let path = transport == .multipath ? "/dev/mapper/mpatha" : "/dev/" + name.replacing("!", with: "/")
            #expect(disks.first?.path == path)
            #expect(try machine.inventory.disk(at: path).name == name)
        }
    }

    @Test func tellsWhatADiskSaysOfItself() throws {
        try FixtureMachine.with { machine in
            try machine.disk(
                "sda", at: "pci0000:00/ata1/block", number: "8:0", megabytes: 5,
                files: [
                    "device/model": "Samsung SSD 870 ", "ro": "1", "removable": "1", "queue/logical_block_size": "4096",
                ],
                udev: [
                    "S:disk/by-id/wwn-0x5002538e", "S:disk/by-id/ata-Samsung_S5Y1", "E:ID_SERIAL_SHORT=S5Y1",
                    "E:ID_WWN=0x5002538e", "E:ID_MODEL_ENC=x",
                ])
            let disk = try #require(try machine.inventory.disks().first)
            #expect(disk.model == "Samsung SSD 870")
            #expect(disk.serial == "S5Y1")
            #expect(disk.wwn == "0x5002538e")
            #expect(disk.size == 5 << 20)
            #expect(disk.logicalSector == 4096 && disk.physicalSector == 4096)
            #expect(disk.isReadOnly && disk.isRemovable)
            #expect(disk.links == ["/dev/disk/by-id/ata-Samsung_S5Y1", "/dev/disk/by-id/wwn-0x5002538e"])
        }
    }

    @Test func textOfADeviceCannotHarmATerminal() throws {
        try FixtureMachine.with { machine in
            try machine.disk(
                "sda", at: "ata1/block", number: "8:0", megabytes: 1,
                files: ["device/model": "evil\u{1B}[2J\u{202E}disk"])
            #expect(try machine.inventory.disks().first?.model == "evil?[2J?disk")
        }
    }

    @Test func whatIsNoDiskIsNotListed() throws {
        try FixtureMachine.with { machine in
            for (index, name) in ["sr0", "ram0", "zram0", "loop0", "fd0", "mmcblk0boot0", "nvme0c1n1", "dm-3"]
                .enumerated()
            {
                try machine.disk(name, at: "virtual/block", number: "9:\(index)", megabytes: 1)
            }
            try machine.disk("sdb", at: "usb1/block", number: "8:16", megabytes: 0)
            #expect(try machine.inventory.disks().isEmpty)
            // By its name a loop device is one.
            #expect(try machine.inventory.disk(at: "/dev/loop0").transport == .loop)
        }
    }

    /// A disk that answers nothing may hold anything.
    @Test func aDiskThatCannotBeReadIsNotEmpty() throws {
        try FixtureMachine.with { machine in
            try File.remove(machine.disk("sda", at: "ata1/block", number: "8:0", megabytes: 1))
            let disk = try #require(try machine.inventory.disks().first)
            #expect(!disk.isReadable && disk.content == .other)
            #expect(disk.summary == "unknown: it cannot be read")
        }
    }

    @Test func ourOwnLayoutIsRecognised() throws {
        try FixtureMachine.with { machine in
            let layout = try DiskLayout(Self.sizes, identifiers: DiskLayoutTests.identifiers, diskSize: 200 << 20)
            let path = try machine.disk(
                "vda", at: "virtio1/block", number: "252:0", megabytes: 200, layout: layout)
            let slot = try #require(layout[.rootA])
            let squashfs = Path.join(machine.root, "root")
            try Folder.create(squashfs + ".d")
            try Command("mksquashfs", [squashfs + ".d", squashfs, "-quiet"]).run().check()
            try DiskFile(path).write(contentOf: squashfs, at: slot.start, skipsZeros: false)
            let disk = try #require(try machine.inventory.disks().first)
            #expect(disk.content == .node)
            #expect(disk.summary == "a node (slot A)")
            #expect(disk.parts.count == 7)
        }
    }

    @Test func anInterruptedInstallationIsRecognised() throws {
        try FixtureMachine.with { machine in
            let path = try machine.disk("vda", at: "virtio1/block", number: "252:0", megabytes: 200)
            try UnfinishedMark.write(.anew, to: DiskFile(path))
            #expect(try machine.inventory.disks().first?.content == .unfinished)
            // A table comes before the last step; another one's is none of ours.
            let layout = try DiskLayout(Self.sizes, identifiers: DiskLayoutTests.identifiers, diskSize: 200 << 20)
            try PartitionTable.write(layout, to: path)
            #expect(try machine.inventory.disks().first?.content == .unfinished)
            // With a state that must be kept it is a node.
            try UnfinishedMark.write(.besideState, to: DiskFile(path))
            #expect(try machine.inventory.disks().first?.content == .node)
            try UnfinishedMark.write(nil, to: DiskFile(path))
            #expect(try machine.inventory.disks().first?.unfinished == nil)
        }
    }

    /// The mark lies where file systems have free space: what was put on the disk later must not be taken for ours.
    @Test(arguments: ["ext4", "xfs"]) func anOldMarkGivesNothingUp(kind: String) throws {
        guard Environment.program("mkfs." + kind) != nil else { return print("skipped: mkfs.\(kind) is not installed") }
        try FixtureMachine.with { machine in
            let path = try machine.disk("sda", at: "ata1/block", number: "8:0", megabytes: 400)
            try Command("mkfs." + kind, ["-q", path]).run().check()
            try UnfinishedMark.write(.anew, to: DiskFile(path))
            let disk = try #require(try machine.inventory.disks().first)
            #expect(disk.unfinished == .anew && disk.content == .other)
            #expect(disk.summary == kind)
        }
    }

    /// libblkid names neither of two; that is not an empty disk.
    @Test func twoFileSystemsInOnePlaceAreNotNothing() throws {
        try FixtureMachine.with { machine in
            let path = try machine.disk("sda", at: "ata1/block", number: "8:0", megabytes: 64)
            try Command("mke2fs", ["-q", "-t", "ext4", path]).run().check()
            let superblock = try File.read(path, at: 1024, count: 1024)
            try Command("mkfs.fat", ["-F", "32", path]).run().check()
            try DiskFile(path).write(superblock, at: 1024)
            let disk = try #require(try machine.inventory.disks().first)
            #expect(disk.content == .other)
            #expect(disk.summary == "several file systems in the same place")
        }
    }

    @Test func fileSystemsWithoutATableAreSeen() throws {
        try FixtureMachine.with { machine in
            let path = try machine.disk("sda", at: "ata1/block", number: "8:0", megabytes: 64)
            try Command("mkfs.fat", ["-n", "STICK", path]).run().check()
            let disk = try #require(try machine.inventory.disks().first)
            #expect(disk.content == .other)
            #expect(disk.summary == "vfat \"STICK\"")
        }
    }

    @Test func usesAreFoundThroughPartitionsAndMappings() throws {
        try FixtureMachine.with { machine in
            try machine.disk("sda", at: "ata1/block", number: "8:0", megabytes: 1)
            try machine.partition("sda1", of: "sda", number: "8:1")
            try machine.partition("sda2", of: "sda", number: "8:2", holders: ["dm-1"])
            try machine.disk(
                "dm-1", at: "virtual/block", number: "253:1", megabytes: 1,
                files: ["dm/uuid": "LVM-abc", "dm/name": "guests-images"])
            try machine.disk("sdb", at: "ata2/block", number: "8:16", megabytes: 1)
            try machine.partition("sdb1", of: "sdb", number: "8:17")
            try machine.disk("sdc", at: "ata3/block", number: "8:32", megabytes: 1)
            try machine.mounts([("8:1", "/srv", "/dev/sda1"), ("253:1", "/images", "/dev/dm-1")])
            try machine.write("proc/swaps", "Filename Type\n/dev/sdb1 partition 100 0 -2\n")
            let disks = try machine.inventory.disks()
            #expect(disks.map(\.name) == ["sda", "sdb", "sdc"])
            #expect(
                disks[0].uses == [
                    .mounted(device: "sda1", place: "/srv"), .held(device: "sda2", by: "guests-images"),
                    .mounted(device: "dm-1", place: "/images"),
                ])
            #expect(disks[1].uses == [.swap(device: "sdb1")])
            #expect(disks[2].uses.isEmpty)
            #expect(disks.allSatisfy { !$0.isBootMedium })
        }
    }

    @Test func theMediumIsKnown() throws {
        try FixtureMachine.with { machine in
            try machine.disk("sda", at: "usb1/block", number: "8:0", megabytes: 1)
            try machine.partition("sda1", of: "sda", number: "8:1")
            try machine.disk("sdb", at: "ata1/block", number: "8:16", megabytes: 1)
            try machine.partition("sdb3", of: "sdb", number: "8:19", holders: ["dm-0"])
            try machine.disk(
                "dm-0", at: "virtual/block", number: "253:0", megabytes: 1,
                files: ["dm/uuid": "CRYPT-VERITY-root", "dm/name": "root"])
            try machine.mounts([("8:1", "/run/nodewright/medium", "/dev/sda1")])
            #expect(try machine.inventory.disks().map(\.isBootMedium) == [true, false])
            try machine.mounts([("253:0", "/", "/dev/mapper/root")])
            #expect(try machine.inventory.disks().map(\.isBootMedium) == [false, true])
        }
    }

    @Test func multipathIsOneDisk() throws {
        try FixtureMachine.with { machine in
            for (name, number) in [("sda", "8:0"), ("sdb", "8:16")] {
                try machine.disk(name, at: "rport-1/block", number: number, megabytes: 4)
                try machine.hold(name, "dm-0")
            }
            try machine.disk(
                "dm-0", at: "virtual/block", number: "253:0", megabytes: 4,
                files: ["dm/uuid": "mpath-36001", "dm/name": "mpatha"],
                udev: ["S:disk/by-id/wwn-0x6001", "E:DM_SERIAL=36001"])
            try machine.hold("dm-0", "dm-1")
            try machine.disk(
                "dm-1", at: "virtual/block", number: "253:1", megabytes: 1,
                files: ["dm/uuid": "part1-mpath-36001", "dm/name": "mpatha1"])
            let disks = try machine.inventory.disks()
            #expect(disks.map(\.path) == ["/dev/mapper/mpatha", "/dev/sda", "/dev/sdb"])
            #expect(disks[0].uses.isEmpty)
            #expect(disks[0].serial == "36001")
            #expect(disks[1].uses == [.path(of: "/dev/mapper/mpatha")])
            try machine.mounts([("253:1", "/srv", "x")])
            #expect(
                try machine.inventory.disk(at: "/dev/mapper/mpatha").uses == [.mounted(device: "dm-1", place: "/srv")])
        }
    }

    @Test func linksLeadToDisksAndPartitionsAreNone() throws {
        try FixtureMachine.with { machine in
            try machine.disk("sda", at: "ata1/block", number: "8:0", megabytes: 1)
            try machine.partition("sda1", of: "sda", number: "8:1")
            try machine.write("sys/class/block/sda1/partition", "1\n")
            try machine.write("dev/sda1", "")
            try Folder.create(Path.join(machine.root, "dev/disk/by-id"))
            try File.replaceLink(Path.join(machine.root, "dev/disk/by-id/ata-X"), to: "../../sda")
            #expect(try machine.inventory.disk(at: "/dev/disk/by-id/ata-X").path == "/dev/sda")
            for (path, text) in [
                ("/dev/sdz", "there is no disk"), ("/dev/sda1", "is a partition"), ("/proc", "is no disk"),
            ] {
                try machine.write("proc/x", "")
                let failure = #expect(throws: Failure.self) { try machine.inventory.disk(at: path) }
                #expect(failure?.status == .invalidInput)
                #expect(failure?.message.contains(text) == true, "\(path)")
            }
        }
    }
}
