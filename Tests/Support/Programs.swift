import Host

/// The programs under test.
public enum Programs {
    /// The debug binary of this package named `name`, built beside the tests.
    public static func built(_ name: String) throws -> String {
        let path = Path.join(Path.parent(try Environment.ownProgram()), name)
        guard File.exists(path) else {
            throw Failure(.internalError, "\"\(path)\" has not been built", hint: "swift build")
        }
        return path
    }
}
