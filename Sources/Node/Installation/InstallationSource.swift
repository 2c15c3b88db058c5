import Boot
import Disks
import Host
public import NodeConfig

/// What an installation copies: the running system's root file system, and what starts it, from where it was started.
public struct InstallationSource: Sendable {
    /// What the image says about itself.
    public let image: InstalledImage
    /// The device that holds the root file system, which is read from its beginning.
    let root: String
    /// The bytes of the root file system.
    let rootSize: Int
    /// What starts it.
    let files: SystemFiles
    /// Where it comes from, for people: `the medium NODEWRIGHT`.
    public let description: String
    /// Whether this machine was started by UEFI firmware.
    let isUEFI: Bool

    /// Where live systems have what they were started from (DESIGN.md §6a).
    private static let medium = "/run/nodewright/medium"
    /// Where the ISO has GRUB for BIOS as it lies on a disk.
    private static let biosFolder = "boot/grub2/disk"

    /// The running system.
    ///
    /// - Parameters:
    ///   - root: `/`, or a fixture
    ///   - patience: for so many seconds a server that does not answer is asked again
    ///   - say: hears what takes its time
    /// - Throws: `.incompatible` when it was started in a way that brings not everything along; `.network` and `.signature` when
    ///   what is missing cannot be fetched
    public static func running(
        root: String = "/", patience: Double = 60, say: (String) -> Void = { _ in }
    ) throws -> InstallationSource {
        let image = try InstalledImage(root: root)
        let mounts = MountEntry.all(root: root)
        guard let mounted = mounts.last(where: { $0.place == "/" && $0.fileSystem == "squashfs" }),
            let device = BlockDevice(number: mounted.device, root: root)
        else {
            throw Failure(
                .incompatible, "this system does not run from a root file system that could be copied",
                hint: "install from a medium that nodewright has built")
        }
        let line = KernelCommandLine(
            (try? File.read(Path.join(root, "proc/cmdline"), limit: KernelCommandLine.limit)) ?? [])
        let found: (files: SystemFiles, description: String)
        if line.contains("nodewright.live") {
            found = (try fromMedium(mounts, root: root), "the medium \(line["nodewright.live"] ?? "")")
        } else if let guid = line["nodewright.disk"], let slot = Slot(rawValue: line["nodewright.slot"] ?? "") {
            found = (try fromDisk(guid, slot, root: root), "slot \(slot.rawValue.uppercased()) of the running system")
        } else {
            found = (
                try NetworkBootFiles(line, root: root).load(patience: patience, say: say),
                "the system that was started over the network"
            )
        }
        return InstallationSource(
            image: image, root: Path.join(root, device.path), rootSize: device.size, files: found.files,
            description: found.description, isUEFI: File.exists(Path.join(root, "sys/firmware/efi")))
    }

    /// Whether the running system was started from a medium, a stick or the network, and not from a disk it is installed on.
    ///
    /// - Parameter root: `/`, or a fixture
    public static func isPortable(_ commandLine: KernelCommandLine, root: String = "/") -> Bool {
        if NodeStatus.Boot(commandLine) == .live { return true }
        let disk = try? RunningDisk(root: root, commandLine: commandLine)
        return disk.map { !$0.hasTwoSlots } ?? false
    }

    /// An ISO, on a disc or on a stick: its UEFI programs are in the FAT file system that firmware starts it from.
    private static func fromMedium(_ mounts: [MountEntry], root: String) throws -> SystemFiles {
        let folder = Path.join(root, medium)
        guard let mounted = mounts.last(where: { $0.place == medium }),
            let device = BlockDevice(number: mounted.device, root: root)
        else {
            throw Failure(
                .device, "the medium that this system was started from is not mounted any more",
                hint: "put it back and restart this machine")
        }
        let disk = Path.join(root, device.disk)
        guard let start = try ElTorito.systemPartition(disk) else {
            throw Failure(.incompatible, "the medium \"\(device.disk)\" has no UEFI boot programs")
        }
        let bios = Path.join(folder, biosFolder)
        let (kernel, initramfs) = ("boot/vmlinuz", "boot/initramfs.img")
        for name in [biosFolder, kernel, initramfs] where !File.exists(Path.join(folder, name)) {
            throw Failure(
                .incompatible, "this medium cannot be installed from: it lacks \"\(name)\"",
                hint: "build it with a newer nodewright")
        }
        return SystemFiles(
            programs: try programs(FATReader(disk, offset: start)),
            bios: try BIOSBootCode(
                bootImage: File.read(bios + "/boot.img", limit: 1 << 20),
                coreImage: File.read(bios + "/core.img", limit: 4 << 20)),
            kernel: .file(Path.join(folder, kernel)), initramfs: .file(Path.join(folder, initramfs)))
    }

    /// A stick with the layout of a disk, or a disk: all is on its EFI system partition.
    private static func fromDisk(_ guid: String, _ slot: Slot, root: String) throws -> SystemFiles {
        let disks = try DiskInventory(root: root).disks()
        guard let disk = disks.first(where: { $0.tableIdentifier == guid.lowercased() && $0.isBootMedium }),
            let partition = disk.parts.compactMap(\.partition).first(where: { $0.role == .efi })
        else {
            throw Failure(.device, "the disk that this system was started from (\(guid)) is not there any more")
        }
        let reader = try FATReader(Path.join(root, disk.path), offset: partition.start)
        let folder = DiskMenu.folder + "/" + slot.rawValue
        return SystemFiles(
            programs: try programs(reader),
            bios: try BIOSBootCode(
                bootImage: reader.read(SystemFiles.bootImage), coreImage: reader.read(SystemFiles.coreImage)),
            kernel: .bytes(try reader.read(folder + "/vmlinuz")),
            initramfs: .bytes(try reader.read(folder + "/initramfs.img")))
    }

    private static func programs(_ reader: FATReader) throws -> [(name: String, content: FATFile.Content)] {
        let found = try reader.list("/EFI/BOOT").filter { !$0.isFolder && $0.name.uppercased().hasSuffix(".EFI") }
        guard found.contains(where: { $0.name.uppercased().hasPrefix("BOOT") }) else {
            throw Failure(.incompatible, "the medium has no UEFI boot program in /EFI/BOOT")
        }
        return try found.map { ($0.name, .bytes(try reader.read("/EFI/BOOT/" + $0.name))) }
    }
}
