import CBlkid
import Glibc
import Host

/// What libblkid recognises in a partition: a file system, a hash tree, swap, LVM or RAID.
public struct FileSystem: Hashable, Sendable {
    /// `ext4`, `vfat`, `squashfs`, `DM_verity_hash`, `iso9660` … (libblkid's names).
    public let type: String
    /// The label; nil when it has none.
    public let label: String?
    /// The identifier as text; FAT's has the form `ABCD-1234`.
    public let identifier: String?
    /// The version of the format, where it has several.
    public let version: String?

    /// The type of what libblkid takes for more than one thing.
    static let several = "several"
    /// What libblkid says then.
    private static let ambivalent: Int32 = -2

    /// Looks at a part of a disk or an image file; without root when the file is readable.
    ///
    /// - Parameters:
    ///   - offset: the first byte
    ///   - size: how many bytes belong to it; 0 for all up to the end
    /// - Returns: nil when nothing is recognised; several things that exclude each other are one of the type `several`
    /// - Throws: when the file cannot be read
    public static func probe(_ path: String, offset: Int = 0, size: Int = 0) throws -> FileSystem? {
        let descriptor = try check("open \"\(path)\"") { Glibc.open(path, O_RDONLY | O_CLOEXEC) }
        defer { close(descriptor) }
        guard let probe = blkid_new_probe() else { throw systemFailure(ENOMEM, "read \"\(path)\"") }
        defer { blkid_free_probe(probe) }
        // Refused for a part that begins behind the end, which a damaged table can name.
        guard blkid_probe_set_device(probe, descriptor, blkid_loff_t(offset), blkid_loff_t(size)) == 0 else {
            return nil
        }
        blkid_probe_enable_superblocks(probe, 1)
        blkid_probe_set_superblocks_flags(
            probe, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE | BLKID_SUBLKS_VERSION)
        let result = blkid_do_safeprobe(probe)
        // Nobody can say which of them counts, but it is not nothing.
        if result == Self.ambivalent {
            return FileSystem(type: Self.several, label: nil, identifier: nil, version: nil)
        }
        guard result == 0, let type = value("TYPE", probe) else { return nil }
        return FileSystem(
            type: type, label: value("LABEL", probe), identifier: value("UUID", probe),
            version: value("VERSION", probe))
    }

    private static func value(_ name: String, _ probe: OpaquePointer) -> String? {
        var text: UnsafePointer<CChar>?
        guard blkid_probe_lookup_value(probe, name, &text, nil) == 0, let text else { return nil }
        return String(cString: text)
    }
}
