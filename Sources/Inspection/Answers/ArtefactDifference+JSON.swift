public import Document

extension ArtefactDifference {
    /// The result object of `nodewright diff --json`.
    public var json: JSONValue {
        [
            "result": "done", "old": .string(old.path), "new": .string(new.path), "same": .bool(isEmpty),
            "sizes": .array(
                sizes.map { ["name": .string($0.name), "old": .integer($0.old), "new": .integer($0.new)] }),
            "kernel": [
                "old": .optional(old.kernels.first?.version), "new": .optional(new.kernels.first?.version),
            ],
            "kernel-arguments": ["added": .strings(argumentsAdded), "removed": .strings(argumentsRemoved)],
            "packages": .array(
                packages.map {
                    [
                        "change": .string($0.kind.rawValue), "name": .string($0.name), "old": .optional($0.old),
                        "new": .optional($0.new), "bytes": .integer($0.bytes),
                    ]
                }),
            "files": .array(
                files.map {
                    [
                        "change": .string($0.kind.rawValue), "path": .string($0.path), "old": .optional($0.old),
                        "new": .optional($0.new), "what": .strings($0.what),
                    ]
                }),
        ]
    }
}
