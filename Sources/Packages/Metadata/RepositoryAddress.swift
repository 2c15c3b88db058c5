import Host

/// Addresses of repositories and of what is in them.
enum RepositoryAddress {
    /// The path that a `file:` URL or a plain absolute path means; nil for anything on a network.
    static func localPath(_ address: String) -> String? {
        if address.hasPrefix("/") { return address }
        guard address.hasPrefix("file:") else { return nil }
        var rest = address.dropFirst(5)
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            if rest.hasPrefix("localhost/") { rest = rest.dropFirst(9) }
        }
        return rest.hasPrefix("/") ? decoded(rest) : nil
    }

    /// `base/location`, where the location's special characters are escaped for the network.
    static func joined(_ base: String, _ location: String) -> String {
        localPath(base) != nil ? Path.join(base, location) : Path.join(base, encoded(location))
    }

    /// The address as libcurl takes it.
    static func url(_ address: String) -> String {
        localPath(address).map { "file://" + encoded($0) } ?? address
    }

    private static func encoded(_ path: String) -> String {
        path.utf8.map { byte in
            let plain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~/".utf8.contains(byte)
            if plain { return String(Unicode.Scalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
