import CRpm
import Glibc
import Host

/// Hears librpm while it runs a transaction: opens packages, counts bytes, collects what scriptlets print.
final class TransactionObserver {
    private let packages: [PackageToInstall]
    private let progress: ProgressSink
    private let root: String
    private let rootIdentity: FileIdentity?
    private let total: Int
    private var done = 0
    private var current = 0
    private var stream: FD_t?
    private let modules: ModuleDescription
    /// Where scriptlets print to.
    private let output: Int32
    private var outputStart: off_t = 0

    /// Scriptlets that failed.
    private(set) var scriptFailures: [ScriptFailure] = []
    /// Packages that could not be unpacked.
    private(set) var unpackFailures: [String] = []
    /// A failure of our own while librpm was in charge.
    private(set) var failure: Failure?

    static let phase = "install packages"

    /// - Parameter output: a file open for reading and writing
    init(_ packages: [PackageToInstall], root: String, output: Int32, progress: @escaping ProgressSink) {
        self.packages = packages
        self.root = root
        self.output = output
        self.progress = progress
        modules = ModuleDescription(packages)
        rootIdentity = FileIdentity(root)
        total = packages.reduce(0) { $0 + $1.payloadSize }
    }

    /// Whom librpm calls; `data` is an observer, `key` the position of the package plus one.
    static let callback: rpmCallbackFunction = { _, what, amount, total, key, data in
        guard let data else { return nil }
        return Unmanaged<TransactionObserver>.fromOpaque(data).takeUnretainedValue()
            .hear(what, Int(clamping: amount), Int(clamping: total), UInt(bitPattern: key))
    }

    private func hear(_ what: rpmCallbackType, _ amount: Int, _ total: Int, _ key: UInt) -> UnsafeMutableRawPointer? {
        let package = key > 0 && key <= UInt(packages.count) ? packages[Int(key) - 1] : nil
        switch what {
        case RPMCALLBACK_INST_OPEN_FILE:
            guard let package else { return nil }
            stream = Fopen(package.path, "r.ufdio")
            return stream.map { UnsafeMutableRawPointer($0) }
        case RPMCALLBACK_INST_CLOSE_FILE:
            if let stream { Fclose(stream) }
            stream = nil
        case RPMCALLBACK_INST_START:
            current = 0
        case RPMCALLBACK_INST_PROGRESS:
            guard let package, total > 0 else { return nil }
            let share = Int(Double(package.payloadSize) * Double(amount) / Double(total))
            done += max(0, share - current)
            current = max(share, current)
            progress(.advanced(phase: Self.phase, done: done, total: self.total))
        case RPMCALLBACK_INST_STOP:
            guard let package else { return nil }
            makeUsers(of: package)
            // Elsewhere scriptlets describe them themselves.
            if isInside { attempt("describing the kernel modules") { try modules.unpacked(package) } }
        case RPMCALLBACK_UNPACK_ERROR, RPMCALLBACK_CPIO_ERROR:
            unpackFailures.append(package?.nevra ?? "a package")
        case RPMCALLBACK_SCRIPT_START:
            outputStart = lseek(output, 0, SEEK_END)
            // Users must exist before the first script after unpacking names them.
            if let package, amount == Int(RPMTAG_POSTIN.rawValue) { makeUsers(of: package) }
        case RPMCALLBACK_SCRIPT_STOP:
            // RPMRC_NOTFOUND is how librpm reports a %post that failed: it warns and goes on.
            if total != Int(RPMRC_OK.rawValue) { scriptFailed(package, tag: amount) }
        default: break
        }
        return nil
    }

    private func scriptFailed(_ package: PackageToInstall?, tag: Int) {
        let end = lseek(output, 0, SEEK_END)
        let start = max(outputStart, end - 8192)
        var buffer = [UInt8](repeating: 0, count: max(0, Int(end - start)))
        let count = buffer.withUnsafeMutableBytes { pread(output, $0.baseAddress, $0.count, start) }
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        scriptFailures.append(
            ScriptFailure(
                package: package?.nevra ?? "?", kind: ScriptFailure.kind(tag),
                output: text.split(separator: "\n").suffix(12).map(String.init)))
    }

    /// sysusers.d files whose users have not been made yet.
    private var pendingUserFiles: [String] = []

    private func makeUsers(of package: PackageToInstall) {
        pendingUserFiles += package.userFiles.filter { !pendingUserFiles.contains($0) }
        let prefix = isInside ? "/" : root
        // Were the file made before the package that owns it, that one would be unpacked beside it as .rpmnew.
        if File.exists(Path.join(prefix, "etc/passwd")) { makeUsers(below: prefix) }
    }

    /// librpm has this process inside the root while it unpacks and runs scriptlets.
    private var isInside: Bool { FileIdentity("/") == rootIdentity }

    /// Waits for what runs beside the transaction, however that ended.
    func ended() { attempt("describing the kernel modules") { try modules.finish(root: root) } }

    /// Makes the users that are left when no package brings /etc/passwd.
    func finish() { makeUsers(below: root) }

    private func makeUsers(below prefix: String) {
        guard !pendingUserFiles.isEmpty else { return }
        attempt("making the users of packages") {
            var users = try SystemUsers(root: prefix)
            for file in pendingUserFiles {
                let path = Path.join(prefix, file)
                if File.kind(path) == .regular { users.apply(try File.readText(path, limit: 1 << 20)) }
            }
            try users.write()
            pendingUserFiles = []
        }
    }

    /// Does something of our own while librpm is in charge; only the first failure is kept.
    private func attempt(_ purpose: String, _ body: () throws -> Void) {
        guard failure == nil else { return }
        do {
            try body()
        } catch let failure as Failure {
            self.failure = failure.during(purpose)
        } catch {
            self.failure = Failure(.internalError, "\(error)")
        }
    }
}

/// One package of a transaction.
struct PackageToInstall {
    var path: String
    var nevra: String
    /// The size of the content in bytes.
    var payloadSize: Int
    /// Its sysusers.d files.
    var userFiles: [String]
    /// The kernels for which it brings modules.
    var moduleVersions: Set<String>
}

/// Which file a path leads to.
private struct FileIdentity: Equatable {
    let device: UInt
    let inode: UInt

    init?(_ path: String) {
        var status = Glibc.stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}
