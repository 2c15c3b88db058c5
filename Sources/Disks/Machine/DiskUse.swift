/// Something that uses a disk now, which must end before the disk can be overwritten.
public enum DiskUse: Hashable, Sendable {
    /// A mounted file system.
    case mounted(device: String, place: String)
    case swap(device: String)
    /// A RAID, a volume of LVM or another mapping over it.
    case held(device: String, by: String)
    /// It is one of several ways to this disk.
    case path(of: String)

    /// For people: `sda2 is mounted at /boot`.
    public var text: String {
        switch self {
        case .mounted(let device, let place): "\(device) is mounted at \(place)"
        case .swap(let device): "\(device) is used as swap"
        case .held(let device, let holder): "\(device) is a part of \(holder)"
        case .path(let disk): "it is a path to \(disk)"
        }
    }

    /// What ends it.
    public var hint: String {
        switch self {
        case .mounted(_, let place): "umount \(place)"
        case .swap(let device): "swapoff /dev/\(device)"
        case .held(_, let holder):
            holder.hasPrefix("md") ? "mdadm --stop /dev/\(holder)" : "dmsetup remove \(holder), or vgchange -an"
        case .path(let disk): "install to \(disk)"
        }
    }
}
