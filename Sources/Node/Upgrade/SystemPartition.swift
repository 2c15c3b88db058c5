import CLinux
import Glibc
import Host

/// The EFI system partition of the disk that a node runs from, mounted for as long as something is changed in it.
///
/// The kernel's vfat writes in any order between two `sync`s, but never half a sector. So what must not be mixed has a `sync`
/// between: an entry of the menu goes before its kernel, and comes after it.
struct SystemPartition {
    private static let mountPoint = "run/nodewright/esp"

    private let folder: String

    /// Mounts a partition for `body`.
    ///
    /// - Throws: `.device` when it cannot be mounted or unmounted
    static func with<Value>(
        _ place: SlotPlace, root: String = "/", _ body: (SystemPartition) throws -> Value
    ) throws -> Value {
        let folder = Path.join(root, mountPoint)
        try Folder.create(folder, mode: 0o700)
        // A part of an image, or of a disk whose partitions the kernel does not know.
        let isPart = place.offset > 0 || File.kind(place.path) == .regular
        let loop = isPart ? ",loop,offset=\(place.offset),sizelimit=\(place.size)" : ""
        // What an upgrade that was killed has left.
        _ = try? Command("umount", ["-q", folder]).run()
        try Command(
            "mount", ["-t", "vfat", "-o", "rw,nosuid,nodev,noexec,umask=077,utf8,quiet" + loop, place.path, folder]
        ).run().check(.device)
        let result = Result { try body(SystemPartition(folder: folder)) }
        let ended = try Command("umount", [folder]).run()
        let value = try result.get()
        try ended.check(.device)
        return value
    }

    /// The path of a file while it is mounted.
    func path(_ name: String) -> String { Path.join(folder, name) }

    /// Removes files, durably, before anything else uses their place.
    func remove(_ names: [String]) throws {
        for name in names { try File.remove(path(name)) }
        try sync()
    }

    /// Gives files that were written aside, under `NAME.new`, their names.
    func name(_ names: [String]) throws {
        try sync()
        for name in names {
            try check("rename \"\(name).new\"") { rename(path(name + ".new"), path(name)) }
        }
        try sync()
    }

    /// Everything is on the disk.
    func sync() throws {
        let descriptor = try check("open \"\(folder)\"") { nlinux_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) }
        defer { close(descriptor) }
        try check("write the EFI system partition") { nlinux_sync_file_system(descriptor) }
    }
}
