public import Disks
import Host

/// What is on the EFI system partition of a node's disk with one slot filled: the same for images and for installations.
public struct SystemFiles: Sendable {
    /// The UEFI programs of `/EFI/BOOT`, by name.
    public var programs: [(name: String, content: FATFile.Content)]
    /// GRUB for BIOS, for whoever installs from the disk.
    public var bios: BIOSBootCode
    /// The kernel of the slot.
    public var kernel: FATFile.Content
    /// Its initramfs.
    public var initramfs: FATFile.Content

    /// The files of these parts.
    public init(
        programs: [(name: String, content: FATFile.Content)], bios: BIOSBootCode, kernel: FATFile.Content,
        initramfs: FATFile.Content
    ) {
        self.programs = programs
        self.bios = bios
        self.kernel = kernel
        self.initramfs = initramfs
    }

    /// Where the first sector of GRUB for BIOS lies.
    public static let bootImage = DiskMenu.folder + "/bios/boot.img"
    /// Where its core image lies.
    public static let coreImage = DiskMenu.folder + "/bios/core.img"

    /// The file that no other disk has.
    public static func mark(_ layout: DiskLayout) -> String { "\(DiskMenu.folder)/\(layout.identifier)" }

    /// All files for a disk whose slot starts as `entry` says.
    public func files(_ entry: SlotEntry) -> [FATFile] {
        func text(_ path: String, _ text: String) -> FATFile { FATFile(path, bytes: Array(text.utf8)) }
        let mark = Self.mark(entry.layout)
        // Sticks have one slot and nothing to choose. First and last, so that megabytes lie between the two copies.
        let state = EnvironmentBlock.bytes(.installed(entry.slot))
        let copies = entry.layout[.rootB] == nil ? [] : EnvironmentBlock.paths.map { FATFile($0, bytes: state) }
        return copies.prefix(1) + programs.map { FATFile("/EFI/BOOT/" + $0.name, $0.content) }
            + DiskMenu.stubFolders.map { text($0 + "/grub.cfg", DiskMenu.stub(mark: mark)) }
            + [
                FATFile(mark, bytes: []), text(DiskMenu.folder + "/grub.cfg", DiskMenu.text),
                FATFile(Self.bootImage, bytes: bios.bootImage), FATFile(Self.coreImage, bytes: bios.coreImage),
                text(entry.folder + "/slot.cfg", entry.menu),
                text(entry.folder + "/troubleshooting.cfg", entry.troubleshooting),
                FATFile(entry.folder + "/vmlinuz", kernel), FATFile(entry.folder + "/initramfs.img", initramfs),
            ] + copies.dropFirst()
    }

    /// Looks whether a partition has room for both slots, and for a new kernel beside the one that it replaces.
    public static func checkRoom(_ files: [FATFile], in partition: Partition) throws {
        let needed = try files.reduce(0) { sum, file in
            sum + (try file.content.size() + 4096) * (file.path.hasPrefix(DiskMenu.folder + "/a/") ? 3 : 1)
        }
        guard needed <= partition.size * 98 / 100 else {
            throw Failure(
                .invalidInput,
                "an EFI system partition of \(partition.size >> 20) MiB cannot hold kernel and initramfs of two slots and of an upgrade"
                    + " (\(needed >> 20) MiB)",
                hint: "make it larger (image: sizes: esp)")
        }
    }
}
