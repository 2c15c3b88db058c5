import Artefacts
import Document
import Host
import Inspection
import Packages
import Recipe
import RootTree
public import Sandbox

/// Packing the finished root tree into its squashfs, inside a worker, where the tree's layers can be mounted.
public struct RootPacking: Sendable {
    /// The workers of this module, by name; the program registers them with `Worker.serve`.
    public static let workers: [String: Worker.Body] = ["pack": RootPacking.worker]

    /// The root file system in the stage folder.
    static let image = "root.squashfs"
    /// Its listing: kind, mode, owner, size, checksum, capabilities and path of everything in it.
    static let listing = "root.list"

    /// The installed packages.
    let base: String
    /// The changes of the recipe.
    let customised: String
    /// The RPM files, whose headers give owners, modes and capabilities.
    let packages: [String]
    let epoch: Int
    let compression: ResolvedRecipe.Image.Compression
    let blockSize: Int
    /// What the image will say about itself, without the counts of files.
    let manifest: ImageManifest
    /// The places of the recipe as the manifest names them.
    let places: RecipePlaces

    /// Packs in a worker; image and listing go into the folder `output`.
    func run(_ worker: Worker, output: String) throws {
        _ = try worker.run("pack", job: JSON.bytes(json(worker.rung, output: output)))
    }

    private func json(_ rung: Rung, output: String) -> JSONValue {
        var level = 0
        if case .zstd(let number) = compression { level = number }
        return [
            "base": .string(base), "customised": .string(customised), "packages": .strings(packages),
            "epoch": .integer(epoch), "zstd-level": .integer(level), "block-size": .integer(blockSize),
            "output": .string(output), "rung": .string(rung.rawValue), "manifest": manifest.json,
            "places": .object(places.table.mapValues { .string($0) }),
        ]
    }

    private static let worker: Worker.Body = { job, progress in
        let job = try JSON.parse(job, file: "the job of packing", limit: JSON.largestLimit)
        func text(_ key: String) throws -> String {
            guard let text = job[key]?.string else { throw Failure(.internalError, "\"\(key)\" is missing in the job") }
            return text
        }
        func number(_ key: String) throws -> Int {
            guard let number = job[key]?.integer else {
                throw Failure(.internalError, "\"\(key)\" is missing in the job")
            }
            return number
        }
        guard let rung = Rung(rawValue: try text("rung")) else { throw Failure(.internalError, "unknown rung") }
        let customised = try text("customised")
        let output = try text("output")
        let epoch = try number("epoch")
        let tree = try WorkingTree(base: try text("base"), stage: customised).open(rung: rung)
        let files = try PackageHeader.files(ofPackages: (job["packages"]?.sequence ?? []).compactMap(\.string))
        let report = try CustomisationReport(stage: customised)
        let table = try OwnershipTable(tree, packages: files, rules: report.rules)
        var root = try ImageTree(tree, ownership: table, epoch: epoch)
        guard let manifest = job["manifest"] else { throw Failure(.internalError, "the job has no manifest") }
        let counted = ManifestCount(tree: root, ownership: table, report: report, places: job["places"])
        let manifestFile = Path.join(output, Path.name(ImageManifest.path))
        try File.write(
            manifestFile,
            JSON.bytes(try counted.complete(ImageManifest(json: JSON.bytes(JSONValue(manifest)), file: "the job")).json)
        )
        try root.add(ImageManifest.path, from: manifestFile, modified: epoch)
        let checksums = try root.checksums()
        var squashfs = Squashfs(epoch: epoch, progress: progress)
        let level = try number("zstd-level")
        squashfs.compression = level == 0 ? .xz : .zstd(level: level)
        squashfs.blockSize = try number("block-size")
        squashfs.earlier = earlierImages(beside: output)
        try squashfs.write(
            root.entries.map { try SquashfsEntry($0, of: root, checksums) }, to: Path.join(output, image))
        try File.write(Path.join(output, listing), root.listing(checksums))
        return []
    }

    /// The images of other builds: stages of the same kind lie side by side.
    private static func earlierImages(beside work: String) -> [String] {
        let stages = Path.parent(work)
        let others = ((try? Folder.list(stages)) ?? []).filter { !$0.hasPrefix(".") }
        return others.map { Path.join(stages, $0 + "/" + image) }
    }
}
