import Host
public import NodeConfig
import Synchronization
import Transfer

/// The root file system that a node without a disk runs from: fetched over HTTP or HTTPS, and nothing until it is what the
/// kernel command line says it must be.
public struct RootDownload: Equatable, Sendable {
    /// What is left for everything else: unpacking, services, the writable layers.
    static let reserve = 256 << 20
    /// Where it is.
    public let url: String
    /// What it must be.
    public let checksum: Checksum
    /// Its size in bytes, when the command line tells.
    public let size: Int?

    /// What `nodewright.root=`, `nodewright.root-sha256=` and `nodewright.root-size=` ask for.
    ///
    /// - Throws: when there is no address or no checksum, or one that is none
    public init(_ commandLine: KernelCommandLine) throws {
        guard let url = commandLine["nodewright.root"], !url.isEmpty else {
            throw Failure(.invalidInput, "the kernel command line names no root file system (nodewright.root=URL)")
        }
        guard url.hasPrefix("http://") || url.hasPrefix("https://"), url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Failure(
                .invalidInput, "nodewright.root=\(PlainText.printable(url)) is not an address of a web server",
                hint: "write http://SERVER/PATH or https://SERVER/PATH; without a web server start with initrd-full.img"
            )
        }
        guard let hex = commandLine["nodewright.root-sha256"] else {
            throw Failure(
                .invalidInput, "the kernel command line has no checksum of the root file system",
                hint:
                    "add nodewright.root-sha256=, as the files of the PXE folder do: without it anybody in between could "
                    + "send another system")
        }
        guard let checksum = Checksum(.sha256, hex: hex) else {
            throw Failure(
                .invalidInput,
                "nodewright.root-sha256=\(PlainText.printable(hex)) is not a SHA-256 checksum (64 hexadecimal digits)")
        }
        var size: Int?
        if let text = commandLine["nodewright.root-size"] {
            guard let number = Int(text), number > 0, number <= 1 << 40 else {
                throw Failure(
                    .invalidInput, "nodewright.root-size=\(PlainText.printable(text)) is not a number of bytes")
            }
            size = number
        }
        self.url = url
        self.checksum = checksum
        self.size = size
    }

    /// Fetches it into `destination`, which appears only when it is right.
    ///
    /// - Parameters:
    ///   - certificates: a file with the authorities to check the server with, instead of the system's own
    ///   - freeMemory: what may be used, in bytes; nil when nobody knows
    ///   - patience: for so many seconds a server that does not answer is asked again
    ///   - say: hears what people at the console should know
    /// - Throws: `.device` when the memory is too small, `.network` when the server does not answer or has no such file,
    ///   `.signature` when it sends something else
    public func fetch(
        to destination: String, certificates: String? = nil, freeMemory: Int?, patience: Double,
        say: @escaping @Sendable (String) -> Void
    ) throws {
        let room = freeMemory.map { $0 - Self.reserve }
        if let room, room < size ?? 1 {
            throw Failure(
                .device,
                "this machine has too little memory to start over the network: \(Self.megabytes(freeMemory ?? 0)) are free, "
                    + "and the root file system needs \(Self.megabytes((size ?? 0) + Self.reserve))",
                hint: "give it more memory, or start it from a disk")
        }
        let download = Download(
            urls: [url], destination: destination, checksum: checksum, size: size, limit: room ?? 4 << 30)
        let downloader = Downloader(certificates: certificates, progress: Self.reporter(say))
        say("fetching the root file system from \(redacted(url))")
        try downloader.fetch(download, phase: "root", patience: patience) { say("\($0); trying again") }
    }

    /// Tells every tenth of the way.
    private static func reporter(_ say: @escaping @Sendable (String) -> Void) -> ProgressSink {
        let told = Mutex(0)
        return { event in
            switch event {
            case .advanced(_, let done, let total?) where total > 0:
                let tenth = done * 10 / total
                let isNew = told.withLock { last in
                    defer { last = max(last, tenth) }
                    return tenth > last
                }
                if isNew, tenth < 10 { say("\(megabytes(done)) of \(megabytes(total))") }
            case .finished(_, let note): say("the root file system is here and right: \(note)")
            default: break
            }
        }
    }

    private static func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
}
