import Disks
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
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") == "1" }
    private static let questions = [
        ("source", "findmnt -no SOURCE /"), ("verity", "dmsetup status --target verity root"),
        ("state", "findmnt -no SOURCE,FSTYPE,OPTIONS /run/nodewright/state"),
        ("state-size", "findmnt -bno SIZE /run/nodewright/state"),
        ("grow", "systemctl show -P Result nodewright-grow.service"),
        ("kept", "cat /var/lib/kept; echo kept >/var/lib/kept"), ("disks", "lsblk -nro NAME,PARTUUID,MOUNTPOINTS"),
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

    /// In the end a block is damaged while the node runs: it cannot be read, and the node says so.
    @Test(arguments: isFull ? [".qcow2", ".raw"] : [".qcow2"]) func diskWithBIOS(ending: String) throws {
        let damage = """
            head -c 64 /dev/urandom | dd of=/dev/vda3 bs=4096 seek=10240 conv=notrunc,fsync
            dd if=/dev/mapper/root of=/dev/null iflag=direct bs=4096 skip=10240 count=1
            nodectl status
            """
        let questions = Array(Self.questions) + [("damaged", damage)]
        let image = try BootedImage([], adding: questions, artefact: try artefact(ending))
        expectNode(image, state: "vda7")
        #expect(image.answers["damaged"]?.contains("Input/output error") == true)
        #expect(image.answers["damaged"]?.contains("the root file system is damaged on the disk") == true)
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
    @Test(.enabled(if: isFull, "runs in \"make check-full\""))
    func stickKeepsItsStateAndGrows() throws {
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

    /// The state is beyond repair: the node starts with memory in its place and says so, and gets a new one.
    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func aDamagedStateIsMadeAnew() throws {
        let reset = """
            if [ -e /run/nodewright/state-problem ]; then
                { nodectl status; nodectl state; nodectl state reset --yes; } >/run/said 2>&1
                mkdir /run/new; mount /dev/vda7 /run/new; mkdir /run/new/var; cp /run/said /run/new/var/said; umount /run/new
                sync; systemctl reboot; sleep 600
            fi
            cat /var/said
            """
        try changed(".raw") { disk in
            let state = try #require(try PartitionTable.read(disk)?.partitions.first { $0.role == .state })
            try DiskFile(disk).write([UInt8](repeating: 0, count: 1 << 20), at: state.start)
        } _: { disk in
            let image = try BootedImage(
                ["--write"], adding: [("said", reset), ("after", "nodectl state; nodectl status")] + Self.questions,
                artefact: disk, timeout: 1800)
            #expect(image.result.status == 0, "\(image.result.errorTail)")
            let said = image.answers["said"] ?? ""
            #expect(said.contains("the state partition is damaged; changes are lost at the next start"), "\(said)")
            #expect(said.contains("not in use: memory stands in its place"), "\(said)")
            #expect(said.contains("The state partition is empty. The next start uses it."), "\(said)")
            #expect(image.console.contains("\"nodectl state repair\""))
            #expect(image.answers["after"]?.contains("in use, ") == true, "\(image.answers["after"] ?? "")")
            expectNode(image, state: "vda7")
        }
    }

    /// Without room for a byte the node starts all the same, and says why.
    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func aFullStateStarts() throws {
        let fill = """
            if [ ! -e /var/filled ]; then
                mkdir /var/filled
                dd if=/dev/zero of=/var/filled/1 bs=1M; dd if=/dev/zero of=/var/filled/2 bs=4k; sync
                systemctl reboot; sleep 600
            fi
            """
        // The journal gives up its oldest file when there is no room for a new one.
        let again = "dd if=/dev/zero of=/var/filled/3 bs=1M; dd if=/dev/zero of=/var/filled/4 bs=4k; sync"
        let image = try BootedImage(
            [],
            adding: [
                ("fill", fill), ("again", again), ("after", "nodectl status"), ("health", "nodectl health"),
            ],
            artefact: try artefact(".qcow2"), timeout: 1800)
        #expect(image.result.status == 0, "\(image.result.errorTail)")
        #expect(image.answers["after"]?.contains("the state partition is full: ") == true, "\(image.answers)")
        let health = image.answers["health"] ?? ""
        #expect(health.contains("state                   ok"), "\(health)")
        #expect(health.contains("state-room              warning"), "\(health)")
    }

    /// One byte of the root file system is another one: refused by dm-verity, and said on the console.
    @Test(.enabled(if: isFull, "runs in \"make check-full\""))
    func damageIsReported() throws {
        try expectNoRoot("dm-verity has found damage", "verity: .* is corrupted") { disk in
            let start = try #require(try PartitionTable.read(disk)?.partitions.first { $0.role == .rootA }).start
            try DiskFile(disk).write([UInt8(ascii: "X")], at: start + 100)
        }
    }

    /// A medium that is smaller than the image that was written to it.
    @Test(.enabled(if: isFull, "runs in \"make check-full\""))
    func aStickThatIsTooSmallIsReported() throws {
        try expectNoRoot("Is it smaller than the image", ending: ".usb.img") { stick in
            let size = try File.size(stick)
            try Command("truncate", ["--size", String(size - 32 << 20), stick]).run().check()
        }
    }

    /// Starts a changed copy and waits for what its console says, the offer of a shell in the end.
    private func expectNoRoot(
        _ words: String..., ending: String = ".raw", change: (_ path: String) throws -> Void
    ) throws {
        try changed(ending, change) { path in
            let patterns = ["root file system could not be mounted"] + words + ["Press Enter for a shell"]
            let result = try Command(
                try Programs.built("nodewright"),
                ["boot", path, "--accel", "tcg", "--quiet", "--timeout", "900"] + patterns.flatMap { ["--until", $0] }
            ).run()
            #expect(result.status == 0, "\(result.errorTail)")
        }
    }

    /// Runs `body` with a changed copy of an artefact.
    private func changed(
        _ ending: String, _ change: (_ path: String) throws -> Void, _ body: (_ path: String) throws -> Void
    ) throws {
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let path = Path.join(folder, "changed" + ending)
            try Command("cp", ["--sparse=always", try artefact(ending), path]).run().check()
            try change(path)
            try body(path)
        }
    }
}
