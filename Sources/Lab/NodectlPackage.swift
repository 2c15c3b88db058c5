import Host
import Transfer

/// nodectl as an RPM of its own, built by rpmbuild from the project's spec file.
struct NodectlPackage: Sendable {
    private let request: LabRequest
    private let progress: ProgressSink
    private let program: String
    private let packaging: String
    /// Paths below the folder of units.
    private let inputs: [String]
    /// Changes whenever the package has to be built again.
    let fingerprint: String

    /// Nil, after a warning, when there is no nodectl to package.
    init?(_ request: LabRequest, progress: @escaping ProgressSink) throws {
        guard let program = request.nodectl, let packaging = request.packaging, File.exists(program),
            File.exists(Path.join(packaging, "nodectl.spec"))
        else {
            progress(.warning("there is no nodectl to package, so the repository \"nodewright\" stays empty"))
            return nil
        }
        self.request = request
        self.progress = progress
        self.program = program
        self.packaging = packaging
        let units = Path.join(packaging, "units")
        let names = File.exists(units) ? try Folder.walk(units).filter { $0 != "README" } : []
        inputs = names.filter { File.kind(Path.join(units, $0)) == .regular }
        var digest = Digest()
        for path in [program, Path.join(packaging, "nodectl.spec")] + inputs.map({ Path.join(units, $0) }) {
            digest.update(field: path == program ? "nodectl" : String(path.dropFirst(packaging.utf8.count)))
            digest.update(field: try Checksum.of(file: path).hex)
        }
        fingerprint = digest.finish().hex
    }

    /// The package and one of a higher release with the same content, which upgrades are tested with.
    func build(_ key: SigningKey) throws -> (current: String, rebuilt: String) {
        let folder = Path.join(request.cache, "nodectl/\(fingerprint)-\(key.fingerprint.suffix(16))")
        if !File.exists(folder) {
            let aside = try Folder.temporary(in: Path.join(request.cache, "nodectl"), prefix: ".new")
            for release in ["1", "2"] { try build(release, in: aside, key) }
            try File.rename(aside, to: folder)
        }
        let names = try Folder.list(folder).filter { $0.hasSuffix(".rpm") }
        guard names.count == 2 else {
            throw Failure(.device, "\"\(folder)\" is damaged", hint: "remove it; the next run makes it again")
        }
        return (Path.join(folder, names[0]), Path.join(folder, names[1]))
    }

    private func build(_ release: String, in folder: String, _ key: SigningKey) throws {
        try Folder.withTemporary(prefix: "nodewright-rpmbuild") { top in
            let sources = Path.join(top, "SOURCES")
            try Folder.create(Path.join(sources, "units"))
            try Folder.create(Path.join(top, "BUILD"))
            try Command("strip", ["-o", Path.join(sources, "nodectl"), program], progress: progress).run().check()
            for unit in inputs {
                let target = Path.join(sources, "units/\(unit)")
                try Folder.create(Path.parent(target))
                try File.copy(Path.join(packaging, "units/\(unit)"), to: target)
            }
            let version = try Command(program, ["--version"], progress: progress).run().check().text
            let number = version.split { $0 == " " || $0 == "\n" }.first { $0.first?.isNumber == true }.map(String.init)
            try Command(
                "rpmbuild",
                [
                    "-bb", "--target", "x86_64", "--define", "_topdir \(top)", "--define", "_sourcedir \(sources)",
                    "--define", "nodewright_version \(number ?? "0")", "--define", "nodewright_release \(release)",
                    "--define", "_binary_payload w3.zstdio", "--define", "_buildhost lab.nodewright.invalid",
                    "--define", "use_source_date_epoch_as_buildtime 1", "--define", "_build_id_links none",
                    Path.join(packaging, "nodectl.spec"),
                ], progress: progress
            ).run().check()
            let results = Path.join(top, "RPMS/x86_64")
            for name in try Folder.list(results) {
                try Command(
                    "rpmsign",
                    [
                        "--addsign", "--define", "__gpg \(Environment.program("gpg") ?? "gpg")", "--define",
                        "_gpg_name \(key.fingerprint)", "--define", "_gpg_path \(key.home)",
                        Path.join(results, name),
                    ],
                    environment: ["GNUPGHOME": key.home], progress: progress
                ).run().check()
                try File.copy(Path.join(results, name), to: Path.join(folder, name))
            }
        }
    }
}
