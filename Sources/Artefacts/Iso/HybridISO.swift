public import Boot
import Host
import Transfer

/// The ISO that starts from a CD and from a stick, with BIOS and UEFI, from one file.
///
/// On it: `/boot/vmlinuz`, `/boot/initramfs.img`, `/LiveOS/root.squashfs`, the menu, and an EFI system partition after
/// the ISO 9660 file system that El Torito, GPT and MBR all name.
public struct HybridISO: Sendable {
    /// What stands in the menu; its label is the volume's.
    public var menu: BootMenu
    /// Path of the kernel.
    public var kernel: String
    /// Path of the initramfs.
    public var initramfs: String
    /// Path of the root file system.
    public var root: String
    /// GRUB for BIOS.
    public var bios: BIOSLoader
    /// GRUB for BIOS as it lies on a disk that is installed from this medium; nil when none can be.
    public var installed: BIOSBootCode?
    /// Shim and GRUB for UEFI.
    public var efi: EFILoader
    /// Seconds since 1970: every time in the image.
    public var epoch: Int
    /// Hears commands.
    public var progress: ProgressSink

    /// An ISO of these parts.
    public init(
        menu: BootMenu, kernel: String, initramfs: String, root: String, bios: BIOSLoader,
        installed: BIOSBootCode? = nil, efi: EFILoader, epoch: Int,
        progress: @escaping ProgressSink = silent
    ) {
        self.menu = menu
        self.kernel = kernel
        self.initramfs = initramfs
        self.root = root
        self.bios = bios
        self.installed = installed
        self.efi = efi
        self.epoch = epoch
        self.progress = progress
    }

    /// Writes the image, aside first; a failure leaves what was there before.
    ///
    /// - Parameter accept: gets the size in bytes before the image takes its name, and may refuse it by throwing
    public func write(to path: String, accept: (_ size: Int) throws -> Void = { _ in }) throws {
        try checkLabel()
        // A fixed name, so that the next build removes what a killed one left.
        let parts = path + ".parts"
        defer { try? Folder.remove(parts) }
        try Folder.remove(parts)
        try Folder.create(parts)
        try File.replace(path) { aside in
            try during("writing \"\(path)\"") { try write(aside, parts) }
            try accept(try File.size(aside))
        }
    }

    private func checkLabel() throws {
        let allowed = menu.label.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "_")
        }
        if allowed, !menu.label.isEmpty, menu.label.utf8.count <= 32 { return }
        throw Failure(
            .invalidInput, "\"\(menu.label)\" cannot be a volume label",
            hint: "use at most 32 of the characters A to Z, 0 to 9 and _")
    }

    private func write(_ path: String, _ folder: String) throws {
        let identity = try contentIdentity()
        let mark = "/.nodewright/" + String(identity.prefix(32))
        let partition = Path.join(folder, "esp.img")
        let stub = BootMenu.stub(mark: mark)
        try EFIPartition(
            programs: efi.programs, stub: stub, serial: UInt32(identity.prefix(8), radix: 16) ?? 0, epoch: epoch,
            progress: progress
        ).write(to: partition)
        var files = ["/boot/vmlinuz=" + kernel, "/boot/initramfs.img=" + initramfs, "/LiveOS/root.squashfs=" + root]
        func add(_ target: String, _ content: [UInt8]) throws {
            let source = Path.join(folder, "file\(files.count)")
            try File.write(source, content)
            files.append(target + "=" + source)
        }
        try add(BootMenu.folder + "/grub.cfg", Array(menu.text.utf8))
        try add("/boot/grub2/eltorito.img", bios.image)
        // Whoever installs from this medium finds them here; the UEFI programs are in the partition.
        if let installed {
            try add(BootMenu.folder + "/disk/boot.img", installed.bootImage)
            try add(BootMenu.folder + "/disk/core.img", installed.coreImage)
        }
        try add(mark, Array((menu.title + "\n").utf8))
        // Debian's GRUB for CDs looks for this file, then for its menu in /boot/grub beside it.
        try add("/.disk/info", Array((menu.title + "\n").utf8))
        for target in BootMenu.stubFolders { try add(target + "/grub.cfg", Array(stub.utf8)) }
        try Command(
            "xorriso", arguments(path, partition, identity, files.map(Self.escape)),
            environment: ["SOURCE_DATE_EPOCH": String(epoch)], progress: progress
        ).run().check()
    }

    private func arguments(_ path: String, _ partition: String, _ identity: String, _ files: [String]) -> [String] {
        [
            "-as", "mkisofs", "-quiet", "-iso-level", "3", "-rational-rock", "-volid", menu.label, "-output", path,
            // The times of the volume come from SOURCE_DATE_EPOCH.
            "--set_all_file_dates", "=\(epoch)", "--gpt_disk_guid", String(identity.prefix(32)),
            // BIOS from a stick: GRUB's boot sector, to which xorriso tells where the El Torito image lies. Some firmware
            // starts only from a disk that has a partition marked as active.
            "--grub2-mbr", bios.bootSector, "--mbr-force-bootable",
            // The first partition begins at sector 64, so that it can be mounted and repartitioning tools accept the stick.
            "-partition_offset", "16", "-iso_mbr_part_type", "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7",
            "-append_partition", "2", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", partition, "-appended_part_as_gpt",
            // BIOS from a CD.
            "-c", "/boot/boot.cat", "-b", "/boot/grub2/eltorito.img", "-no-emul-boot", "-boot-load-size", "4",
            "-boot-info-table", "--grub2-boot-info",
            // UEFI from a CD: the appended partition.
            "-eltorito-alt-boot", "-e", "--interval:appended_partition_2:all::", "-no-emul-boot",
            "-graft-points",
        ] + files
    }

    /// In a graft point `=` and the backslash are escaped; targets here have neither.
    private static func escape(_ graft: String) -> String {
        guard let end = graft.firstIndex(of: "=") else { return graft }
        let source = graft[graft.index(after: end)...].map { $0 == "=" || $0 == "\\" ? "\\\($0)" : String($0) }
        return graft[...end] + source.joined()
    }

    /// A digest of all content: the same parts give the same image, other parts give other identifiers.
    private func contentIdentity() throws -> String {
        var digest = Digest()
        for path in [kernel, initramfs, root] + efi.programs.map(\.path) {
            digest.update(field: try Checksum.of(file: path).hex)
        }
        digest.update(field: Checksum.of(bios.image).hex)
        if let installed { digest.update(field: Checksum.of(installed.coreImage).hex) }
        digest.update(field: menu.text)
        digest.update(field: String(epoch))
        return digest.finish().hex
    }
}
