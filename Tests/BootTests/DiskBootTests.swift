import Document
import Host
import TestSupport
import Testing

/// Disks and sticks of the test image: slot, dm-verity, state, and what happens when a disk is damaged.
///
/// Each boot takes minutes and asks everything at once; the rows that only repeat another firmware run with
/// `NODEWRIGHT_FULL=1`.
@Suite(
    .serialized,
    .enabled(
        if: BootedImage.artefact(".raw") != nil, "the test image has no disk; \"make check\" builds one and sets it"))
struct DiskBootTests {
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") != nil }
    private static let questions: KeyValuePairs = [
        "source": "findmnt -no SOURCE /", "verity": "dmsetup status --target verity root",
        "state": "findmnt -no SOURCE,FSTYPE,OPTIONS /run/nodewright/state",
        "state-size": "findmnt -bno SIZE /run/nodewright/state",
        "grow": "systemctl show -P Result nodewright-grow.service",
        "kept": "cat /var/lib/kept; echo kept >/var/lib/kept", "disks": "lsblk -nro NAME,PARTUUID,MOUNTPOINTS",
    ]

    private func artefact(_ ending: String) throws -> String { try #require(BootedImage.artefact(ending)) }

    private func expectNode(_ image: BootedImage, state: String) {
        #expect(image.result.status == 0, "\(image.result.errorTail)")
        #expect(image.answers["running"] == "running", "\(image.answers["failed"] ?? "")")
        #expect(image.answers["source"] == "/dev/mapper/root")
        #expect(image.answers["verity"]?.hasSuffix(" verity V") == true, "\(image.answers["verity"] ?? "")")
        #expect(image.answers["root"]?.hasPrefix("squashfs") == true)
        #expect(image.answers["state"]?.hasPrefix("/dev/\(state) ext4 rw") == true, "\(image.answers["state"] ?? "")")
        #expect(image.answers["nodectl"]?.contains("slot A") == true)
        #expect(image.answers["nodectl"]?.contains("Problem") == false, "\(image.answers["nodectl"] ?? "")")
        #expect(image.answers["writable"] == "yes")
        #expect(image.answers["grow"] == "success")
        #expect(image.answers["end"] != nil)
    }

    @Test(arguments: isFull ? [".qcow2", ".raw"] : [".qcow2"]) func diskWithBIOS(ending: String) throws {
        let image = try BootedImage([], adding: Self.questions, artefact: try artefact(ending))
        expectNode(image, state: "vda7")
    }

    /// A disk and a stick of the same build: the system takes its parts from the disk that it was started from.
    @Test func diskWithUEFIBesideAStick() throws {
        let image = try BootedImage(
            ["--firmware", "uefi"], adding: Self.questions, artefact: try artefact(".raw"),
            secondDisk: try artefact(".usb.img"))
        expectNode(image, state: "vda7")
        #expect(image.answers["disks"]?.contains("vdb5") == true)
        #expect(image.answers["kernel-log"]?.contains("efi: EFI v") == true)
    }

    /// Twice from the same stick, which is larger than its image: the state is kept, and takes the rest of the stick.
    @Test func stickKeepsItsStateAndGrows() throws {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let stick = Path.join(folder, "stick.usb.img")
            try Command("cp", ["--sparse=always", try artefact(".usb.img"), stick]).run().check()
            try Command("truncate", ["--size", "+512M", stick]).run().check()
            let first = try BootedImage(["--write"], adding: Self.questions, artefact: stick)
            expectNode(first, state: "sda5")
            #expect(first.answers["kept"]?.contains("No such file") == true)
            #expect(Int(first.answers["state-size"] ?? "") ?? 0 > 480 << 20)
            let second = try BootedImage(
                ["--write", "--firmware", "uefi", "--secure-boot"], adding: Self.questions, artefact: stick)
            expectNode(second, state: "sda5")
            #expect(second.answers["kept"] == "kept")
            #expect(second.answers["machine-id"] == first.answers["machine-id"])
            #expect(second.answers["state-size"] == first.answers["state-size"])
            #expect(second.answers["lockdown"]?.contains("[integrity]") == true)
        }
    }

    /// One byte of the root file system is another one: in its first block, and where only some program meets it.
    @Test func damageIsReported() throws {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let disk = Path.join(folder, "disk.raw")
            try Command("cp", ["--sparse=always", try artefact(".raw"), disk]).run().check()
            let table = try Command("sfdisk", ["--json", disk]).run().check().output
            let partitions = try JSON.parse(table, file: "sfdisk")["partitiontable"]?["partitions"]?.sequence ?? []
            let start = try #require(partitions.first { $0["name"]?.string == "root-a" }?["start"]?.integer) * 512
            try Command("sh", ["-c", "printf X | dd of='\(disk)' bs=1 seek=\(start + 100) conv=notrunc"]).run().check()
            let result = try Command(
                try Programs.built("nodewright"),
                [
                    "boot", disk, "--accel", "tcg", "--quiet", "--until", "verity: .* is corrupted", "--until",
                    "root file system could not be mounted", "--until", "dm-verity has found damage", "--timeout",
                    "600",
                ]
            ).run()
            #expect(result.status == 0, "\(result.errorTail)")
        }
    }
}
