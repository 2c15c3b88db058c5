import Host

/// The FAT file system that UEFI firmware starts from: made with mkfs.fat and mtools, the same bytes at every run.
struct EFIPartition {
    /// FAT16 with clusters of one sector: readable by every firmware, and small.
    private static let sector = 512
    private static let largest = 30 << 20

    let programs: [(name: String, path: String)]
    let stub: String
    /// Becomes the serial number of the file system.
    let serial: UInt32
    let epoch: Int
    var progress: ProgressSink = silent

    /// Makes the file system in a new file.
    func write(to path: String) throws {
        var size = 0
        for program in programs { size += try rounded(File.size(program.path)) }
        // For each stub a file, its folder and the folder's parent.
        size += 4 * Self.sector * (BootMenu.stubFolders.count + 2)
        // Two tables of two bytes for each cluster, the root folder, and at least as many clusters as make it FAT16.
        size = max(size + size / 64 + (32 << 10), 4200 * Self.sector)
        let total = (size + 0x3FFF) / 0x4000 * 0x4000
        guard total <= Self.largest else {
            throw Failure(
                .incompatible, "the UEFI boot programs are larger (\(total >> 20) MiB) than their file system may be")
        }
        try Folder.withTemporary { folder in
            let stubFile = Path.join(folder, "grub.cfg")
            try File.write(stubFile, stub)
            // No label: a stick is found by that of the ISO, and udev's link leads to whichever came last.
            try run(
                "mkfs.fat",
                ["--invariant", "-C", "-F", "16", "-s", "1", "-i", hexadecimal(serial), path, String(total >> 10)])
            let folders = Set(BootMenu.stubFolders.flatMap { [Path.parent($0), $0] }).subtracting(["/"])
            try run("mmd", ["-i", path] + folders.sorted().map { "::" + $0 })
            for program in programs { try run("mcopy", ["-i", path, program.path, "::/EFI/BOOT/" + program.name]) }
            for target in BootMenu.stubFolders {
                try run("mcopy", ["-i", path, stubFile, "::" + target + "/grub.cfg"])
            }
        }
    }

    private func rounded(_ size: Int) -> Int { (size + Self.sector - 1) / Self.sector * Self.sector }

    private func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        // mtools takes the times of files and folders from the variable.
        try Command(program, arguments, environment: ["SOURCE_DATE_EPOCH": String(epoch)], progress: progress).run()
            .check()
    }
}
