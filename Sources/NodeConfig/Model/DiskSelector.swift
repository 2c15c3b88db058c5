/// Properties by which a disk is found; all that are given must hold.
public struct DiskSelector: Hashable, Sendable {
    /// How a disk is attached: udev's `ID_BUS`, or what the kernel's name says.
    public enum Transport: String, Hashable, Sendable, CaseIterable {
        case ata
        case scsi
        case nvme
        case virtio
        case usb
        case mmc
        case cciss
    }

    /// Which of several disks is taken.
    public enum Choice: String, Hashable, Sendable, CaseIterable {
        /// None: exactly one disk must fit.
        case only
        /// The first in the order of names.
        case first
        case smallest
        case largest
    }

    /// A path below `/dev` or a pattern of such paths: `/dev/sda`, `/dev/disk/by-id/wwn-0x5000*`.
    public var device: String?
    /// The serial number.
    public var serial: String?
    /// The World Wide Name.
    public var wwn: String?
    /// The model or a pattern of it.
    public var model: String?
    /// How it is attached.
    public var transport: Transport?
    /// The smallest size.
    public var minimumSize: ByteSize?
    /// The largest size.
    public var maximumSize: ByteSize?
    /// Which of several disks is taken; `only` unless given.
    public var choose: Choice?

    /// Nothing given: any disk.
    public init() {}
}
