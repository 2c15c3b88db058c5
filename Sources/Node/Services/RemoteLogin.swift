import NodeConfig

/// Remote login: a file that sshd reads before the image's own, because it takes the first value that it meets.
struct RemoteLogin: FileSettings {
    private static let keys = "etc/ssh/nodewright_authorized_keys"
    /// What decides about accounts at remote logins; authselect makes the first one a link to the second.
    private static let accounts = ["etc/pam.d/password-auth", "etc/authselect/password-auth"]

    private let ssh: SSHSettings
    private let mustChangePassword: Bool
    private let isGiven: Bool

    init(_ configuration: NodeConfiguration) {
        ssh = configuration.ssh
        mustChangePassword = configuration.administrator.mustChangePassword == true
        isGiven = ssh != SSHSettings() || configuration.administrator != AdministratorSettings()
    }

    var name: String { "SSH" }

    var wanted: String {
        if ssh.enabled == false { return "off" }
        let words = [
            ssh.port.map { "port \($0)" }, isGiven ? takesPasswords ? "passwords" : "no passwords" : "the image's",
            ssh.keys.isEmpty ? nil : "\(ssh.keys.count) \(ssh.keys.count == 1 ? "key" : "keys")",
        ]
        return words.compactMap { $0 }.joined(separator: ", ")
    }

    // Connections that are open stay in either case.
    var commands: [[String]] {
        ssh.enabled == false
            ? [["stop", "sshd.socket", "sshd.service"]] : [["reload-or-restart", "sshd.service"]]
    }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        guard image.has("etc/ssh") else { return [] }
        let keys = ssh.keys.isEmpty ? nil : ssh.keys.map { $0 + "\n" }.joined()
        let accounts = Self.accounts.map { path in
            WantedFile.text(path, mustChangePassword ? Self.sparingKeys(image.text(path)) : nil)
        }
        return accounts + [
            .text(Self.keys, keys),
            .text("etc/ssh/sshd_config.d/10-nodewright.conf", isGiven ? configuration : nil, mode: 0o600),
        ] + ["sshd.service", "sshd.socket", "ssh.service", "ssh.socket"].map { .mask($0, if: ssh.enabled == false) }
    }

    /// A password that must be changed stops no login by key, or an engine could not log in, and nobody could say "nodectl
    /// confirm". Whoever logs in with the password, here or at the console, must change it (pam_unix(8), no_pass_expiry).
    private static func sparingKeys(_ text: String?) -> String? {
        let lines = text?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).map { line in
            line.hasPrefix("account") || line.hasPrefix("-account")
                ? line.replacing("pam_unix.so", with: "pam_unix.so no_pass_expiry") : line
        }
        return lines?.joined(separator: "\n")
    }

    private var takesPasswords: Bool { ssh.passwordLogin ?? false }

    private var configuration: String {
        var lines = ssh.port.map { ["Port \($0)"] } ?? []
        lines.append("PasswordAuthentication \(takesPasswords ? "yes" : "no")")
        lines.append("KbdInteractiveAuthentication \(takesPasswords ? "yes" : "no")")
        lines.append("PermitRootLogin \(takesPasswords ? "yes" : "prohibit-password")")
        if !ssh.keys.isEmpty { lines.append("AuthorizedKeysFile .ssh/authorized_keys /\(Self.keys)") }
        return lines.map { $0 + "\n" }.joined()
    }
}
