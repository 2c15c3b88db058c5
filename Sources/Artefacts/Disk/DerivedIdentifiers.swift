import Disks
import Host
import Transfer

/// Identifiers that come from the content of an image, so that two builds of the same are equal.
enum DerivedIdentifiers {
    /// Those of a disk whose content has this checksum.
    static func disk(_ content: Checksum) -> DiskIdentifiers {
        DiskIdentifiers { name in uuid(content, name) }
    }

    /// An identifier for one of several things of the same content.
    static func uuid(_ content: Checksum, _ name: String) -> UUID {
        var digest = Digest()
        digest.update(field: content.hex)
        digest.update(field: name)
        return UUID(digest: digest.finish().bytes)
    }
}
