import Boot
import DiskSupport
import Disks
import Glibc
import Host
import NodeConfig
import Testing

@testable import Node

/// A proof that could not fail would prove nothing: careless writers must be found out.
@Suite(.serialized, .enabled(if: StorageDaemon.obstacle == nil, "\(StorageDaemon.obstacle ?? "")"))
struct FailingProofTests {
    private func failures(
        of release: SampleRelease? = nil, cuts: Int = 40, _ work: (NodeAtWork) throws -> Void
    ) throws -> [String] {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "power-cuts") { folder in
                let disk =
                    try release == nil
                    ? NodeDisk.withTwoSlots(machine, "base") : NodeDisk.installed(machine, "base")
                let node = try NodeAtWork(disk, folder: folder)
                try work(node)
                var proof = PowerCutProof(
                    name: "a careless writer", recording: try node.finish(), layout: node.disk.layout,
                    systems: [node.disk.files])
                proof.cuts = cuts
                if let release { proof.changing = .init(slot: .b, releases: [try release.files(disk.layout)]) }
                return try proof.report(keepsDisks: false) { found, possible, _ in
                    NodeAtWork.problems(found, possible, node.expectations)
                }.failures
            }
        }
    }

    @Test func bothCopiesOfTheBootStateAtOnce() throws {
        let found = try failures { node in
            try node.disk(careless: "both copies at once") { device, efi in
                var state = BootState.installed()
                state.activate(.b, tries: 3)
                state.sequence += 1
                let files = try FATReader(device, offset: efi.start)
                let disk = try DiskFile(device)
                for path in EnvironmentBlock.paths {
                    try disk.write(EnvironmentBlock.bytes(state), at: files.places(path)[0].lowerBound)
                }
                try disk.sync()
            }
        }
        #expect(found.contains { $0.contains("no copy of the boot state is whole") }, "\(found)")
    }

    /// Slot B is on trial, and its root is written without being taken out of the choice.
    @Test func aSlotThatIsOverwritten() throws {
        let found = try failures(cuts: 4) { node in
            try node.slots("activating slot B", running: .a, lastEvent: "b activated") {
                try $0.activate(.b, tries: 3)
            }
            try node.disk(careless: "overwriting slot B") { device, _ in
                let disk = try DiskFile(device)
                try disk.write(LiveMachine.bytes(40, 100_000), at: node.disk.layout[.rootB]?.start ?? 0)
                try disk.sync()
            }
        }
        #expect(found.contains { $0.contains("the root of slot B does not verify") }, "\(found)")
    }

    /// The files of slot B get their names before they are written.
    @Test func namesThatComeFirst() throws {
        try Folder.withTemporary { folder in
            let release = try SampleRelease("1.3", seed: 20, size: 64 << 10, in: folder)
            let found = try failures(of: release, cuts: 4) { node in
                try node.disk(careless: "names first") { device, efi in
                    var system = try FATEditor(device, offset: efi.start)
                    let files = try release.files(node.disk.layout).map { path, bytes in
                        (name: Path.name(path), space: try system.allocate(bytes.count), bytes: bytes)
                    }
                    try system.add(files.map { ($0.name, $0.space) }, to: "/nodewright/b")
                    for file in files { try system.write(file.bytes, to: file.space) }
                    try DiskFile(device).sync()
                }
            }
            #expect(found.contains { $0.contains("slot B is in the menu, and not whole") }, "\(found)")
        }
    }

    @Test func aConfigurationThatIsOverwritten() throws {
        let found = try failures { node in
            try node.configuration("overwriting", of: .a, becomes: "new.example.org") { store in
                let path = Path.join(store.folder, "1.yaml")
                let descriptor = try check("open") { open(path, O_WRONLY | O_TRUNC) }
                try File.append(
                    Array("schemaVersion: 1\nhostname: new.example.org\n".utf8), to: descriptor, named: path)
                close(descriptor)
            }
        }
        #expect(found.contains { $0.contains("slot A is configured as") }, "\(found)")
    }

    /// A step that returns before its writes are durable.
    @Test func aChangeThatIsNotFlushed() throws {
        let found = try failures { node in
            try node.disk(careless: "no flush") { device, efi in
                var state = BootState.installed()
                state.activate(.b, tries: 3)
                state.sequence += 1
                let files = try FATReader(device, offset: efi.start)
                for path in EnvironmentBlock.paths {
                    try DiskFile(device).write(EnvironmentBlock.bytes(state), at: files.places(path)[0].lowerBound)
                }
                try Command("blockdev", ["--flushbufs", device]).run().check()
            }
        }
        #expect(found.contains { $0.contains("the boot state is none of those") }, "\(found)")
    }
}
