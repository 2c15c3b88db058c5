public import Disks
import Host

/// GRUB for BIOS on a GPT disk: 440 bytes in the first sector, and the core image in the partition `bios-grub`.
///
/// This is what `grub-bios-setup` writes; that program needs a disk that the kernel knows, this an image file or a disk.
public struct BIOSBootCode: Sendable {
    private static let sector = 512
    /// Bytes of the first sector that belong to the boot code; disk signature and partition entries follow.
    private static let codeLength = 440
    /// Places in boot.img and diskboot.img (GRUB's include/grub/i386/pc/boot.h): where the core image lies, in sectors; the
    /// jump for firmware that hands a wrong drive over; and the list of sectors at the end of the core image's first one.
    private static let coreSectorAt = 0x5C
    private static let driveCheckAt = 0x66
    private static let blockListAt = 0x1F4

    /// `boot.img`, one sector.
    public let bootImage: [UInt8]
    /// `core.img`: diskboot.img, and GRUB with all modules that the menu needs.
    public let coreImage: [UInt8]

    /// Boot code of these two images.
    ///
    /// - Throws: when they cannot be GRUB's
    public init(bootImage: [UInt8], coreImage: [UInt8]) throws {
        guard bootImage.count == Self.sector, coreImage.count > 2 * Self.sector else {
            throw Failure(.incompatible, "the boot loader's boot.img or core.img is not one of GRUB's")
        }
        self.bootImage = bootImage
        self.coreImage = coreImage
    }

    /// Writes the code to a disk whose partition table is there already.
    ///
    /// - Throws: when the core image does not fit into its partition
    public func write(to disk: DiskFile, layout: DiskLayout) throws {
        try writeCoreImage(to: disk, layout: layout)
        try writeBootSector(to: disk, layout: layout)
    }

    /// Writes the core image into its partition; the disk does not start by that.
    ///
    /// - Throws: when it does not fit
    public func writeCoreImage(to disk: DiskFile, layout: DiskLayout) throws {
        let partition = try place(layout)
        var core = coreImage
        core.replaceSubrange(
            Self.blockListAt..<Self.blockListAt + 8, with: Self.littleEndian(partition.start / Self.sector + 1))
        try disk.write(core, at: partition.start)
    }

    /// Writes the code in the first sector, which leads to the core image. Making a partition table clears it.
    public func writeBootSector(to disk: DiskFile, layout: DiskLayout) throws {
        let partition = try place(layout)
        var boot = bootImage
        boot.replaceSubrange(
            Self.coreSectorAt..<Self.coreSectorAt + 8, with: Self.littleEndian(partition.start / Self.sector))
        // Without the jump the code corrects a drive number that no disk has.
        boot.replaceSubrange(Self.driveCheckAt..<Self.driveCheckAt + 2, with: [0x90, 0x90])
        try disk.write(boot.prefix(Self.codeLength), at: 0)
    }

    private func place(_ layout: DiskLayout) throws -> Partition {
        guard let partition = layout[.biosBoot], coreImage.count <= partition.size else {
            throw Failure(.incompatible, "GRUB's core image (\(coreImage.count) bytes) does not fit into its partition")
        }
        return partition
    }

    private static func littleEndian(_ value: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
