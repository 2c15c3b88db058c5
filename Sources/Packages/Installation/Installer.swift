import Host
public import Sandbox

/// Installs the packages of a lock into a new root tree.
public struct Installer: Sendable {
    /// The workers of this module, by name; the program registers them with `Worker.serve`.
    public static let workers: [String: Worker.Body] = ["install": Transaction.worker]

    /// Whether documentation is installed.
    public var documentation = true
    /// The languages whose files are installed, such as `en` or `de_AT`; nil for all, empty for none.
    public var languages: [String]?
    /// Users and groups that the recipe makes later; files of packages may belong to them.
    public var declaredUsers: [String] = []

    private let rung: Rung
    private let program: String?
    private let progress: ProgressSink

    /// An installer.
    ///
    /// - Parameters:
    ///   - rung: how the worker becomes root
    ///   - program: the binary of nodewright; nil for the running one
    public init(rung: Rung, program: String? = nil, progress: @escaping ProgressSink = silent) {
        self.rung = rung
        self.program = program
        self.progress = progress
    }

    /// Unpacks the packages into `root`, runs their scriptlets and writes the package database.
    ///
    /// - Parameters:
    ///   - packages: verified packages (`PackageStore.fetch`)
    ///   - root: a folder that does not exist or is empty; after a failure it must be removed
    ///   - time: the time that the database names, in seconds since 1970
    /// - Throws: `.invalidInput` for a scriptlet that fails or a user that nothing creates, `.device` when the disk is full
    public func install(_ packages: [StoredPackage], into root: String, time: Int) throws {
        if File.exists(root), try !Folder.list(root).isEmpty {
            throw Failure(.internalError, "\"\(root)\" is not empty: packages are only installed into a new tree")
        }
        let job = TransactionJob(
            root: Path.absolute(root), packages: packages.map { Path.absolute($0.path) }, documentation: documentation,
            languages: languages, time: time, rung: rung.rawValue, declaredUsers: declaredUsers)
        _ = try Worker(program: program, rung: rung, progress: progress).run("install", job: job.json)
    }
}
