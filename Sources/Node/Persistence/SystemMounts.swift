import Host

/// Mounts where the whole system sees them.
///
/// The service of the initramfs that runs `nodectl render` has a mount namespace of its own, in which `/sysroot` is `/`. What is
/// mounted there ends with it, so it is mounted in that of process 1, from where it comes into the service's own, too.
struct SystemMounts {
    private static let initramfsRoot = "/sysroot"

    private let isInitramfs: Bool

    init() {
        let own = try? File.linkTarget("/proc/self/ns/mnt")
        isInitramfs =
            File.exists("/proc/1/root/etc/initrd-release") && own != (try? File.linkTarget("/proc/1/ns/mnt"))
    }

    /// Lays a writable layer over a folder.
    ///
    /// - Parameters:
    ///   - folder: what is covered, and the lower layer; it must have no comma, colon, quote or backslash in its path
    ///   - upper: where changes go
    ///   - work: an empty folder beside it
    func overlay(_ folder: String, upper: String, work: String) throws {
        let place = outside(folder)
        // Without these, whatever the kernel's own defaults, another lower layer (an upgrade) may be combined with the upper.
        let options = "lowerdir=\(place),upperdir=\(upper),workdir=\(work),index=off,metacopy=off,redirect_dir=off"
        try mount(["-t", "overlay", "-o", options, "overlay", place], at: folder)
    }

    /// Mounts an empty file system in memory.
    func memory(_ folder: String) throws {
        try mount(["-t", "tmpfs", "-o", "mode=0755,size=50%", "tmpfs", outside(folder)], at: folder)
    }

    /// Takes away what is mounted on a folder.
    func unmount(_ folder: String) throws {
        let before = Self.count(folder)
        try run("umount", [outside(folder)])
        guard Self.count(folder) < before else {
            throw Failure(.device, "\"\(folder)\" was unmounted, but is still seen here")
        }
    }

    /// Whether an overlay of ours lies over a folder.
    static func isKept(_ folder: String) -> Bool { keptFolders().contains(folder) }

    /// The folders over which one lies.
    static func keptFolders() -> Set<String> {
        Set(
            MountEntry.all().filter { entry in
                entry.fileSystem == "overlay" && entry.options.contains("/nodewright/state/persist/")
            }.map(\.place))
    }

    private func mount(_ arguments: [String], at folder: String) throws {
        let before = Self.count(folder)
        try run("mount", arguments)
        guard Self.count(folder) > before else {
            throw Failure(.device, "\"\(folder)\" was mounted, but cannot be seen from here")
        }
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let command =
            isInitramfs
            ? Command("nsenter", ["--target", "1", "--mount", program] + arguments) : Command(program, arguments)
        try command.run().check(.device)
    }

    /// How many file systems are mounted on a folder.
    private static func count(_ folder: String) -> Int {
        MountEntry.all().count { $0.place == folder }
    }

    /// The path of a folder as process 1 knows it; `/run` is the same.
    private func outside(_ path: String) -> String {
        isInitramfs && !path.hasPrefix("/run/") ? Path.join(Self.initramfsRoot, path) : path
    }
}
