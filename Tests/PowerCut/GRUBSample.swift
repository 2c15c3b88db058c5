import Boot
import DiskSupport
import Disks
import Host
import Testing

/// Lets real GRUB (grub-emu) start from some of the disks that were cut off: the offline model decides the proof, so it is held
/// against what it stands for.
final class GRUBSample {
    /// One disk in so many.
    private static let interval = 97

    private let layout: DiskLayout
    private let folder: String
    private var seen = 0

    init(layout: DiskLayout, folder: String) {
        self.layout = layout
        self.folder = folder
    }

    /// Compares GRUB's choice with the model's, and what it leaves behind.
    func compare(_ disk: RebuiltDisk, _ found: DiskExaminer.Findings) throws {
        guard EmulatedGRUB.isInstalled, found.startsWithBIOS, let efi = layout[.efi] else { return }
        seen += 1
        guard seen % Self.interval == 1 else { return }
        let copy = Path.join(folder, "sample")
        try SparseFile.copy(disk.path, to: copy)
        let grub = EmulatedGRUB(disk: copy, partition: efi, folder: folder)
        try grub.prepareMenu()
        let start = try grub.start()
        #expect(start.slot == found.slot, "\(start.screen.suffix(800))")
        let after = try GRUBBootControl(copy, offset: efi.start).read()
        #expect(after.state == SlotChoice(state: found.bootState, startable: after.startable).counted)
        #expect(after.problems.isEmpty)
    }
}
