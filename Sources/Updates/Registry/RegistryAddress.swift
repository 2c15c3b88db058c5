import Host

/// The address of a repository in an OCI registry: `oci://registry.example.org/team/updates`, with `:TAG` behind it for another tag
/// than `latest`.
public struct RegistryAddress: Hashable, Sendable, CustomStringConvertible {
    /// Its beginning.
    public static let scheme = "oci://"

    /// Name and port of the server: `registry.example.org`, `127.0.0.1:5000`
    public let host: String
    /// The repository's name on the server: `team/updates`
    public let name: String
    /// Which state of it: `latest`
    public let tag: String

    /// Reads an address (distribution specification 1.1, "Pulling manifests").
    ///
    /// - Throws: `.invalidInput` when it is none
    public init(_ text: String) throws {
        let wrong = Failure(
            .invalidInput, "\"\(text)\" is not the address of a repository in a registry",
            hint: "it is oci://HOST/NAME, with NAME in lower case")
        guard text.hasPrefix(Self.scheme) else { throw wrong }
        let rest = text.dropFirst(Self.scheme.count)
        guard let slash = rest.firstIndex(of: "/") else { throw wrong }
        host = String(rest[..<slash])
        let parts = rest[rest.index(after: slash)...].split(separator: ":", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2 else { throw wrong }
        name = String(first)
        tag = parts.count == 2 ? String(parts[1]) : "latest"
        let components = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = components.allSatisfy { component in
            guard let first = component.utf8.first, Self.isPlain(first) else { return false }
            return component.utf8.allSatisfy { Self.isPlain($0) || "._-".utf8.contains($0) }
        }
        let isHost = !host.isEmpty && host.utf8.allSatisfy { Self.isPlain($0) || ".-:[]".utf8.contains($0) }
        guard isName, isHost, name.utf8.count <= 255, ReleaseName.isValid(tag) else { throw wrong }
    }

    /// The address of the server's interface. Without encryption only on this machine.
    public var base: String { "\(isLocal ? "http" : "https")://\(host)/v2/\(name)/" }

    /// Whether the server is this machine.
    var isLocal: Bool {
        let name =
            host.hasPrefix("[") ? String(host.prefix { $0 != "]" }.dropFirst()) : String(host.prefix { $0 != ":" })
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback = numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
        return name == "localhost" || name == "::1" || isLoopback
    }

    /// As it was written, with the tag.
    public var description: String { "\(Self.scheme)\(host)/\(name):\(tag)" }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
