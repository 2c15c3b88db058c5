import Boot
import DiskSupport
import Disks
import Host
import TestSupport
import Testing

@testable import Node

/// Machines that start from disks which were cut off, with the product's own GRUB, BIOS and UEFI in turn: it chooses and counts
/// what the offline model says.
@Suite(
    .serialized,
    .enabled(if: StorageDaemon.obstacle == nil, "\(StorageDaemon.obstacle ?? "")"),
    .enabled(if: PowerCutProof.factor > 1, "make powercut starts machines"))
struct GRUBBootTests {
    /// The ISO of the build under test.
    private static let iso = Environment.variable("NODEWRIGHT_TEST_ISO").flatMap { File.exists($0) ? $0 : nil }
    /// Machines that are started, and one in how many disks is taken.
    private static let (limit, interval) = (6, 9)

    @Test(.enabled(if: iso != nil, "there is no ISO to install from")) func machinesChooseAsTheModelDoes() throws {
        guard let iso = Self.iso else { return }
        try LiveMachine.with { machine in
            try machine.adopt(iso: iso)
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "power-cuts") { folder in
                let disk = try NodeDisk.withTwoSlots(machine, "base", isReal: true)
                let node = try NodeAtWork(disk, folder: folder)
                try node.slots("activating slot B", running: .a, lastEvent: "b activated") {
                    try $0.activate(.b, tries: 3)
                }
                try node.slots("blessing slot B", running: .b, lastEvent: "b good") { try $0.bless() }
                try node.slots("rolling back to slot A", running: .b, lastEvent: "a activated") { try $0.rollBack() }
                try node.slots("activating slot B once", running: .a, lastEvent: "b activated") {
                    try $0.activate(.b, tries: 1)
                }
                try node.slots("noting the last failure", running: .b, lastEvent: "b failed") {
                    try $0.noteFailure("no network", isLast: true)
                }
                var proof = PowerCutProof(
                    name: "changes of slots, with machines that start", recording: try node.finish(),
                    layout: disk.layout, systems: [disk.files])
                proof.cuts = 1
                var seen = 0
                var started = 0
                proof.onGood = { rebuilt, found in
                    seen += 1
                    guard started < Self.limit, seen % Self.interval == 1 else { return }
                    started += 1
                    let copy = Path.join(folder, "machine.raw")
                    try SparseFile.copy(rebuilt.path, to: copy)
                    try start(copy, disk.layout, found, firmware: started % 2 == 0 ? "uefi" : "bios")
                }
                try proof.run { found, possible, _ in NodeAtWork.problems(found, possible, node.expectations) }
                #expect(started == Self.limit)
            }
        }
    }

    /// Starts a machine until GRUB starts a kernel, and gives it the time to count.
    private func start(
        _ image: String, _ layout: DiskLayout, _ found: DiskExaminer.Findings, firmware: String
    ) throws {
        let slot = try #require(found.slot)
        let script = image + ".script"
        // The entry is named on the serial line, then it counts, then it loads 30 MB, which an emulated machine takes longer for.
        try File.write(script, "expect Booting .*slot \(slot.name)\nwait 20\n")
        let result = try Command(
            try Programs.built("nodewright"),
            [
                "boot", image, "--write", "--quiet", "--accel", "tcg", "--firmware", firmware, "--timeout", "300",
                "--script", script,
            ]
        ).run()
        #expect(result.status == 0, "\(firmware), slot \(slot.name): \(result.text) \(result.errorTail)")
        let after = try GRUBBootControl(image, offset: layout[.efi]?.start ?? 0).read()
        #expect(after.state == SlotChoice(state: found.bootState, startable: [.a, .b]).counted, "\(firmware)")
        #expect(after.state != found.bootState && after.problems.isEmpty, "\(firmware)")
    }
}
