import Artefacts
import Document
import Host
import Inspection
import Packages
import Transfer

/// The bills of materials beside the artefacts: one pair for all artefacts of a name.
struct BillWriting {
    /// The kind of the note beside them.
    static let kind = "sbom"

    let record: ArtefactRecord
    let output: String
    let artefacts: [BuildResult.Artefact]

    /// Changes with the artefacts and with the program.
    func key(program: Checksum) -> Checksum {
        var digest = Digest()
        digest.update(field: "sbom \(program.hex)")
        for artefact in artefacts { digest.update(field: Path.name(artefact.path) + artefact.sha256) }
        return digest.finish()
    }

    /// Writes the files.
    ///
    /// - Parameters:
    ///   - rootStage: the finished stage of the root file system, where the image's manifest lies
    ///   - bootPackages: the packages of the boot loader's tree
    func write(key: Checksum, baseName: String, rootStage: String, bootPackages: [StoredPackage]) throws -> [BuildResult
        .Artefact]
    {
        let file = Path.join(rootStage, Path.name(ImageManifest.path))
        let manifest = try ImageManifest(json: try File.read(file, limit: JSON.largestLimit), file: file)
        // Of the boot loader's tree only these leave something in an artefact; the rest are the tools' libraries.
        let loader = bootPackages.filter { package in
            ["shim", "grub2-efi", "grub2-pc"].contains { package.package.name.hasPrefix($0) }
        }
        let facts = try PackageHeader.facts(ofPackages: loader.map(\.path))
        let bill = BillOfMaterials(
            manifest: manifest, bootLoader: zip(facts, loader).map { .init(facts: $0, locked: $1.package) },
            artefacts: artefacts.map { .init(name: Path.name($0.path), sha256: $0.sha256) })
        let files = try bill.documents.map { document in
            let path = Path.join(output, baseName + document.ending)
            try File.write(path, JSON.text(document.json, pretty: true))
            return path
        }
        return try record.write(Self.kind, key: key, files: files)
    }
}
