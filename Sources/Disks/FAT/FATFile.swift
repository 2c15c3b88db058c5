import Host

/// A file for a new FAT file system.
public struct FATFile: Sendable {
    /// Where its bytes come from.
    public enum Content: Sendable {
        case bytes([UInt8])
        /// A file of this system.
        case file(String)

        /// How many bytes it has.
        public func size() throws -> Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .file(let path): try File.size(path)
            }
        }

        /// All its bytes.
        public func read() throws -> [UInt8] {
            switch self {
            case .bytes(let bytes): bytes
            case .file(let path): try File.read(path)
            }
        }
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
