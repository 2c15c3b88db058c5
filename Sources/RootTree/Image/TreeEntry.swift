/// One path of the image with everything that the image says about it, except its content.
public struct TreeEntry: Sendable, Equatable {
    /// What stands at the path.
    public enum Kind: Sendable, Equatable {
        case regular(size: Int)
        case folder
        case link(to: String)
        /// Another name of an earlier path.
        case hardLink(to: String)
        case fifo
    }

    /// The path from the root of the image.
    public var path: String
    /// What stands there.
    public var kind: Kind
    /// Permission bits with setuid, setgid and sticky.
    public var mode: UInt32
    /// The user's number.
    public var userID: Int
    /// The group's number.
    public var groupID: Int
    /// Capabilities of a program.
    public var capabilities: FileCapabilities?
    /// The time of the last change, in seconds since 1970.
    public var modified: Int
}
