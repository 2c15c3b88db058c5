import ArgumentParser
import Document
import Host
import Transfer
import Updates

/// Where an update repository is, and where what is trusted of it is kept. They stand before or after the command's name.
struct UpdatesOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder in which trusted metadata is kept.", valueName: "folder"))
    var metadataDir: String?
    @Option(help: ArgumentHelp("The address of the metadata: http, https or file.", valueName: "url"))
    var metadataUrl: String?
    @Option(help: ArgumentHelp("The target to download, as the metadata names it.", valueName: "path"))
    var targetName: String?
    @Option(help: ArgumentHelp("The address of the targets: http, https or file.", valueName: "url"))
    var targetBaseUrl: String?
    @Option(help: ArgumentHelp("The folder to download into.", valueName: "folder"))
    var targetDir: String?
    @Option(help: ArgumentHelp("A file with the authorities to check servers with.", valueName: "file"))
    var authorities: String?
    @Flag(help: "Print one JSON object.")
    var json = false

    /// Where a repository can be.
    private typealias Source = MetadataSource & TargetSource

    /// A client for these places.
    ///
    /// - Throws: `.invalidInput` when an option is missing that it needs
    func client(withTargets: Bool = false) throws -> UpdateClient {
        let fetcher = try WebFetcher(certificates: authorities)
        let metadata = try source(try required(metadataUrl, "--metadata-url"), fetcher)
        let targets = withTargets ? try source(try required(targetBaseUrl, "--target-base-url"), fetcher) : nil
        return UpdateClient(folder: try folder(), metadata: metadata, targets: targets)
    }

    /// The folder of trusted metadata.
    func folder() throws -> MetadataFolder { MetadataFolder(try required(metadataDir, "--metadata-dir")) }

    /// Keeps other processes out of the folder of trusted metadata while `body` runs.
    func alone<Value>(_ body: () throws -> Value) throws -> Value {
        let folder = try folder()
        try Folder.create(folder.path)
        let lock = try FileLock(Path.join(folder.path, ".lock"))
        defer { lock.release() }
        return try body()
    }

    /// The value of an option that must be given.
    func required(_ value: String?, _ name: String) throws -> String {
        guard let value else {
            throw Failure(.invalidInput, "\(name) is missing", hint: "\"nodectl help updates\" lists what is needed")
        }
        return value
    }

    func answer(_ text: String, _ object: JSONValue) throws {
        try Output.result(json ? JSON.text(object) + "\n" : text)
    }

    private func source(_ address: String, _ fetcher: WebFetcher) throws -> any Source {
        guard address.hasPrefix("file://") else { return try WebSource(address, fetcher: fetcher) }
        return FolderSource(String(address.dropFirst("file://".count)))
    }

    /// These options, and those that stand before the command's name where one is not given here.
    func over(_ earlier: UpdatesOptions) -> UpdatesOptions {
        var merged = self
        merged.metadataDir = metadataDir ?? earlier.metadataDir
        merged.metadataUrl = metadataUrl ?? earlier.metadataUrl
        merged.targetName = targetName ?? earlier.targetName
        merged.targetBaseUrl = targetBaseUrl ?? earlier.targetBaseUrl
        merged.targetDir = targetDir ?? earlier.targetDir
        merged.authorities = authorities ?? earlier.authorities
        merged.json = json || earlier.json
        return merged
    }
}
