import Glibc
import Host

/// Whether whoever runs this process came over SSH, and when.
public enum LoginSession {
    /// Seconds after the start of the machine at which the SSH connection was made; nil for a console.
    ///
    /// The process of sshd nearest to us was started for this connection.
    public static func sshStart() -> Double? {
        var process = Int(getpid())
        // No chain of parents is longer.
        for _ in 0..<64 {
            guard process > 1, let fields = stat(process) else { return nil }
            if fields.name.hasPrefix("sshd") { return fields.start }
            process = fields.parent
        }
        return nil
    }

    /// Whether this process has a terminal of a program's making (pts(4)): that of an SSH connection, of tmux or of screen.
    public static func isOnPseudoTerminal() -> Bool {
        isatty(0) == 1 && ttyname(0).map { String(cString: $0).hasPrefix("/dev/pts/") } ?? false
    }

    /// Seconds since the start of the machine, the clock of `sshStart`.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// proc_pid_stat(5): id, name in parentheses, state, parent, …; the 22nd is the start in ticks of the clock.
    private static func stat(_ process: Int) -> (name: String, parent: Int, start: Double)? {
        guard let line = SystemFile.line("/proc/\(process)/stat"), let open = line.firstIndex(of: "("),
            let close = line.lastIndex(of: ")")
        else { return nil }
        let fields = line[line.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let parent = Int(fields[1]), let ticks = Double(fields[19]) else { return nil }
        return (String(line[line.index(after: open)..<close]), parent, ticks / Double(sysconf(Int32(_SC_CLK_TCK))))
    }
}
