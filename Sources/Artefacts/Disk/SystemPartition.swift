import Boot
import Host

/// The EFI system partition of a disk image: FAT32 at an offset of the image file, made with mkfs.fat and mtools, the same
/// bytes at every run.
struct SystemPartition {
    private static let sector = 512
    /// Fewer clusters make a FAT16 of it, whatever the header says (Microsoft's FAT specification, 3.5). With some to spare,
    /// because the tables take room from them.
    private static let fewestClusters = 65_525 + 200

    /// The image file.
    let image: String
    /// Bytes from its beginning.
    let offset: Int
    /// Bytes of the partition.
    let size: Int
    /// Becomes the serial number of the file system.
    let serial: String
    let epoch: Int
    let progress: ProgressSink

    /// A file on the partition.
    struct Content {
        /// From the root: `/EFI/BOOT/grubx64.efi`.
        let target: String
        /// Path on the host.
        let source: String
    }

    /// Makes the file system with these files.
    func write(_ files: [Content]) throws {
        try checkRoom(files)
        try run(
            "mkfs.fat",
            [
                "--invariant", "-F", "32", "-s", String(clusterSectors), "-S", String(Self.sector), "-i", serial, "-n",
                "ESP",
                "-h", String(offset / Self.sector), "--offset", String(offset / Self.sector), image, String(size >> 10),
            ])
        var folders: Set<String> = []
        for file in files {
            var parent = Path.parent(file.target)
            while parent != "/" {
                folders.insert(parent)
                parent = Path.parent(parent)
            }
        }
        let part = "\(image)@@\(offset)"
        try run("mmd", ["-i", part] + folders.sorted().map { "::" + $0 })
        for file in files { try run("mcopy", ["-i", part, file.source, "::" + file.target]) }
    }

    /// Sectors of a cluster: 4 KiB where the partition is large enough for that.
    var clusterSectors: Int {
        let sectors = size / Self.sector * 98 / 100
        return [8, 4, 2, 1].first { sectors / $0 >= Self.fewestClusters } ?? 1
    }

    private func checkRoom(_ files: [Content]) throws {
        guard size / Self.sector * 98 / 100 >= Self.fewestClusters else {
            throw Failure(
                .invalidInput, "an EFI system partition of \(size >> 20) MiB is too small for FAT32",
                hint: "give it at least 64 MiB (image: sizes: esp)")
        }
        let cluster = clusterSectors * Self.sector
        func isOfSlot(_ file: Content) -> Bool { file.target.hasPrefix(DiskMenu.folder + "/a/") }
        // Room for the other slot, and for a new kernel beside the one it replaces.
        let needed = try files.reduce(0) { sum, file in
            sum + (try File.size(file.source) + cluster) * (isOfSlot(file) ? 3 : 1)
        }
        guard needed <= size * 98 / 100 else {
            throw Failure(
                .invalidInput,
                "an EFI system partition of \(size >> 20) MiB cannot hold kernel and initramfs of two slots and of an upgrade"
                    + " (\(needed >> 20) MiB)",
                hint: "make it larger (image: sizes: esp)")
        }
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        // mtools takes the times of files and folders from the variable.
        try Command(program, arguments, environment: ["SOURCE_DATE_EPOCH": String(epoch)], progress: progress).run()
            .check()
    }
}
