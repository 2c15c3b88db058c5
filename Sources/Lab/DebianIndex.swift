import Archives
import Glibc
import Host
import Transfer

/// What the archive says about one package.
struct DebianPackage: Sendable {
    var name: String
    var version: DebianVersion
    /// Where it is: the mirror's address and the path below it.
    var url: String
    var size: Int
    var checksum: Checksum
    var fields: [String: String]
}

/// The packages of some suites of Debian's archive.
struct DebianIndex: Sendable {
    private(set) var packages: [String: DebianPackage] = [:]

    /// Adds what a `Packages` file lists; of several versions the newest stays.
    ///
    /// - Parameters:
    ///   - isWanted: called with the name; the rest of an unwanted stanza is not read
    mutating func add(packages text: [UInt8], base: String, isWanted: (String) -> Bool) throws {
        try text.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                let end = Self.endOfStanza(bytes, from: position)
                let stanza = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
                position = end + 2
                // Every stanza begins with the name.
                guard stanza.starts(with: "Package: ".utf8) else { continue }
                let name = String(decoding: stanza.dropFirst(9).prefix { $0 != 0x0A }, as: UTF8.self)
                guard isWanted(name) else { continue }
                try add(name, DebPackage.fields(String(decoding: stanza, as: UTF8.self)), base: base)
            }
        }
    }

    /// The position of the empty line that ends a stanza.
    private static func endOfStanza(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while let base = bytes.baseAddress, let found = memchr(base + position, 0x0A, bytes.count - position) {
            position = UnsafeRawPointer(found) - base
            if position + 1 >= bytes.count || bytes[position + 1] == 0x0A { return position }
            position += 1
        }
        return bytes.count
    }

    private mutating func add(_ name: String, _ fields: [String: String], base: String) throws {
        guard let version = fields["Version"], let path = fields["Filename"],
            let size = fields["Size"].flatMap({ Int($0) }),
            let checksum = fields["SHA256"].flatMap({ Checksum(.sha256, hex: $0) }), !path.contains("..")
        else { throw Failure(.signature, "the package index of \(redacted(base)) is damaged at \"\(name)\"") }
        let package = DebianPackage(
            name: name, version: DebianVersion(version), url: Path.join(base, path), size: size, checksum: checksum,
            fields: fields)
        if let known = packages[name], !package.version.isNewer(than: known.version) { return }
        packages[name] = package
    }

    /// Resolves the `from` of the map: a name, or `META>GLOB` for the package that META depends on.
    func find(_ source: String) -> DebianPackage? {
        let parts = source.split(separator: ">", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return packages[source] }
        guard let meta = packages[parts[0]] else { return nil }
        let names = (meta.fields["Depends"] ?? "").split(separator: ",").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        return names.first { ShellPattern(parts[1]).matches($0) }.flatMap { packages[$0] }
    }
}
