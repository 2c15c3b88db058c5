import Disks
public import Document
import Host
import Packages
import Transfer

/// What the artefacts of a build contain, for auditors and vulnerability scanners: as SPDX 2.3 and as CycloneDX 1.6.
///
/// Equal builds give equal bytes: the time is the source date, identifiers are derived from the content.
public struct BillOfMaterials: Sendable {
    /// A file that the build has made.
    public struct Artefact: Sendable {
        /// Its name.
        public var name: String
        /// Its SHA-256 in hexadecimal.
        public var sha256: String

        /// A file.
        public init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    let manifest: ImageManifest
    /// The packages of the boot loader, whose programs lie beside the root file system.
    let bootLoader: [ImageManifest.Package]
    let artefacts: [Artefact]

    /// The bill of a build.
    public init(manifest: ImageManifest, bootLoader: [ImageManifest.Package], artefacts: [Artefact]) {
        self.manifest = manifest
        self.bootLoader = bootLoader
        self.artefacts = artefacts
    }

    /// The endings of the files, and what is in them.
    public var documents: [(ending: String, json: JSONValue)] { [(".spdx.json", spdx), (".cdx.json", cycloneDX)] }

    /// Every package once: some of the boot loader's are in the image, too.
    var packages: [ImageManifest.Package] {
        let installed = Set(manifest.packages.map(\.facts.nevra))
        return manifest.packages + bootLoader.filter { !installed.contains($0.facts.nevra) }
    }

    /// An identifier that is the same for the same content.
    var identifier: UUID {
        var digest = Digest()
        digest.update(field: JSON.text(manifest.json))
        for package in bootLoader { digest.update(field: package.checksum) }
        for artefact in artefacts { digest.update(field: artefact.name + artefact.sha256) }
        return UUID(digest: digest.finish().bytes)
    }
}
