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
    private func failures(_ work: (NodeAtWork) throws -> Void) throws -> [String] {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "power-cuts") { folder in
                let node = try NodeAtWork(NodeDisk.withTwoSlots(machine, "base"), folder: folder)
                try work(node)
                var proof = PowerCutProof(
                    name: "a careless writer", recording: try node.finish(), layout: node.disk.layout,
                    systems: [node.disk.files])
                proof.cuts = 40
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
