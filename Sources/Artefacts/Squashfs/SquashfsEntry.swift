public import Transfer

/// One path of a squashfs.
public struct SquashfsEntry: Sendable {
    /// What stands at the path.
    public enum Kind: Sendable {
        /// A file whose content is at `content` on the build host, with its size in bytes and its checksum (SHA-256).
        case regular(content: String, size: Int, checksum: Checksum)
        case folder
        case link(to: String)
        /// Another name of the file at an earlier path.
        case hardLink(to: String)
        case fifo
    }

    /// The path from the root of the file system: `/usr/bin/sh`.
    public var path: String
    /// What stands there.
    public var kind: Kind
    /// Permission bits with setuid, setgid and sticky.
    public var mode: UInt32
    /// The user's number.
    public var userID: Int
    /// The group's number.
    public var groupID: Int
    /// The time of the last change, in seconds since 1970.
    public var modified: Int
    /// Extended attributes by their full names.
    public var attributes: [(name: String, value: [UInt8])]

    /// A path.
    public init(
        path: String, kind: Kind, mode: UInt32, userID: Int, groupID: Int, modified: Int,
        attributes: [(name: String, value: [UInt8])] = []
    ) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.userID = userID
        self.groupID = groupID
        self.modified = modified
        self.attributes = attributes
    }
}
