public import Disks
import Host

/// A folder that looks like a machine which was started from an ISO: a real one with an EFI system partition, the image's own
/// words, and a root file system in place of the loop device.
public struct LiveMachine {
    /// The folder that stands for `/`.
    public let root: String

    /// The kernel on the medium.
    public static let kernel = bytes(1, 300_000)
    /// Its initramfs.
    public static let initramfs = bytes(2, 700_001)
    /// The UEFI programs, by name.
    public static let programs = [
        ("BOOTX64.EFI", bytes(3, 90_000)), ("grubx64.efi", bytes(4, 200_000)), ("mmx64.efi", bytes(5, 777)),
    ]
    /// GRUB's boot.img.
    public static let bootImage = bytes(6, 512)
    /// GRUB's core.img.
    public static let coreImage = bytes(7, 60_000)

    /// Bytes that look like chance, the same for the same seed.
    public static func bytes(_ seed: UInt32, _ count: Int) -> [UInt8] {
        var state = seed &* 2_654_435_761
        // A closure for each byte takes a second for a megabyte in programs that are not optimised.
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            while done < count {
                state = state &* 1_664_525 &+ 1_013_904_223
                buffer[done] = UInt8(truncatingIfNeeded: state >> 24)
                done += 1
            }
        }
    }

    /// The only file of the root file system.
    public static let content = bytes(8, 1_500_000)

    /// The root file system and the ISO, made once: seven programs take longer than most of what is tested with them.
    private static let made: Result<(root: [UInt8], iso: [UInt8]), any Error> = Result {
        try Folder.withTemporary { folder in
            let machine = LiveMachine(root: folder)
            try Folder.create(machine.path("dev"))
            try machine.makeRoot(content)
            try machine.makeMedium()
            try machine.makeISO()
            return (try File.read(machine.path("dev/loop0")), try File.read(machine.path("dev/sr0")))
        }
    }

    /// Runs `body` with a machine, whose image names these sizes.
    public static func with<Value>(sizes: String? = nil, _ body: (LiveMachine) throws -> Value) throws -> Value {
        try Folder.withTemporary { folder in
            let machine = LiveMachine(root: folder)
            try machine.make(sizes ?? #"{"esp": 67108864, "state": 67108864}"#)
            return try body(machine)
        }
    }

    /// A path below the root.
    public func path(_ name: String) -> String { Path.join(root, name) }

    private func write(_ name: String, _ content: [UInt8]) throws {
        try Folder.create(Path.parent(path(name)))
        try File.write(path(name), content)
    }

    private func text(_ name: String, _ content: String) throws { try write(name, Array(content.utf8)) }

    private func make(_ sizes: String) throws {
        try describe(sizes, arguments: "quiet")
        try text("proc/cmdline", "nodewright.live=TEST quiet\n")
        try text(
            "proc/self/mountinfo",
            "20 1 7:0 / / ro - squashfs /dev/loop0 ro\n21 1 11:0 / /run/nodewright/medium ro - iso9660 /dev/sr0 ro\n")
        try Folder.create(path("dev"))
        try makeMedium()
        let made = try Self.made.get()
        for (name, number, bytes) in [("loop0", "7:0", made.root), ("sr0", "11:0", made.iso)] {
            try DiskFile.create(path("dev/" + name), size: bytes.count).write(bytes, at: 0)
            try device(name, number, size: bytes.count)
        }
    }

    private func makeMedium() throws {
        let medium = "run/nodewright/medium/boot/"
        try write(medium + "vmlinuz", Self.kernel)
        try write(medium + "initramfs.img", Self.initramfs)
        try write(medium + "grub2/disk/boot.img", Self.bootImage)
        try write(medium + "grub2/disk/core.img", Self.coreImage)
    }

    private func describe(_ sizes: String, arguments: String) throws {
        try text(
            "usr/lib/nodewright/image.json",
            #"{"format": 1, "name": "hypervisor", "version": "1.2", "arch": "x86_64", "kernel-arguments": ["\#(arguments)"], "sizes": \#(sizes)}"#
        )
    }

    /// Puts an ISO of ours in the place of the medium: what it installs really starts, up to the kernel.
    public func adopt(iso: String) throws {
        try describe(#"{"esp": 201326592, "state": 67108864}"#, arguments: "console=ttyS0,115200")
        try Folder.remove(path("run/nodewright/medium/boot"))
        try Command(
            "xorriso",
            ["-osirrox", "on", "-indev", iso, "-extract", "/boot", path("run/nodewright/medium/boot")]
        ).run().check()
        try File.remove(path("dev/sr0"))
        try File.replaceLink(path("dev/sr0"), to: iso)
        try device("sr0", "11:0", size: File.size(iso))
    }

    private func makeRoot(_ content: [UInt8]) throws {
        try write("tree/content", content)
        try File.remove(path("dev/loop0"))
        try Command("mksquashfs", [path("tree"), path("dev/loop0"), "-quiet", "-no-xattrs"]).run().check()
        try device("loop0", "7:0", size: File.size(path("dev/loop0")))
    }

    /// Makes another version of the medium: kernel, initramfs and root are other ones.
    public func becomeNewer() throws {
        try makeRoot(Self.bytes(18, 1_700_000))
        try write("run/nodewright/medium/boot/vmlinuz", Self.bytes(11, 310_000))
        try write("run/nodewright/medium/boot/initramfs.img", Self.bytes(12, 690_001))
    }

    private func makeISO() throws {
        let system = path("esp.img")
        _ = try DiskFile.create(system, size: 8 << 20)
        try Command("mkfs.fat", ["-F", "16", "-s", "1", system]).run().check()
        try Command("mmd", ["-i", system, "::/EFI", "::/EFI/BOOT"]).run().check()
        for (name, bytes) in Self.programs {
            try write("program", bytes)
            try Command("mcopy", ["-i", system, path("program"), "::/EFI/BOOT/" + name]).run().check()
        }
        try Command(
            "xorriso",
            [
                "-as", "mkisofs", "-quiet", "-volid", "TEST", "-output", path("dev/sr0"), "-partition_offset", "16",
                "-append_partition", "2", "0xef", system, "-c", "/boot.cat", "-b", "/boot/grub2/disk/boot.img",
                "-no-emul-boot", "-boot-load-size", "4", "-eltorito-alt-boot", "-e",
                "--interval:appended_partition_2:all::", "-no-emul-boot", path("run/nodewright/medium"),
            ]
        ).run().check()
    }

    private func device(_ name: String, _ number: String, size: Int) throws {
        try text("sys/devices/\(name)/size", "\(size / 512)\n")
        try Folder.create(path("sys/dev/block"))
        try File.replaceLink(path("sys/dev/block/\(number)"), to: "../../devices/\(name)")
    }

    /// A file that stands for a disk.
    public func disk(megabytes: Int, _ name: String = "disk") throws -> Disk {
        if !File.exists(path(name)) { _ = try DiskFile.create(path(name), size: megabytes << 20) }
        return try DiskInventory().disk(at: path(name))
    }
}
