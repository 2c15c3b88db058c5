import CPam
import Glibc
import Host

/// Whether somebody at the console is the administrator, as PAM says.
struct AdministratorLogin {
    /// What PAM said.
    enum Answer: Sendable {
        case granted
        case refused
        /// The password is right, but must be changed first, which needs a shell.
        case expired
        case broken
    }

    /// The file in `/etc/pam.d`.
    private static let service = "nodewright"

    /// Asks about root.
    ///
    /// PAM itself waits after a wrong password (pam_faildelay).
    static func check(_ password: String) -> Answer {
        guard !password.utf8.contains(0) else { return .refused }
        let terminal = ttyname(0).map { String(cString: $0) }
        switch nodewright_pam_check(service, "root", terminal, password) {
        case Int32(nodewright_pam_granted.rawValue): return .granted
        case Int32(nodewright_pam_refused.rawValue): return .refused
        case Int32(nodewright_pam_expired.rawValue): return .expired
        default: return .broken
        }
    }
}
