import Document
import Glibc
import Host
import Synchronization
import TestSupport

/// A place to build the small recipe in, as a user would: the release program, a cache and an output folder of its own.
///
/// Lab and downloaded packages are those that `make lab` and earlier builds left, so that a test costs seconds.
struct ImageWorkshop {
    /// What the tests need and where it comes from; nil when it is there.
    static var missing: String? {
        if !File.exists(program) { return "\(program) is not built; \"make build\" does it" }
        if !File.exists(Path.join(Environment.cacheFolder, "lab/lab.json")) {
            return "there is no lab; \"make lab\" makes it"
        }
        return nil
    }

    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))
    /// The program as it ships.
    static let program = Path.join(package, ".build/release/nodewright")

    /// A copy of the program where any user may run it: the checkout may lie in somebody's home.
    func programForAnybody() throws -> String {
        let copy = Path.join(folder, "nodewright")
        try File.copy(Self.program, to: copy)
        chmod(copy, 0o755)
        return copy
    }

    /// Everything that the test makes.
    let folder: String
    var cache: String { Path.join(folder, "cache") }
    var output: String { Path.join(folder, "out") }
    /// The recipe that is built; a copy that a test may change.
    var recipe: String { Path.join(folder, "recipes/small.yaml") }

    /// Runs `body` in a new workshop below /var/tmp, which other users can enter.
    static func with<Value>(_ body: (ImageWorkshop) throws -> Value) throws -> Value {
        try Folder.withTemporary(in: "/var/tmp", prefix: "nodewright-images") { folder in
            chmod(folder, 0o755)
            let workshop = ImageWorkshop(folder: folder)
            try Folder.create(Path.join(folder, "recipes"))
            for name in ["recipes", "overlays"] {
                try Command("cp", ["-r", Path.join(package, name), folder]).run().check()
            }
            let text = try File.readText(Path.join(package, "Tests/small.yaml"))
            try File.write(workshop.recipe, text.replacing("../recipes/", with: ""))
            try workshop.shareCache()
            return try body(workshop)
        }
    }

    private func shareCache() throws {
        try Folder.create(cache)
        let shared = Environment.cacheFolder
        try check("link the lab") { symlink(Path.join(shared, "lab"), Path.join(cache, "lab")) }
        // Nothing to copy on a machine that has built nothing yet.
        _ = try Command("cp", ["-r", "--reflink=auto", Path.join(shared, "packages"), cache]).run()
    }

    /// Adds to the recipe.
    func extendRecipe(_ text: String) throws { try File.write(recipe, try File.readText(recipe) + text) }

    /// The command line of a build.
    func arguments(_ more: [String] = []) -> [String] {
        ["build", recipe, "--output", output, "--json"] + more
    }

    /// Builds.
    ///
    /// - Parameter starting: how the program is started: `["setpriv", "--reuid", "somebody", "/path/nodewright"]`
    func build(
        _ more: [String] = [], starting: [String] = [program], environment: [String: String] = [:]
    ) throws -> Build {
        var variables = ["NODEWRIGHT_CACHE": cache]
        variables.merge(environment) { $1 }
        let words = starting + arguments(more)
        let result = try Command(words[0], Array(words.dropFirst()), environment: variables).run()
        return try Build(result)
    }

    /// Builds, and sends `signal` as soon as one of the events has `words` in it.
    func build(interruptedBy signal: Int32, at words: String) throws -> Command.Result {
        let process = Mutex<pid_t>(0)
        let watch: @Sendable (String) -> Void = { line in
            process.withLock { process in
                if process == 0 { process = pid_t(line) ?? 0 }
                // A moment, so that the phase really runs.
                guard process > 0, line.contains(words) else { return }
                usleep(20_000)
                kill(process, signal)
            }
        }
        return try Command(
            "sh", ["-c", "echo $$; exec \"$@\"", "sh", Self.program] + arguments(["--verbose"]),
            environment: ["NODEWRIGHT_CACHE": cache], onLine: watch
        ).run()
    }

    /// The finished ISO.
    var iso: String { Path.join(output, "small-0.1.0-x86_64.iso") }

    /// Names below `/proc/self/mounts` and our folder that only an unfinished build leaves.
    func leftovers() throws -> [String] {
        let mounts = try File.readText("/proc/self/mounts").split(separator: "\n").filter { $0.contains(folder) }
        let files = try Folder.walk(folder).filter { Path.name($0).hasPrefix(".work-") || $0.hasSuffix(".part") }
        return mounts.map(String.init) + files
    }
}

/// What one run of `nodewright build --json` said.
struct Build {
    let status: Int32
    /// Phases that ran, in the order in which they ended.
    let ran: [String]
    /// The failure's message and details, or nothing.
    let message: String
    let hint: String
    /// SHA-256 of the ISO.
    let sha256: String?

    init(_ result: Command.Result) throws {
        status = result.status
        let lines = try result.text.split(separator: "\n").map { try JSON.parse(Array($0.utf8), file: "events") }
        ran = lines.filter { $0["event"]?.string == "finished" }.compactMap { $0["phase"]?.string }
        let last = lines.last
        let details = (last?["details"]?.sequence ?? []).compactMap(\.string)
        let diagnostics = (last?["diagnostics"]?.sequence ?? []).map { node in
            "\(node["file"]?.string ?? ""):\(node["line"]?.integer ?? 0): \(node["message"]?.string ?? "")"
        }
        message = ([last?["message"]?.string].compactMap { $0 } + details + diagnostics).joined(separator: "\n")
        hint = last?["hint"]?.string ?? ""
        sha256 = last?["artefacts"]?.sequence?.first?["sha256"]?.string
    }
}
