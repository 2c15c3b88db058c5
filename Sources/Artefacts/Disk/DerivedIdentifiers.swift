import Disks
import Host
import Transfer

/// Identifiers that come from the content of an image, so that two builds of the same are equal.
enum DerivedIdentifiers {
    /// Those of a disk whose content has this checksum.
    static func disk(_ content: Checksum) -> DiskIdentifiers {
        DiskIdentifiers { name in uuid(content, name) }
    }

    /// The first half of a checksum.
    static func uuid(_ checksum: Checksum) -> UUID {
        let digits = Array(checksum.hex.utf8).prefix(32).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return UUID(digest: stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }

    /// An identifier for one of several things of the same content.
    static func uuid(_ content: Checksum, _ name: String) -> UUID {
        var digest = Digest()
        digest.update(field: content.hex)
        digest.update(field: name)
        return uuid(digest.finish())
    }
}
