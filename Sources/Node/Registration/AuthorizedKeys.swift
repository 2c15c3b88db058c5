import Glibc
import Host
import NodeConfig

/// The keys that may log in as root: `authorized_keys` of sshd(8).
struct AuthorizedKeys {
    private let folder: String
    private var file: String { Path.join(folder, "authorized_keys") }

    /// - Parameter root: `/`, or a fixture
    init(root: String) { folder = Path.join(root, "root/.ssh") }

    /// Lets a key in, once, and shuts another one out.
    ///
    /// Other lines stay as they are, whatever they say.
    ///
    /// - Parameter former: a key that came from this program and is not meant any more
    func allow(_ key: SSHPublicKey, insteadOf former: SSHPublicKey?) throws {
        try Folder.create(folder, mode: 0o700)
        try check("set the mode of \"\(folder)\"") { chmod(folder, 0o700) }
        try change { lines in
            if let former, former.blob != key.blob { lines.removeAll { Self.isKey($0, former) } }
            if !lines.contains(where: { Self.isKey($0, key) }) { lines.append(Array("\(key)".utf8)) }
        }
        try check("set the mode of \"\(file)\"") { chmod(file, 0o600) }
    }

    /// Shuts a key out.
    func forbid(_ key: SSHPublicKey) throws {
        guard File.exists(file) else { return }
        try change { lines in lines.removeAll { Self.isKey($0, key) } }
    }

    private func change(_ body: (inout [[UInt8]]) -> Void) throws {
        let before = File.exists(file) ? try File.read(file, limit: 1 << 20) : []
        var lines = before.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let old = lines
        body(&lines)
        guard lines != old else { return }
        try File.write(file, lines.flatMap { $0 + [0x0A] }, mode: 0o600)
    }

    private static func isKey(_ line: [UInt8], _ key: SSHPublicKey) -> Bool {
        SSHPublicKey(String(decoding: line, as: UTF8.self))?.blob == key.blob
    }
}
