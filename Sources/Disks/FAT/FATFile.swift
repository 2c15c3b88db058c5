/// A file for a new FAT file system.
public struct FATFile: Sendable {
    /// Where its bytes come from.
    public enum Content: Sendable {
        case bytes([UInt8])
        /// A file of this system.
        case file(String)
    }

    /// The path from the root: `/EFI/BOOT/grubx64.efi`.
    public let path: String
    /// Its bytes.
    public let content: Content

    /// A file.
    public init(_ path: String, _ content: Content) {
        self.path = path
        self.content = content
    }

    /// A file with these bytes.
    public init(_ path: String, bytes: [UInt8]) { self.init(path, .bytes(bytes)) }
}
