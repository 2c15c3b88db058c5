import CFdisk
import CParted
import Glibc
import Host

/// A disk that is taken for this program alone while it is written: udev does not look at it (systemd's "block device
/// locking": flock), and nobody else who keeps to that writes to it.
public final class DiskClaim {
    private let path: String
    private let descriptor: Int32

    /// Takes a disk.
    ///
    /// - Throws: `.busy` when it, or a partition of it, is mounted, is a part of something, or is being written by another program
    public init(_ path: String) throws {
        self.path = path
        // For a disk O_EXCL means that nobody in the kernel uses it or one of its partitions; for a file nothing.
        let exclusive = Glibc.open(path, O_RDWR | O_EXCL | O_CLOEXEC)
        if exclusive < 0, errno == EBUSY {
            throw Failure(
                .busy, "\"\(path)\" is in use by the kernel: something on it is mounted or a part of something else",
                hint: "\"nodectl install --list\" shows what is known about it; lsblk shows the rest")
        }
        if exclusive >= 0 { close(exclusive) }
        descriptor = try check("open \"\(path)\"") { Glibc.open(path, O_RDWR | O_CLOEXEC) }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            close(descriptor)
            if code == EWOULDBLOCK { throw Failure(.busy, "\"\(path)\" is being written by another program") }
            throw systemFailure(code, "lock \"\(path)\"")
        }
    }

    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Lets the kernel see that the disk has no partitions any more.
    public func forgetPartitions() {
        guard isDevice, let context = fdisk_new_context() else { return }
        defer { fdisk_unref_context(context) }
        fdisk_disable_dialogs(context, 1)
        guard fdisk_assign_device(context, path, 1) == 0 else { return }
        // A mapping has no partitions of the kernel's; there this fails.
        fdisk_reread_partition_table(context)
        fdisk_deassign_device(context, 1)
    }

    /// Gives the disk back, and lets the kernel see the partitions that it has now (libparted, which knows mappings, too).
    ///
    /// - Throws: when it does not take them
    public func announcePartitions() throws {
        // Debian's libparted waits until udev has nothing to do ("udevadm settle", twice, two minutes each), and udev waits for
        // this lock.
        flock(descriptor, LOCK_UN)
        guard isDevice else { return }
        ped_exception_set_handler { _ in PED_EXCEPTION_UNHANDLED }
        guard let device = ped_device_get(path) else {
            throw Failure(.device, "libparted cannot open \"\(path)\"")
        }
        defer { ped_device_destroy(device) }
        guard let disk = ped_disk_new(device) else {
            throw Failure(.device, "libparted cannot read the new partitions of \"\(path)\"")
        }
        defer { ped_disk_destroy(disk) }
        guard ped_disk_commit_to_os(disk) != 0 else {
            throw Failure(
                .device, "the kernel does not take the new partitions of \"\(path)\"", hint: "restart this machine")
        }
    }

    private var isDevice: Bool { File.kind(path) == .other || File.kind(path) == .link }
}
