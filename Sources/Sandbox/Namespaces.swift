import CLinux
import Glibc
import Host

/// Entering the namespaces of a rung; the process must still have one thread.
enum Namespaces {
    /// Enters them. The caller returns as process 1 of the new PID namespace; the process that called waits for it outside
    /// and ends as it ended.
    ///
    /// - Parameter parent: the process that must be alive; when it dies, the worker is killed
    static func enter(_ rung: Rung, parent: pid_t) throws {
        if rung == .chrootOnly {
            try dieWithParent(parent)
            return try suppressOwnership()
        }
        let user = getuid()
        let group = getgid()
        let mapper = rung == .subordinateIDs ? try SubordinateMapper(process: getpid()) : nil
        do {
            try check("enter new namespaces") { nlinux_unshare(rung.namespaces) }
        } catch let failure as Failure {
            throw Failure(.incompatible, failure.message, hint: failure.hint)
        }
        if let mapper {
            try mapper.map()
        } else if rung.hasUserNamespace {
            try File.append(Array("deny".utf8), toProcFile: "/proc/self/setgroups")
            try File.append(Array("0 \(user) 1".utf8), toProcFile: "/proc/self/uid_map")
            try File.append(Array("0 \(group) 1".utf8), toProcFile: "/proc/self/gid_map")
        }
        // Changing credentials clears the parent-death signal, so it is set only now.
        try dieWithParent(parent)
        try check("make the mounts private") { mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil) }
        let child = try check("start process 1 of the PID namespace") { nlinux_fork() }
        if child > 0 { wait(for: child) }
        // The signal set before the fork is not inherited.
        try check("ask to end with the parent") { nlinux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL)) }
        try suppressOwnership()
    }

    private static func suppressOwnership() throws {
        try check("filter changes of owner") { nlinux_suppress_ownership() }
    }

    private static func dieWithParent(_ parent: pid_t) throws {
        try check("ask to end with the parent") { nlinux_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL)) }
        // The parent may have died before that call.
        if getppid() != parent { exit(1) }
    }

    /// Waits for process 1 and ends as it ended.
    private static func wait(for child: pid_t) -> Never {
        // Only the child may hold the pipes, so that their ends are seen when it ends.
        for descriptor: Int32 in 0...1 { close(descriptor) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        exit(status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F))
    }
}

/// A process outside the new user namespace that maps the subordinate ids from there with newuidmap and newgidmap.
private struct SubordinateMapper {
    private let process: pid_t
    private let start: Int32

    /// Forks the mapper; it waits for `map`.
    init(process: pid_t) throws {
        let users = try Self.range("/etc/subuid", of: getuid())
        let groups = try Self.range("/etc/subgid", of: getuid())
        let user = getuid()
        let group = getgid()
        var ends: [Int32] = [-1, -1]
        try check("make a pipe") { nlinux_pipe(&ends) }
        let child = try check("start a process") { nlinux_fork() }
        if child == 0 {
            close(ends[1])
            var byte: UInt8 = 0
            guard read(ends[0], &byte, 1) == 1 else { _exit(1) }
            let maps = [("newuidmap", user, users), ("newgidmap", group, groups)]
            let mapped = maps.allSatisfy { program, own, range in
                let numbers = ["0", "\(own)", "1", "1", "\(range.start)", "\(range.count)"]
                let result = try? Command(program, ["\(process)"] + numbers).run()
                return result?.status == 0
            }
            _exit(mapped ? 0 : 1)
        }
        close(ends[0])
        self.process = child
        self.start = ends[1]
    }

    /// Lets the mapper write the maps of the namespace that this process has just entered.
    func map() throws {
        try File.append([1], to: start, named: "the id mapper")
        close(start)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw Failure(
                .incompatible, "newuidmap or newgidmap could not map the subordinate ids",
                hint: "install uidmap (shadow-utils on Fedora) and check /etc/subuid and /etc/subgid")
        }
    }

    /// The first range of at least 65,535 ids that the file gives the user, by name or number (subuid(5)).
    private static func range(_ file: String, of user: uid_t) throws -> (start: Int, count: Int) {
        let name = getpwuid(user).flatMap { $0.pointee.pw_name.map { String(cString: $0) } }
        let text = (try? File.readText(file)) ?? ""
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":")
            guard fields.count == 3, fields[0] == "\(user)" || String(fields[0]) == name, let start = Int(fields[1]),
                let count = Int(fields[2]),
                count >= 65535
            else { continue }
            return (start, 65535)
        }
        throw Failure(.incompatible, "\(file) gives user \(name ?? "\(user)") no range of 65535 ids")
    }
}

extension File {
    /// Writes to a file of /proc, which must not be created or renamed, in one call.
    fileprivate static func append(_ bytes: [UInt8], toProcFile path: String) throws {
        let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_WRONLY | O_CLOEXEC, 0) }
        defer { close(descriptor) }
        try append(bytes, to: descriptor, named: path)
    }
}
