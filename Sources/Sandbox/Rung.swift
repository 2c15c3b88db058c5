import CLinux
import Glibc
import Host

/// How far this process can go to act as root for a tree without being it; the first that works is taken (DESIGN.md, decision 11).
public enum Rung: String, Sendable, CaseIterable {
    /// Real root: new mount, PID, network, IPC and UTS namespaces.
    case root
    /// A user namespace that maps the user to 0 and a range of subordinate ids (`/etc/subuid`) above it.
    case subordinateIDs = "subordinate-ids"
    /// A user namespace with one id: the user is 0, nobody else exists.
    case singleID = "single-id"
    /// Root in a container without CAP_SYS_ADMIN: no namespaces, chroot only.
    case chrootOnly = "chroot"

    /// Whether a user namespace is part of it.
    var hasUserNamespace: Bool { self == .subordinateIDs || self == .singleID }

    /// The namespaces to enter.
    var namespaces: Int32 {
        if self == .chrootOnly { return 0 }
        let common = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
        return hasUserNamespace ? common | CLONE_NEWUSER : common
    }

    /// The best rung that works here, found by trying.
    ///
    /// - Parameter program: this program's binary, which is run again for each try
    /// - Throws: when none works, with what to change
    public static func best(program: String? = nil) throws -> Rung {
        if let wanted = Environment.variable("NODEWRIGHT_SANDBOX") {
            guard let rung = Rung(rawValue: wanted) else {
                throw Failure(
                    .invalidInput, "NODEWRIGHT_SANDBOX is \"\(wanted)\"",
                    hint: "use one of " + allCases.map(\.rawValue).joined(separator: ", "))
            }
            return rung
        }
        let candidates: [Rung] = geteuid() == 0 ? [.root, .singleID, .chrootOnly] : [.subordinateIDs, .singleID]
        var reasons: [String] = []
        for rung in candidates {
            do {
                _ = try Worker(program: program, rung: rung).run("probe", job: [])
                return rung
            } catch let failure as Failure {
                reasons.append("\(rung.rawValue): \(failure.message)")
            }
        }
        throw Failure(
            .incompatible, "no way to unpack packages without root works on this machine",
            hint:
                "allow user namespaces (sysctl user.max_user_namespaces=10000, kernel.apparmor_restrict_unprivileged_userns=0), or run as root",
            details: reasons)
    }
}
