public import Document
import Host
import Packages

extension ImageManifest {
    /// The manifest as it is written.
    public var json: JSONValue {
        [
            "format": .integer(Self.format), "name": .string(name), "version": .string(version), "arch": .string(arch),
            "source-date": .integer(sourceDate), "kernel": .string(kernel),
            "kernel-arguments": .strings(kernelArguments),
            "sizes": sizes.map {
                ["esp": .integer($0.esp), "slot": .optional($0.slot), "state": .integer($0.state)]
            } ?? .null,
            "requests": .array(requests.map { ["text": .string($0.text), "place": .string($0.place)] }),
            "packages": .array(packages.map(\.json)),
            "trims": .array(
                trims.map {
                    [
                        "rule": .string($0.rule), "place": .string($0.place), "files": .integer($0.files),
                        "bytes": .integer($0.bytes),
                    ]
                }),
            "files": .array(
                files.map {
                    ["path": .string($0.path), "bytes": .integer($0.bytes), "place": .optional($0.place)]
                }),
        ]
    }

    /// Reads a manifest; it may come from anywhere.
    ///
    /// - Parameter file: how errors name it
    /// - Throws: `.invalidInput` with the place of the first mistake; `.incompatible` for a form of another version
    public init(json: [UInt8], file: String) throws {
        let node = try JSON.parse(json, file: file, limit: Self.limit)
        if let format = node["format"]?.integer, format != Self.format {
            throw Failure(
                .incompatible, "\"\(file)\" has the form \(format), this program reads \(Self.format)",
                hint: "use the nodewright that made the image, or a newer one")
        }
        let diagnostics = Diagnostics()
        // Keys that are not known are left alone: a later version may add some.
        let reader = MappingReader(node, diagnostics)
        self.init(
            name: reader.string("name") ?? "", version: reader.string("version") ?? "",
            arch: reader.string("arch") ?? "", sourceDate: reader.integer("source-date") ?? 0,
            kernel: reader.string("kernel") ?? "", kernelArguments: reader.strings("kernel-arguments"),
            requests: reader.sequence("requests").map { Request($0, diagnostics) },
            packages: reader.sequence("packages").map { Package($0, diagnostics) })
        if let node = reader.node("sizes", required: false), !node.isNull {
            let sizes = MappingReader(node, diagnostics)
            self.sizes = Sizes(
                esp: sizes.integer("esp") ?? 0, slot: sizes.node("slot", required: false)?.integer,
                state: sizes.integer("state") ?? 0)
        }
        trims = reader.sequence("trims").map { Trim($0, diagnostics) }
        files = reader.sequence("files").map { AddedFile($0, diagnostics) }
        try diagnostics.throwFirst()
    }
}

extension ImageManifest.Package {
    fileprivate var json: JSONValue {
        [
            "name": .string(facts.name), "epoch": .integer(facts.epoch), "version": .string(facts.version),
            "release": .string(facts.release), "arch": .string(facts.architecture), "license": .string(facts.license),
            "vendor": .string(facts.vendor), "source": .optional(facts.source), "url": .optional(facts.url),
            "summary": .string(facts.summary), "checksum": .string(checksum), "size": .integer(size),
            "installed-size": .integer(facts.installedSize), "repository": .string(repository),
            "reason": [reason.kind: .string(reason.subject)], "files": .integer(files), "bytes": .integer(bytes),
        ]
    }

    fileprivate init(_ node: Node, _ diagnostics: Diagnostics) {
        let reader = MappingReader(node, diagnostics)
        let facts = PackageFacts(
            name: reader.string("name") ?? "", epoch: reader.integer("epoch") ?? 0,
            version: reader.string("version") ?? "", release: reader.string("release") ?? "",
            architecture: reader.string("arch") ?? "", license: reader.string("license") ?? "",
            vendor: reader.string("vendor") ?? "", source: reader.text("source"), url: reader.text("url"),
            summary: reader.string("summary") ?? "", installedSize: reader.integer("installed-size") ?? 0)
        var reason: PackageReason?
        if let entry = reader.node("reason")?.mapping?.first, let subject = entry.value.string {
            reason = PackageReason(kind: entry.key, subject: subject)
        }
        if reason == nil { diagnostics.error(at: node.position, "\"reason\" is none that this program knows") }
        self.init(
            facts: facts, checksum: reader.string("checksum") ?? "", size: reader.integer("size") ?? 0,
            repository: reader.string("repository") ?? "", reason: reason ?? .request(""),
            files: reader.integer("files") ?? 0, bytes: reader.integer("bytes") ?? 0)
    }
}

extension ImageManifest.Request {
    fileprivate init(_ node: Node, _ diagnostics: Diagnostics) {
        let reader = MappingReader(node, diagnostics)
        self.init(text: reader.string("text") ?? "", place: reader.string("place") ?? "")
    }
}

extension ImageManifest.Trim {
    fileprivate init(_ node: Node, _ diagnostics: Diagnostics) {
        let reader = MappingReader(node, diagnostics)
        self.init(
            rule: reader.string("rule") ?? "", place: reader.string("place") ?? "",
            files: reader.integer("files") ?? 0,
            bytes: reader.integer("bytes") ?? 0)
    }
}

extension ImageManifest.AddedFile {
    fileprivate init(_ node: Node, _ diagnostics: Diagnostics) {
        let reader = MappingReader(node, diagnostics)
        self.init(
            path: reader.string("path") ?? "", bytes: reader.integer("bytes") ?? 0, place: reader.text("place"))
    }
}

extension MappingReader {
    /// Text, or null.
    fileprivate func text(_ key: String) -> String? { node(key, required: false)?.string }
}
