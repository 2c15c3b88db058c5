import Host
import Testing

/// python-tuf's client, which shares nothing with our code.
struct ReferenceClient {
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))
    private static let python = Path.join(package, ".build/validators/bin/python")

    /// Whether it is installed.
    static let isHere: Bool = {
        guard File.exists(python) else { return false }
        return (try? Command(python, ["-c", "import tuf.ngclient"]).run().status) == 0
    }()
    static let missing: Comment = "python-tuf is not installed; \"make setup\" does it"

    /// Keeps the trusted metadata between runs.
    let folder: String
    let repository: String
    let root: String

    init(_ bench: Workbench, named name: String = "client") {
        folder = Path.join(bench.folder, name)
        repository = bench.repository
        root = Path.join(bench.folder, "1.root.json")
    }

    /// Refreshes, and fetches targets; the lines that it prints.
    func run(_ targets: [String] = []) throws -> (isAccepted: Bool, lines: [String]) {
        let script = Path.join(Self.package, "Tests/Oracle/tuf-client.py")
        let result = try Command(Self.python, [script, repository, folder, root] + targets).run()
        if result.status > 1 { Issue.record("\(result.errorTail)") }
        return (result.status == 0, result.text.split(separator: "\n").map(String.init))
    }
}
