import Document
import Host
import TestSupport

/// Versions of the test image and an update repository with them, made by the programs as a publisher uses them.
struct PublishedVersions {
    /// The folder of everything.
    let folder: String
    /// The root metadata that nodes trust.
    var root: String { Path.join(folder, "1.root.json") }
    /// The repository's folder.
    var repository: String { Path.join(folder, "repository") }

    /// A version of the test image.
    struct Version {
        let number: String
        /// Files of an overlay by their paths, besides the trusted root.
        var files: [String: String] = [:]
        /// More arguments for the kernel.
        var arguments: [String] = []
    }

    private static var program: String {
        get throws {
            let release = Path.normalized(Path.join(Path.parent(#filePath), "../../.build/release/nodewright"))
            return File.exists(release) ? release : try Programs.built("nodewright")
        }
    }

    /// Recipes include one by a path from where they are.
    private static let work = Path.normalized(Path.join(Path.parent(#filePath), "../../.build"))

    /// Makes keys and an empty repository.
    static func with<Value>(_ body: (PublishedVersions) throws -> Value) throws -> Value {
        try Folder.withTemporary(in: work, prefix: "published") { folder in
            let published = PublishedVersions(folder: folder)
            try published.run(["keys", "generate", "root", "targets", "snapshot", "timestamp", "--no-passphrase"])
            try published.run(["keys", "root", "init", "--output", published.root])
            try published.run(["publish", "--repository", published.repository, "--root", published.root])
            return try body(published)
        }
    }

    /// Builds a version; what it has in common with the others comes from the cache.
    ///
    /// - Returns: the folder of its artefacts
    @discardableResult
    func build(_ version: Version, format: String = "update") throws -> String {
        let place = Path.join(folder, version.number)
        let overlay = Path.join(place, "overlay")
        let own = ["usr/lib/nodewright/updates/root.json": try File.readText(root, limit: 1 << 20)]
        for (path, text) in version.files.merging(own, uniquingKeysWith: { $1 }) {
            let file = Path.join(overlay, path)
            try Folder.create(Path.parent(file))
            try File.write(file, text, mode: text.hasPrefix("#!") ? 0o755 : 0o644)
        }
        let recipe = Path.join(place, "recipe.yaml")
        let arguments =
            version.arguments.isEmpty
            ? "" : "kernel-arguments:\n" + version.arguments.map { "  - \($0)\n" }.joined()
        try File.write(
            recipe,
            "name: boot-test\nversion: \(version.number)\narch: x86_64\ninclude:\n  - ../../../Tests/image.yaml\noverlays:\n  - overlay\n"
                + arguments)
        let output = Path.join(place, "out")
        try run(["build", recipe, "--repositories", "lab", "--format", format, "--output", output])
        return output
    }

    /// Builds a version and publishes it.
    func publish(_ version: Version) throws {
        try run(["publish", Path.join(build(version), "update"), "--repository", repository])
    }

    private func run(_ arguments: [String]) throws {
        try Command(
            Self.program, arguments,
            environment: ["NODEWRIGHT_KEYS": Path.join(folder, "keys")]
        ).run().check()
    }
}
