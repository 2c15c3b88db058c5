extension DiskFile {
    /// Takes away what firmware starts from, one thing after the other, each durable before the next: a power cut leaves a disk
    /// that starts as before or not at all.
    ///
    /// Only then may anything else be overwritten: two sectors that are written at once reach a disk in any order, and a boot
    /// loader that finds half of its files is worse than none.
    /// - Parameter partitions: those that the disk has
    public func clearBoot(_ partitions: [Partition]) throws {
        // BIOS: the code in the first sector, where the table of an MBR follows.
        try clear(440, at: 0)
        try sync()
        // UEFI: the sector that makes a file system of the EFI system partition.
        for partition in partitions where partition.type == PartitionRole.efi.type(architecture: "") {
            try clear(512, at: partition.start)
        }
        try sync()
    }
}
