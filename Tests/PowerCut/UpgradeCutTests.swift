import Boot
import DiskSupport
import Disks
import Host
import NodeConfig
import Testing

@testable import Node

/// The power goes while slot B is upgraded and slot A runs: slot A starts, or slot B does once it is whole; and the same upgrade
/// succeeds on whatever the cut has left.
@Suite(.serialized, .enabled(if: StorageDaemon.obstacle == nil, "\(StorageDaemon.obstacle ?? "")"))
struct UpgradeCutTests {
    /// One in how many disks is upgraded once more.
    private static let interval = 19

    /// A node on which something is recorded.
    private struct Start {
        let disk: NodeDisk
        var expectation = NodeAtWork.Expectation(
            bootState: .installed(), configured: [.a: NodeDisk.hostnames[.a] ?? ""])
        /// What may be in slot B before.
        var releases: [[String: [UInt8]]] = []
    }

    /// Records what happens to a disk, and tries all cuts.
    ///
    /// - Parameter cutDisk: gets disks that were cut off
    private func prove(
        _ name: String, _ start: Start, to release: SampleRelease,
        cutDisk: @escaping (RebuiltDisk, DiskExaminer.Findings) throws -> Void = { _, _ in },
        _ work: (NodeAtWork) throws -> Void
    ) throws {
        try Folder.withTemporary(in: PowerCutProof.place, prefix: "power-cuts") { folder in
            let (disk, before) = (start.disk, start.expectation)
            let node = try NodeAtWork(disk, folder: folder, before: before)
            try work(node)
            var proof = PowerCutProof(
                name: name, recording: try node.finish(), layout: disk.layout, systems: [disk.files])
            proof.changing = .init(slot: .b, releases: start.releases + [try release.files(disk.layout)])
            proof.cuts = 1
            let sample = GRUBSample(layout: disk.layout, folder: folder)
            proof.onGood = { rebuilt, found in
                try sample.compare(rebuilt, found)
                try cutDisk(rebuilt, found)
            }
            let again = UpgradeOnceMore(release, disk.layout, before.configured[.a] ?? "")
            var seen = 0
            let asked = proof
            proof.goingOn = { rebuilt in
                seen += 1
                return seen % Self.interval == 1 ? try again.problems(rebuilt, asked, in: folder) : []
            }
            try proof.run { found, possible, _ in
                NodeAtWork.problems(found, possible, node.expectations)
                    + Self.problems(of: found, before, old: start.releases.count)
            }
            print("upgrades done once more: \(name): \(again.count)")
            #expect(again.count > 0)
        }
    }

    /// Slot B is started with all of one release only, and the new one with the configuration of slot A.
    ///
    /// - Parameter old: how many releases may have been there before
    private static func problems(
        of found: DiskExaminer.Findings, _ before: NodeAtWork.Expectation, old: Int
    ) -> [String] {
        guard found.slot == .b else { return [] }
        guard let held = found.held else { return ["GRUB starts slot B, which is not whole"] }
        if found.bootState == before.bootState { return [] }
        return (held == old ? [] : ["an old release is on trial"])
            + (found.configured[.b] == before.configured[.a] ? [] : ["slot B starts with another configuration"])
    }

    private func upgrade(_ node: NodeAtWork, to release: SampleRelease) throws {
        let outcome = try node.upgrade("upgrading slot B", to: release)
        #expect(outcome == .activated)
    }

    /// A node with another version in slot B that has not been started yet, and a configuration that is newer than that.
    private func filled(_ machine: LiveMachine) throws -> Start {
        var start = Start(disk: try NodeDisk.installed(machine, "base"))
        let (disk, host) = (start.disk, "node9.example.org")
        let old = try SampleRelease("1.3", seed: 30, size: 1200 << 10, in: machine.root)
        let root = try NodeRoot(disk.path, disk.layout, in: machine.path("before"))
        let outcome = try old.upgrade(root.slots(running: .a))
        #expect(outcome == .activated)
        try root.configurations(of: .a).write(NodeDisk.configuration(host), by: "test")
        try root.unmount()
        start.releases = [try old.files(disk.layout)]
        let control = GRUBBootControl(disk.path, offset: disk.layout[.efi]?.start ?? 0)
        start.expectation = .init(
            bootState: try control.read().state, configured: [.a: host, .b: NodeDisk.hostnames[.a] ?? ""],
            lastEvent: "b upgraded")
        return start
    }

    /// The first upgrade of a node: also the folder of slot B is new.
    @Test func anEmptySlot() throws {
        try LiveMachine.with { machine in
            let release = try SampleRelease("1.3", seed: 20, size: 900 << 10, in: machine.root)
            try prove("upgrade of an empty slot", Start(disk: NodeDisk.installed(machine, "base")), to: release) {
                try upgrade($0, to: release)
            }
        }
    }

    /// What is in slot B waits for its first start, and must not be started half overwritten. Somebody ends the upgrade while it
    /// writes the root; it goes on. Then the power goes again, on a disk that a cut has left with kernel and initramfs but no entry
    /// of the menu, while it is upgraded from a repository, again with an end in the middle.
    @Test func aFilledSlot() throws {
        try LiveMachine.with { machine in
            var release = try SampleRelease("1.4", seed: 20, size: 1300 << 10, in: machine.root)
            let start = try filled(machine)
            let cut = machine.path("cut")
            var next: Start?
            try prove("upgrade of a filled slot", start, to: release) { disk, found in
                let files = try FATReader(disk.path, offset: start.disk.layout[.efi]?.start ?? 0)
                guard found.slot == .a, found.held == nil, files.has("/nodewright/b/vmlinuz") else { return }
                try SparseFile.copy(disk.path, to: cut)
                next = Start(
                    disk: NodeDisk(path: cut, layout: start.disk.layout, files: start.disk.files),
                    expectation: .init(
                        bootState: found.bootState, configured: found.configured, lastEvent: found.lastEvent),
                    releases: start.releases)
            } _: { node in
                let outcome = try node.upgrade("writing a part of the root", to: release) {
                    if case .started("writing the root file system", _, _) = $0 { true } else { false }
                }
                #expect(outcome == .cancelled)
                try upgrade(node, to: release)
            }
            try release.publish(in: machine.path("published"))
            try prove("upgrade from a repository after a cut", #require(next), to: release) { node in
                let outcome = try node.upgrade("fetching a part of the files", to: release) {
                    if case .finished("comparing vmlinuz", _) = $0 { true } else { false }
                }
                #expect(outcome == .cancelled)
                try upgrade(node, to: release)
            }
        }
    }
}
