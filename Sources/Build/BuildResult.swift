public import Document
public import RootTree

/// What a build has made, for the summary.
public struct BuildResult: Sendable {
    /// A finished file.
    public struct Artefact: Sendable {
        /// Where it is.
        public var path: String
        /// Its size in bytes.
        public var size: Int
        /// Its SHA-256 in hexadecimal.
        public var sha256: String

        fileprivate var json: JSONValue {
            ["path": .string(path), "size": .integer(size), "sha256": .string(sha256)]
        }
    }

    /// A part of the artefacts.
    public struct Part: Sendable, Equatable {
        /// `kernel`, `initramfs`, `root file system`, `boot files`.
        public var name: String
        /// Its size in bytes.
        public var size: Int
    }

    /// The files, in the order in which they were made.
    public var artefacts: [Artefact]
    /// The bills of materials beside them (SPDX, CycloneDX).
    public var documents: [Artefact]
    /// How many packages the image has.
    public var packages: Int
    /// What they take when they are installed, in bytes, as the repositories say.
    public var installedSize: Int
    /// Seconds of each stage that ran, in order; those from the cache are not in it.
    public var stages: [(name: String, seconds: Double)]
    /// What the image consists of; empty when everything was there already.
    public var parts: [Part]
    /// What each trim rule removed, in the order of the recipe; empty when everything was there already.
    public var trims: [CustomisationReport.Trim]
    /// Whether everything was there already.
    public var isUnchanged: Bool

    /// As the result object of `--json`.
    public var json: JSONValue {
        [
            "result": "done", "unchanged": .bool(isUnchanged), "packages": .integer(packages),
            "installed-size": .integer(installedSize),
            "artefacts": .array(artefacts.map(\.json)), "documents": .array(documents.map(\.json)),
            "stages": .array(
                stages.map { ["name": .string($0.name), "milliseconds": .integer(Int($0.seconds * 1000))] }),
            "parts": .array(parts.map { ["name": .string($0.name), "size": .integer($0.size)] }),
            "trims": .array(trims.map(\.json)),
        ]
    }
}
