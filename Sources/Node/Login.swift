import Glibc
import Host

/// The program that asks for name and password on a terminal.
public enum Login {
    /// The command for standard input's terminal, in the words of systemd's own getty units; nil when there is no agetty.
    public static func command(isVirtual: Bool) -> [String]? {
        let candidates = ["/sbin/agetty", "/usr/sbin/agetty", "/usr/bin/agetty"]
        guard let agetty = candidates.first(where: { access($0, X_OK) == 0 }) else { return nil }
        let line = isVirtual ? ["--noclear"] : ["--keep-baud", "115200,57600,38400,9600"]
        return [agetty, "-o", "-p -- \\u"] + line + ["-"] + (Environment.variable("TERM").map { [$0] } ?? [])
    }

    /// Becomes that program.
    ///
    /// - Throws: when it cannot be started; else this does not return
    public static func start(_ command: [String]) throws -> Never {
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        arguments.append(nil)
        execv(command[0], &arguments)
        throw systemFailure(errno, "run \"\(command[0])\"")
    }
}
