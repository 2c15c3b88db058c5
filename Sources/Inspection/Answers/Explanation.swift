public import Document
import Host
import Packages

/// Why a path or a package is in an image: who owns it, and the whole way back to the line of the recipe.
public struct Explanation: Sendable {
    /// A package with the way to its request.
    struct Origin: Sendable {
        let package: PackageFacts
        let repository: String?
        let chain: [ImageManifest.Step]
        let request: ImageManifest.Request?
    }

    /// What was asked about.
    let subject: String
    /// The path without links; nil when a package was asked about.
    let path: String?
    /// What stands at the path; nil when nothing does.
    let entry: RootFileSystem.Entry?
    /// The packages that own it, or that it is.
    let origins: [Origin]
    /// What the recipe or the build did to the path.
    let added: ImageManifest.AddedFile?

    /// Answers a question about an artefact.
    ///
    /// - Parameter subject: a path of the image, beginning with `/`, or the name of a package
    /// - Throws: `.invalidInput` when the image has nothing of that name
    public init(_ subject: String, in artefact: String, progress: @escaping ProgressSink = silent) throws {
        self = try during("inspecting \"\(artefact)\"") {
            try ArtefactContents.with(artefact, progress: progress) { contents in
                guard let root = contents.roots.first else {
                    throw Failure(.invalidInput, "there is no root file system in it")
                }
                let manifest = try root.manifest()
                let packages = try root.packages()?.packages ?? []
                return subject.hasPrefix("/")
                    ? try Explanation(path: subject, ImagePaths(try root.entries()), packages, manifest)
                    : try Explanation(package: subject, packages, manifest)
            }
        }
    }

    /// An answer about a package.
    init(package name: String, _ packages: [InstalledPackages.Package], _ manifest: ImageManifest?) throws {
        let installed = packages.isEmpty ? manifest?.packages.map(\.facts) ?? [] : packages.map(\.facts)
        let found = installed.filter { $0.name == name || $0.nevra == name }
        guard !found.isEmpty else {
            let meant = nearest(to: name, among: installed.map(\.name))
            throw Failure(
                .invalidInput, "the image has no package \"\(name)\"",
                hint: meant.map { "did you mean \"\($0)\"? Paths begin with /" } ?? "paths begin with /")
        }
        self.init(
            subject: name, path: nil, entry: nil, origins: found.map { Self.origin($0, manifest) }, added: nil)
    }

    /// An answer about a path.
    init(path: String, _ paths: ImagePaths, _ packages: [InstalledPackages.Package], _ manifest: ImageManifest?) throws
    {
        let place = paths.resolve(path)
        let names = Set([Path.normalized(path)] + place.owned)
        let owners = packages.filter { package in
            package.files.contains { names.contains($0.path) || names.contains(paths.resolve($0.path).path) }
        }
        let entry = paths[place.path]
        let added = manifest?.files.first { $0.path == place.path }
        guard entry != nil || !owners.isEmpty else {
            throw Failure(
                .invalidInput, "the image has no \"\(path)\", and none of its packages brings one",
                hint: "\"unsquashfs -l\" lists what is there; names of packages are given without /")
        }
        self.init(
            subject: path, path: place.path, entry: entry, origins: owners.map { Self.origin($0.facts, manifest) },
            added: added)
    }

    private init(
        subject: String, path: String?, entry: RootFileSystem.Entry?, origins: [Origin],
        added: ImageManifest.AddedFile?
    ) {
        self.subject = subject
        self.path = path
        self.entry = entry
        self.origins = origins
        self.added = added
    }

    private static func origin(_ package: PackageFacts, _ manifest: ImageManifest?) -> Origin {
        let chain = manifest?.chain(from: package.name) ?? []
        return Origin(
            package: package, repository: manifest?.packages.first { $0.facts.nevra == package.nevra }?.repository,
            chain: chain, request: manifest?.request(of: chain))
    }

    // MARK: - The answer

    /// The answer for people.
    public var text: String {
        var lines: [String] = []
        if let path {
            lines.append(shown(subject) + (path == Path.normalized(subject) ? "" : " is \(shown(path))"))
            if let entry {
                let target = entry.target.map { " -> \(shown($0))" } ?? ""
                lines.append("  \(entry.mode) \(entry.owner) \(grouped(entry.size)) bytes\(target)")
            } else {
                lines.append("  is not in the image: a trim rule or a setting of the recipe left it out")
            }
            if let added {
                lines.append("  " + (added.place.map { "brought by the recipe at \($0)" } ?? "made by the build"))
            }
            if origins.isEmpty, added == nil { lines.append("  no package owns it") }
        }
        for origin in origins {
            let repository = origin.repository.map { " from the repository \"\(shown($0))\"" } ?? ""
            lines.append("  \(path == nil ? "" : "owned by ")\(shown(origin.package.nevra))\(repository)")
            for step in origin.chain { lines.append("    \(shown(step.package)) is \(shown("\(step.reason)"))") }
            if let request = origin.request { lines.append("    asked for at \(shown(request.place))") }
            if origin.chain.isEmpty { lines.append("    the image does not say why (no \(ImageManifest.path))") }
        }
        return lines.joined(separator: "\n")
    }

    /// The result object of `nodewright inspect --why --json`.
    public var json: JSONValue {
        [
            "result": "done", "subject": .string(subject), "path": .optional(path),
            "in-image": .bool(path == nil || entry != nil),
            "size": .optional(entry?.size), "mode": .optional(entry?.mode), "target": .optional(entry?.target),
            "added": added.map { ["place": .optional($0.place)] } ?? .null,
            "packages": .array(
                origins.map { origin in
                    [
                        "nevra": .string(origin.package.nevra), "repository": .optional(origin.repository),
                        "chain": .array(
                            origin.chain.map {
                                [
                                    "package": .string($0.package),
                                    "reason": [$0.reason.kind: .string($0.reason.subject)],
                                ]
                            }),
                        "request": origin.request.map { ["text": .string($0.text), "place": .string($0.place)] }
                            ?? .null,
                    ]
                }),
        ]
    }
}
