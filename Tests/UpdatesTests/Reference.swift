import Document
import Host

/// The reference implementation of TUF, from PyPI, in the folder where "make setup" puts what tests ask.
enum Reference {
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))
    private static let python = Path.join(package, ".build/validators/bin/python")

    static let missing = "the reference implementation of TUF is not installed; \"make setup\" does it"
    static let isInstalled =
        File.exists(python) && (try? Command(python, ["-c", "import tuf.ngclient"]).run())?.status == 0

    /// Runs one of the scripts in Tests/Oracle, which must succeed.
    static func run(_ script: String, _ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        try start(script, arguments, input: input).check().output
    }

    /// Runs one of the scripts in Tests/Oracle.
    static func start(_ script: String, _ arguments: [String], input: [UInt8] = []) throws -> Command.Result {
        let path = Path.join(package, "Tests/Oracle/\(script)")
        return try Command(python, [path] + arguments, input: .bytes(input)).run()
    }
}
