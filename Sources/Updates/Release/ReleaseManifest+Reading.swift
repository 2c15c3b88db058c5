import Document
import Host
import Transfer

extension ReleaseManifest {
    /// Reads a manifest of form 1 or 2.
    ///
    /// Keys that are not known are left alone: it is signed, and what a later version adds must not keep nodes from upgrading to
    /// it. What they have to understand gets another form.
    ///
    /// - Parameter file: how messages name it
    /// - Throws: `.incompatible` for a later form, `.invalidInput` for everything that is wrong, with its place
    public init(_ bytes: [UInt8], file: String) throws {
        let node = try JSON.parse(bytes, file: file, limit: Self.limit)
        let found = Diagnostics()
        let reader = MappingReader(node, found)
        let form = try Form.check(reader.integer("format", in: 1...Int.max), newest: Self.format, file: file, found)
        let optional = form == 1

        func text(_ key: String, _ expected: String, required: Bool = true, _ isRight: (String) -> Bool) -> String? {
            guard let node = reader.node(key, required: required), !node.isNull || required else { return nil }
            if let text = node.string, isRight(text) { return text }
            found.error(at: node.position, "\"\(key)\" must be \(expected)")
            return nil
        }
        let nameText = "a name of letters, digits, \".\", \"_\", \"+\" and \"-\", at most 64"
        let versionText = "a version of letters, digits, \".\", \"_\", \"+\", \"-\", \"~\" and \"^\", at most 64"
        let name = text("name", nameText) { ReleaseName.isValid($0) }
        let version = text("version", versionText) { ReleaseVersion($0) != nil }.flatMap { ReleaseVersion($0) }
        let architecture = text("architecture", nameText) { ReleaseName.isValid($0) }
        let compatibility = text("compatibility", nameText, required: !optional) { ReleaseName.isValid($0) }
        let schema = reader.integer("configurationSchema", in: 1...1_000_000, required: !optional)
        let minimum = text("minimumVersion", versionText, required: false) { ReleaseVersion($0) != nil }
        let notes = text("notes", "text of at most \(Self.longestNotes) bytes", required: false) {
            $0.utf8.count <= Self.longestNotes
        }
        let epoch = reader.integer("time", in: 0...253_402_300_799)
        let rootHash = text("rootHash", "64 hexadecimal digits") { Checksum(.sha256, hex: $0)?.hex == $0 }
        let salt = text("salt", "at most 512 hexadecimal digits", required: false) {
            $0.utf8.count <= 512 && $0.utf8.count % 2 == 0 && $0.allSatisfy { $0.isHexDigit && !$0.isUppercase }
        }
        let arguments = reader.strings("kernelArguments")
        let files = reader.sequence("files").compactMap { Self.file($0, found) }
        try found.throwFirst()
        if Set(files.map(\.name)).count != files.count {
            found.error(at: reader.position, "\"files\" names a file twice")
        }
        for missing in Self.required where !files.contains(where: { $0.name == missing }) {
            found.error(at: reader.position, "\"files\" lacks \(missing)")
        }
        try found.throwFirst()
        guard let name, let version, let architecture, let epoch, let rootHash else {
            throw Failure(.internalError, "\(file): reading ended without a result")
        }
        self.init(
            name: name, version: version, architecture: architecture, compatibility: compatibility,
            configurationSchema: schema ?? 1, minimumVersion: minimum.flatMap { ReleaseVersion($0) },
            notes: notes ?? "", kernelArguments: arguments, rootHash: rootHash, salt: salt, epoch: epoch, files: files)
    }

    private static func file(_ node: Node, _ found: Diagnostics) -> File? {
        let reader = MappingReader(node, found)
        let name = reader.string("name")
        let size = reader.integer("size", in: 0...largestFile)
        let hex = reader.string("sha256")
        guard let name, let size, let hex else { return nil }
        guard ReleaseName.isValid(name), name != fileName else {
            found.error(at: node.position, "\"name\" must be the name of a file beside the manifest")
            return nil
        }
        guard let sha256 = Checksum(.sha256, hex: hex) else {
            found.error(at: node.position, "\"sha256\" must be 64 hexadecimal digits")
            return nil
        }
        return File(name: name, size: size, sha256: sha256)
    }
}
