import Document
import Glibc
import Host
import Publishing
import Synchronization
import TestSupport
import Testing
import Transfer
import Updates

/// An update repository in a folder, with its keys.
struct SampleRepository {
    let folder: String
    /// Seconds since 1970: when it is published.
    var now = wallClockSeconds()

    var path: String { Path.join(folder, "repository") }
    /// What nodes have in their image.
    var trustedRoot: String { Path.join(folder, "1.root.json") }

    private var ring: KeyRing {
        get throws { try KeyRing(KeyFolder(Path.join(folder, "keys")), .known(SecretText(copying: []))) }
    }

    /// A repository with its root file and no release.
    ///
    /// - Parameter storage: nil for a folder
    init(
        in folder: String, now: Int = wallClockSeconds(),
        storage: ((RepositoryFolder.Access) throws -> any RepositoryStorage)? = nil
    ) throws {
        self.folder = folder
        self.now = now
        let keys = KeyFolder(Path.join(folder, "keys"))
        for role in ["root", "targets", "snapshot", "timestamp"] {
            try keys.generate(#require(KeyRole(role)), passphrase: nil)
        }
        var change = RootChange()
        change.added = try keys.keys().filter { KeyRole.topLevel.contains($0.role) }
        change.thresholds[.root] = 1
        var root = try change.first(expires: Validity.expiry(days: 3650, from: now))
        try root.sign(ring, previous: nil)
        let place = try storage?(.beginning) ?? RepositoryFolder(path, for: .beginning)
        _ = try RootInstallation(place, ring, now: now).install(root)
        try File.write(trustedRoot, root.bytes)
    }

    /// Publishes a release in "stable".
    func publish(
        _ release: SampleRelease, storage: (any RepositoryStorage)? = nil,
        _ change: (inout ReleasePublication) -> Void = { _ in }
    ) throws {
        let update = Path.join(folder, "published-\(release.version)")
        try release.write(to: update)
        var publication = ReleasePublication(try ReleaseFolder(update), channel: "stable")
        change(&publication)
        _ = try publication.publish(
            RepositoryUpdate(storage ?? RepositoryFolder(path, for: .changing), ring, now: now))
    }

    /// Where a file of a release is.
    func target(_ name: String, _ version: String) throws -> String {
        let folder = Path.join(path, "targets/releases/hypervisor/\(version)/x86_64")
        return Path.join(folder, try #require(try Folder.list(folder).first { $0.hasSuffix("." + name) }))
    }
}

/// A web server for a repository, that counts what it sends and can also lie.
final class RepositoryServer: Sendable {
    /// What becomes of an answer.
    typealias Lie =
        @Sendable (_ honest: RangeServer.Answer, _ request: RangeServer.Request, _ content: [UInt8])
        -> RangeServer.Answer

    private struct State {
        var sent = 0
        var lie: Lie?
    }

    private let server: RangeServer
    private let state: Shared

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    /// - Parameters:
    ///   - folder: what is served, or what a proxy finds behind any name
    ///   - knowsRanges: whether `Range` is honoured
    init(_ folder: String, knowsRanges: Bool = true) throws {
        let shared = Shared()
        state = shared
        server = try RangeServer { request in
            var path = request.target
            // As a proxy it is asked for the whole address.
            if let scheme = path.firstRange(of: "://") {
                path = String(path[scheme.upperBound...].drop { $0 != "/" })
            }
            guard let bytes = try? File.read(folder + path.replacing("%2B", with: "+")) else {
                return RangeServer.Answer("404 Not Found")
            }
            var answer = knowsRanges ? RangeServer.honest(bytes, request) : RangeServer.Answer("200 OK", [], bytes)
            // Only files of releases are lied about: metadata has its own tests.
            if path.hasSuffix(".root.squashfs"), let lie = shared.state.withLock({ $0.lie }) {
                answer = lie(answer, request, bytes)
            }
            shared.state.withLock { $0.sent += answer.bytes.count }
            return answer
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)" }

    /// What was asked for.
    var requests: [RangeServer.Request] { server.requests }

    func lie(_ lie: Lie?) { state.state.withLock { $0.lie = lie } }

    /// Bytes that were sent since the last call.
    func bytesSent() -> Int {
        state.state.withLock { state in
            defer { state.sent = 0 }
            return state.sent
        }
    }

    func stop() { server.stop() }
}
