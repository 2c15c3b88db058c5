import Document
import Inspection
import Packages
import RootTree

/// Counts what of each package is in an image, and lists what no package brought.
struct ManifestCount {
    let tree: ImageTree
    let ownership: OwnershipTable
    let report: CustomisationReport
    /// Places of the recipe as the manifest names them, by how the report names them.
    let places: Node?

    /// The manifest with its counts, trims and added files.
    func complete(_ manifest: ImageManifest) -> ImageManifest {
        var manifest = manifest
        var counts: [String: (files: Int, bytes: Int)] = [:]
        for entry in tree.entries where entry.kind != .folder {
            var bytes = 0
            if case .regular(let size) = entry.kind { bytes = size }
            let package = ownership.packages[entry.path]
            let source = ownership.sources[entry.path]
            if let package {
                counts[package, default: (0, 0)].files += 1
                counts[package, default: (0, 0)].bytes += bytes
            }
            if package == nil || source != nil {
                manifest.files.append(.init(path: entry.path, bytes: bytes, place: source.flatMap(place)))
            }
        }
        for index in manifest.packages.indices {
            let count = counts[manifest.packages[index].facts.nevra] ?? (0, 0)
            manifest.packages[index].files = count.files
            manifest.packages[index].bytes = count.bytes
        }
        manifest.trims = report.trims.map {
            .init(rule: $0.rule, place: place($0.position) ?? "", files: $0.files, bytes: $0.bytes)
        }
        return manifest
    }

    private func place(_ position: String) -> String? { places?[position]?.string }
}
