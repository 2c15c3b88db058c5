import Glibc
import Host
import NodeConfig

/// Who may log in and how, written into a root before its services run: the administrator's password and sshd.
public struct AccessSettings {
    private static let keys = "etc/ssh/nodewright_authorized_keys"
    /// Read before the image's own files, and sshd takes the first value that it meets.
    private static let drop = "etc/ssh/sshd_config.d/10-nodewright.conf"

    private let configuration: NodeConfiguration

    /// The settings of a configuration.
    public init(_ configuration: NodeConfiguration) { self.configuration = configuration }

    /// Writes what is given; what is not stays as the image has it.
    ///
    /// - Parameter warn: hears what cannot be done, and is left out
    /// - Throws: when the root cannot be written
    public func render(root: String, warn: (String) -> Void) throws {
        try renderPassword(Path.join(root, "etc/shadow"), warn: warn)
        try renderSSH(root)
    }

    /// Writes what is given on the running node, and tells sshd; connections that are open stay.
    ///
    /// - Throws: when something cannot be done; the rest is
    public func apply() throws {
        var problem: String?
        let drop = try? File.readText("/" + Self.drop)
        try render(root: "/") { problem = problem ?? $0 }
        if drop != (try? File.readText("/" + Self.drop)) {
            try Command("systemctl", ["try-reload-or-restart", "sshd.service"]).run().check(.device)
        }
        if let problem { throw Failure(.device, problem) }
    }

    /// The line of root in `/etc/shadow` (shadow(5)).
    private func renderPassword(_ file: String, warn: (String) -> Void) throws {
        guard let hash = configuration.administrator.passwordHash?.revealed else { return }
        guard File.kind(file) == .regular, let bytes = try? File.read(file, limit: 1 << 20) else {
            return warn("the image has no /etc/shadow, so the administrator gets no password")
        }
        var found = false
        var content: [UInt8] = []
        for line in bytes.split(separator: 0x0A) {
            var fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(Array.init)
            if fields.count >= 3, fields[0] == Array("root".utf8) {
                found = true
                fields[1] = Array(hash.utf8)
                // Days since 1970 of the last change: 0 asks for a new password at the next login.
                let mustChange = configuration.administrator.mustChangePassword ?? false
                fields[2] = mustChange ? [UInt8(ascii: "0")] : []
            }
            content += Array(fields.joined(separator: [UInt8(ascii: ":")])) + [0x0A]
        }
        guard found else { return warn("the image has no user root, so the administrator gets no password") }
        if content != bytes { try File.write(file, content, mode: 0o600) }
    }

    private func renderSSH(_ root: String) throws {
        let ssh = configuration.ssh
        let isGiven = ssh != SSHSettings() || configuration.administrator != AdministratorSettings()
        guard isGiven, File.kind(Path.join(root, "etc/ssh")) == .folder else { return }
        var lines = ["# Made by nodectl from the node configuration."]
        if let port = ssh.port { lines.append("Port \(port)") }
        let takesPasswords = ssh.passwordLogin ?? false
        lines.append("PasswordAuthentication \(takesPasswords ? "yes" : "no")")
        lines.append("KbdInteractiveAuthentication \(takesPasswords ? "yes" : "no")")
        lines.append("PermitRootLogin \(takesPasswords ? "yes" : "prohibit-password")")
        if !ssh.keys.isEmpty {
            lines.append("AuthorizedKeysFile .ssh/authorized_keys /\(Self.keys)")
            try SystemFile.update(Path.join(root, Self.keys), to: ssh.keys.map { $0 + "\n" }.joined())
        }
        try Folder.create(Path.join(root, Path.parent(Self.drop)))
        try SystemFile.update(Path.join(root, Self.drop), to: lines.map { $0 + "\n" }.joined())
        guard ssh.enabled == false else { return }
        // What systemctl mask does.
        for unit in ["sshd.service", "sshd.socket", "ssh.service", "ssh.socket"] {
            let link = Path.join(root, "etc/systemd/system/\(unit)")
            if File.kind(link) == .link, (try? File.linkTarget(link)) == "/dev/null" { continue }
            try File.remove(link)
            try Folder.create(Path.parent(link))
            guard symlink("/dev/null", link) == 0 else { throw Failure(.device, "cannot make the link \"\(link)\"") }
        }
    }
}
