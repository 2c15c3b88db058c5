import Boot
public import Disks
import Host

/// Removes a node from a disk, which is empty afterwards: nothing starts from it, and nothing on it is found any more.
///
/// The data itself is not overwritten.
public struct Uninstallation: Sendable {
    private let disk: Disk
    private let root: String

    /// - Parameter root: `/`, or a fixture: where the firmware's variables are
    /// - Throws: `.busy` for a disk that is in use, `.invalidInput` for one without a node
    public init(_ disk: Disk, root: String = "/") throws {
        try InstallationPlan.checkUse(disk)
        guard !disk.isReadOnly else { throw Failure(.device, "\"\(disk.path)\" is read-only") }
        guard disk.isNode || disk.content == .unfinished else {
            throw Failure(
                .invalidInput, "there is no node on \"\(disk.path)\": " + disk.summary,
                hint: "nodectl install --list shows what is on each disk")
        }
        self.disk = disk
        self.root = root
    }

    /// Clears the disk.
    ///
    /// - Returns: what did not work and is not needed
    /// - Throws: when the disk cannot be written
    public func run() throws -> [String] {
        let claim = try DiskClaim(disk.path)
        let file = try DiskFile(disk.path)
        try during("uninstalling from \"\(disk.path)\"") {
            // First what makes it start: cut short, it is a disk without a table, and this is done again.
            try UnfinishedMark.write(.anew, to: file)
            try file.sync()
            try file.clearBoot(disk.parts.compactMap(\.partition))
            try file.clear(UnfinishedMark.place.lowerBound, at: 0)
            try file.clear(DiskLayout.alignment - UnfinishedMark.place.upperBound, at: UnfinishedMark.place.upperBound)
            try file.clear(DiskLayout.alignment, at: disk.size / 512 * 512 - DiskLayout.alignment)
            try file.sync()
            for partition in disk.parts.compactMap(\.partition) where partition.size >= DiskLayout.alignment {
                try file.clear(DiskLayout.alignment, at: partition.start)
            }
            try file.sync()
            try UnfinishedMark.write(nil, to: file)
            try file.sync()
        }
        claim.forgetPartitions()
        guard let firmware = FirmwareEntry(root: root) else { return [] }
        let systems = disk.parts.compactMap(\.partition).filter { $0.role == .efi }.compactMap(\.identifier)
        do { try firmware.remove(systems) } catch { return ["\(error)"] }
        return []
    }
}
