public import Document
import Packages

extension ArtefactInspection {
    /// The result object of `nodewright inspect --json`.
    public var json: JSONValue {
        [
            "result": "done", "artefact": .string(path), "kind": .string(kind), "size": .integer(size),
            "sha256": .optional(sha256), "sha256-listed": .optional(expectedSHA256),
            "listed-files": .integer(listedFiles), "changed-files": .strings(changedFiles), "label": .optional(label),
            "partition-table": table.map(Self.json) ?? .null,
            "boot-entries": .array(bootEntries.map(Self.json)), "verity": .array(checks.map(Self.json)),
            "kernels": .array(
                kernels.map {
                    [
                        "name": .string($0.part.name), "size": .integer($0.part.size),
                        "version": .string($0.version),
                    ]
                }),
            "initramfs": .array(
                initramfs.map {
                    [
                        "name": .string($0.part.name), "size": .integer($0.part.size),
                        "segments": .array($0.segments.map(Self.json)),
                    ]
                }),
            "roots": .array(roots.map(Self.json)),
            "image": manifest.map(Self.json) ?? .null,
            "package-database": .bool(hasDatabase),
            "packages": .array(packages.map(Self.json)),
        ]
    }

    private static func json(_ table: PartitionSummary.Table) -> JSONValue {
        [
            "kind": .string(table.kind), "identifier": .string(table.identifier),
            "partitions": .array(
                table.partitions.map {
                    [
                        "number": .integer($0.number), "name": .string($0.name), "type": .string($0.type),
                        "identifier": .optional($0.identifier), "start": .integer($0.start), "size": .integer($0.size),
                        "file-system": .optional($0.fileSystem), "label": .optional($0.label),
                    ]
                }),
        ]
    }

    private static func json(_ entry: BootEntry) -> JSONValue {
        [
            "titles": .strings(entry.titles), "id": .optional(entry.id), "kernel": .optional(entry.kernel),
            "arguments": .strings(entry.arguments), "initramfs": .strings(entry.initramfs),
        ]
    }

    private static func json(_ check: HashTree.Check) -> JSONValue {
        [
            "name": .string(check.name), "root-hash": .optional(check.rootHash),
            "matches": .bool(check.problem == nil), "problem": .optional(check.problem),
        ]
    }

    private static func json(_ segment: InitramfsImage.Segment) -> JSONValue {
        [
            "compression": .string(segment.compression), "compressed": .integer(segment.compressed),
            "size": .integer(segment.size), "files": .integer(segment.files), "modules": .integer(segment.modules),
        ]
    }

    private static func json(_ root: RootSummary) -> JSONValue {
        [
            "name": .string(root.part.name), "size": .integer(root.part.size),
            "compression": .string(root.compression), "block-size": .integer(root.blockSize),
            "created": .integer(root.created), "files": .integer(root.files), "bytes": .integer(root.bytes),
        ]
    }

    private static func json(_ manifest: ImageManifest) -> JSONValue {
        [
            "name": .string(manifest.name), "version": .string(manifest.version), "arch": .string(manifest.arch),
            "source-date": .integer(manifest.sourceDate), "kernel": .string(manifest.kernel),
            "kernel-arguments": .strings(manifest.kernelArguments),
        ]
    }

    private static func json(_ package: PackageFacts) -> JSONValue {
        [
            "nevra": .string(package.nevra), "name": .string(package.name), "license": .string(package.license),
            "installed-size": .integer(package.installedSize),
        ]
    }
}
