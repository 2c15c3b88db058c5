import Boot
import Disks
import Host

@testable import Node

/// Goes on where an upgrade was cut off: slot A has started, and the same upgrade is done once more.
final class UpgradeOnceMore {
    private let release: SampleRelease
    private let layout: DiskLayout
    private let host: String
    /// How often that has been done.
    private(set) var count = 0

    /// - Parameter host: the host name in the configuration of slot A
    init(_ release: SampleRelease, _ layout: DiskLayout, _ host: String) {
        self.release = release
        self.layout = layout
        self.host = host
    }

    /// What is wrong with it, or with the disk afterwards.
    func problems(_ disk: RebuiltDisk, _ proof: PowerCutProof, in folder: String) throws -> [String] {
        count += 1
        return try Folder.withTemporary(in: folder, prefix: "again") { folder in
            let copy = Path.join(folder, "disk")
            try SparseFile.copy(disk.path, to: copy)
            do { try upgrade(copy, in: folder) } catch { return ["the next upgrade fails: \(error)"] }
            let place = Path.join(folder, "examined")
            try Folder.create(place)
            let found = try proof.examine(copy, in: place)
            var problems = found.problems
            if found.slot != .b || found.held != (proof.changing?.releases.count ?? 0) - 1 {
                problems.append("GRUB starts slot \(found.slot?.name ?? "?")")
            }
            if found.bootState?.b != .init(isGood: false, triesLeft: BootState.defaultTries) {
                problems.append("slot B is not on trial")
            }
            if found.configured != [.a: host, .b: host] { problems.append("configured: \(found.configured)") }
            if !found.isTidy { problems.append("fsck.fat finds something") }
            return problems.map { "after the next upgrade: " + $0 }
        }
    }

    private func upgrade(_ copy: String, in folder: String) throws {
        try mend(copy)
        let root = try NodeRoot(copy, layout, in: folder)
        let outcome = try release.upgrade(root.slots(running: .a))
        try root.unmount()
        guard outcome == .activated else { throw Failure(.internalError, "it ends as \(outcome)") }
    }

    /// Puts the state right, as `mount-state` of the initramfs does it.
    private func mend(_ copy: String) throws {
        guard let state = layout[.state] else { return }
        // e2fsck itself knows an offset, too, and forgets it when it turns to a copy of the superblock.
        let loop = try Command(
            "losetup",
            ["--find", "--show", "--offset", String(state.start), "--sizelimit", String(state.size), copy]
        ).run().check()
        let device = String(loop.text.prefix { !$0.isNewline })
        defer { _ = try? Command("losetup", ["--detach", device]).run() }
        let check = try Command("e2fsck", ["-fp", device]).run()
        if check.errorTail.contains("Superblock checksum does not match") {
            _ = try Command("e2fsck", ["-fy", device]).run()
        }
    }
}
