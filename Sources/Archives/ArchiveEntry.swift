/// One member of an archive, without its content.
public struct ArchiveEntry: Sendable {
    /// What kind of file it is.
    public enum Kind: Sendable {
        case regular, folder, link, characterDevice, blockDevice, fifo, other
    }

    /// The path as the archive has it.
    public var path: String
    /// What kind of file it is.
    public var kind: Kind
    /// Permission bits with setuid, setgid and sticky; no type bits.
    public var mode: UInt32
    /// The name of the owner; empty when the archive has only numbers.
    public var user = ""
    /// The name of the group; empty when the archive has only numbers.
    public var group = ""
    /// The number of the owner.
    public var userID = 0
    /// The number of the group.
    public var groupID = 0
    /// The size of the content in bytes; 0 for everything but regular files.
    public var size = 0
    /// The time of the last change, in seconds since 1970.
    public var modified = 0
    /// Where a symbolic link points.
    public var linkTarget: String?
    /// The path of an earlier member that this one is another name of; such a member has no content of its own.
    public var hardLink: String?
    /// How many names the file has. In a cpio archive the first name must say 2 or more for later ones to join it.
    public var linkCount = 1
    /// Major and minor number of a device.
    public var device: (major: Int, minor: Int) = (0, 0)
    /// Extended attributes (`security.capability`); only pax archives carry them.
    public var attributes: [(name: String, value: [UInt8])] = []

    /// An entry owned by root, changed at 0 seconds of 1970.
    public init(path: String, kind: Kind, mode: UInt32) {
        self.path = path
        self.kind = kind
        self.mode = mode
    }
}
