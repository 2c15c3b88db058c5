import CLinux
import Glibc
import Host

/// The mounts that programs of a root tree expect, made inside a worker; they end with it.
public struct RootMounts: Sendable {
    /// The root tree.
    public let root: String
    private let rung: Rung

    private static let devices = ["null", "zero", "full", "random", "urandom", "tty"]

    /// Mounts /proc, /dev and temporary file systems on /tmp, /run and /var/tmp of `root`.
    ///
    /// With `.chrootOnly` nothing can be mounted: then a few plain files stand in for devices until `leave`.
    public init(_ root: String, rung: Rung) throws {
        self.root = root
        self.rung = rung
        for folder in ["dev", "proc", "run", "sys", "tmp", "var/tmp"] { try Folder.create(Path.join(root, folder)) }
        guard rung != .chrootOnly else {
            try File.write(Path.join(root, "dev/null"), "", mode: 0o666)
            return
        }
        for (folder, mode) in [("dev", "0755"), ("run", "0755"), ("tmp", "1777"), ("var/tmp", "1777")] {
            try mountTemporary(folder, mode: mode)
        }
        for name in Self.devices {
            let path = Path.join(root, "dev/\(name)")
            try File.write(path, "")
            try check("mount \"\(path)\"") { mount("/dev/\(name)", path, nil, UInt(MS_BIND), nil) }
        }
        for (name, target) in [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")] {
            try check("link \"\(name)\"") { symlink(target, Path.join(root, "dev/\(name)")) }
        }
        try Folder.create(Path.join(root, "dev/shm"))
        let processes = Path.join(root, "proc")
        // Where the host's /proc is masked (containers), a new one is refused; the host's own serves as well.
        if mount("proc", processes, "proc", UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC), nil) != 0 {
            try check("mount \"\(processes)\"") { mount("/proc", processes, nil, UInt(MS_BIND | MS_REC), nil) }
        }
    }

    private func mountTemporary(_ folder: String, mode: String) throws {
        let path = Path.join(root, folder)
        try check("mount \"\(path)\"") { mount("tmpfs", path, "tmpfs", UInt(MS_NOSUID), "mode=\(mode)") }
    }

    /// A command that runs a program of the tree with the tree as its root.
    public func command(_ program: String, _ arguments: [String] = [], environment: [String: String] = [:]) -> Command {
        var variables = ["PATH": "/usr/sbin:/usr/bin", "HOME": "/root", "TMPDIR": "/tmp"]
        variables.merge(environment) { $1 }
        return Command("chroot", [root, program] + arguments, environment: variables)
    }

    /// Takes the mounts away again, so that the tree can be read as it is on disk.
    public func leave() throws {
        guard rung != .chrootOnly else { return try File.remove(Path.join(root, "dev/null")) }
        for folder in ["proc", "dev", "run", "tmp", "var/tmp"] {
            let path = Path.join(root, folder)
            try check("unmount \"\(path)\"") { umount2(path, Int32(MNT_DETACH)) }
        }
    }
}

/// An overlay mount: changes to `target` go to `upper`, the tree `lower` stays as it is.
///
/// - Parameters:
///   - work: an empty folder on the file system of `upper`
/// - Throws: when the kernel or the file system below cannot do it; the caller then works on a copy
public func mountOverlay(lower: String, upper: String, work: String, on target: String, rung: Rung) throws {
    for path in [lower, upper, work] where path.contains(where: { ":,\\".contains($0) }) {
        throw Failure(
            .invalidInput, "\"\(path)\" contains one of the characters : , \\, which an overlay mount cannot name")
    }
    // Without privileges over the whole system, overlayfs keeps its marks in user.* attributes (kernel 5.11).
    let attributes = rung == .root ? "" : ",userxattr"
    try check("mount an overlay on \"\(target)\"") {
        mount("overlay", target, "overlay", 0, "lowerdir=\(lower),upperdir=\(upper),workdir=\(work)\(attributes)")
    }
}
