import Boot
import Host
import NodeConfig
import Transfer

/// What an installed disk needs to start, for a system that was started over the network: a further initramfs has brought it
/// along, or it is fetched from where the root file system was.
struct NetworkBootFiles {
    /// Where the initramfs has put what was brought along.
    static let folder = "run/nodewright/boot"
    /// The authorities that the server of the root file system was checked with, where they are not the system's own.
    static let authorities = "run/nodewright/root-ca.pem"
    /// The name in the PXE folder.
    private static let file = "boot-files.img"

    private let commandLine: KernelCommandLine
    private let root: String

    /// - Parameter root: `/`, or a fixture
    init(_ commandLine: KernelCommandLine, root: String) {
        self.commandLine = commandLine
        self.root = root
    }

    /// Where it is fetched from; nil when nobody says.
    var url: String? {
        if let url = commandLine["nodewright.boot"] { return url }
        guard let root = commandLine["nodewright.root"], root.hasPrefix("http"), let slash = root.lastIndex(of: "/")
        else { return nil }
        return String(root[...slash]) + Self.file
    }

    /// All of it.
    ///
    /// - Parameters:
    ///   - patience: for so many seconds a server that does not answer is asked again
    ///   - say: hears what people should know
    /// - Throws: `.incompatible` when there is neither, `.network` when the server does not answer, `.signature` when it sends
    ///   something else than the kernel command line says
    func load(patience: Double, say: (String) -> Void) throws -> SystemFiles {
        let folder = Path.join(root, Self.folder)
        if File.kind(folder) == .folder { return try BootArchive.files(inFolder: folder) }
        guard let url, let hex = commandLine["nodewright.boot-sha256"] else {
            throw Failure(
                .incompatible,
                "this system was started over the network, and did not bring kernel and boot loader along",
                hint:
                    "start it with the menus of its PXE folder: they have nodewright.boot-sha256=, or \(Self.file) as a "
                    + "further initramfs")
        }
        guard url.hasPrefix("http://") || url.hasPrefix("https://"),
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let checksum = Checksum(.sha256, hex: hex)
        else {
            throw Failure(
                .invalidInput, "nodewright.boot= or nodewright.boot-sha256= is no address or no SHA-256 checksum",
                hint: "copy both from the menus of the PXE folder")
        }
        say("fetching \(redacted(url))")
        let authorities = Path.join(root, Self.authorities)
        let downloader = Downloader(certificates: File.exists(authorities) ? authorities : nil)
        let bytes = try during("what an installed disk starts with cannot be fetched from \(redacted(url))") {
            try downloader.bytes(url, limit: BootArchive.limit, tooLarge: .signature, patience: patience) {
                say("\($0); trying again")
            }
        }
        let found = Checksum.of(bytes)
        guard found == checksum else {
            throw Failure(
                .signature, "\(redacted(url)) is another file than nodewright.boot-sha256= says",
                hint: "copy the whole PXE folder of one build to the server",
                details: ["its SHA-256 checksum is \(found.hex)", "it should be \(checksum.hex)"])
        }
        return try BootArchive.files(in: bytes)
    }
}
