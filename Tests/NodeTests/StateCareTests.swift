import Disks
import Host
import NodeConfig
import Testing

@testable import Node

/// Looking after the state partition, with the real programs on a disk in a file.
@Suite struct StateCareTests {
    private struct Lab {
        let root: String
        let image: String
        let partition: Partition
        let care: StateCare

        func verify() throws { try StateFileSystem.verify(on: image, partition: partition, progress: silent) }

        func debugfs(_ request: String) throws {
            try Command("debugfs", ["-w", "-R", request, "\(image)?offset=\(partition.start)"]).run().check()
        }

        static func with(_ files: [String: String] = [:], _ body: (Lab) throws -> Void) throws {
            try FixtureNode.with(files.merging(["run/nodewright/state/.keep": ""]) { $1 }) { node in
                let layout = try DiskLayout(
                    .init(esp: 64 << 20, slot: 8 << 20, state: 64 << 20), identifiers: .random())
                let image = Path.join(node.root, "disk.img")
                _ = try DiskFile.create(image, size: layout.size)
                try PartitionTable.write(layout, to: image)
                let partition = try #require(layout[.state])
                try StateFileSystem.make(
                    on: image, partition: partition, identifier: try #require(partition.identifier), isNew: true,
                    progress: silent)
                let line = KernelCommandLine("nodewright.slot=a nodewright.disk=\(layout.identifier)")
                try body(
                    Lab(
                        root: node.root, image: image, partition: partition,
                        care: StateCare(root: node.root, commandLine: line, disk: image)))
            }
        }
    }

    @Test func aDamagedFileSystemIsRepaired() throws {
        try Lab.with { lab in
            try lab.debugfs("mkdir kept")
            // The inode of lost+found.
            try lab.debugfs("clri <11>")
            #expect(throws: Failure.self) { try lab.verify() }
            #expect(try lab.care.repair())
            try lab.verify()
            let names = try Command("debugfs", ["-R", "ls", "\(lab.image)?offset=\(lab.partition.start)"]).run().text
            #expect(names.contains("kept"))
        }
    }

    @Test func whatCannotBeRepairedIsMadeAnew() throws {
        try Lab.with { lab in
            try lab.debugfs("mkdir lost")
            try DiskFile(lab.image).write([UInt8](repeating: 0, count: 1 << 20), at: lab.partition.start)
            let failure = #expect(throws: Failure.self) { try lab.care.repair() }
            #expect(failure?.status == .device)
            #expect(failure?.hint == "\"nodectl state reset\" makes it anew, and keeps nothing")
            #expect(try lab.care.reset())
            try lab.verify()
            #expect(try lab.care.repair())
            let names = try Command("debugfs", ["-R", "ls", "\(lab.image)?offset=\(lab.partition.start)"]).run().text
            #expect(!names.contains("lost "))
        }
    }

    /// The next start does it: the file system is not touched while it is mounted.
    @Test func whatIsInUseWaitsForTheNextStart() throws {
        let files = [
            "proc/self/mountinfo": "40 1 254:7 / /run/nodewright/state rw - ext4 /dev/vda7 rw\n",
            "sys/devices/vda/vda7/partition": "7\n", "sys/dev/block/note": "",
        ]
        try Lab.with(files) { lab in
            try File.replaceLink(Path.join(lab.root, "sys/dev/block/254:7"), to: "../../devices/vda/vda7")
            #expect(lab.care.isInUse && lab.care.report.problem == nil)
            let before = try File.read(lab.image, at: lab.partition.start, count: 1 << 20)
            #expect(try lab.care.repair() == false && lab.care.reset() == false)
            #expect(try File.read(lab.image, at: lab.partition.start, count: 1 << 20) == before)
            for name in ["repair-at-start", "reset-at-start"] {
                #expect(try File.size(Path.join(lab.root, StatePartition.mountPoint + "/" + name)) == 0)
            }
        }
    }

    @Test func aFullPartitionIsSaid() {
        #expect(StateCare.problem(free: 8 << 20, files: nil) == nil)
        #expect(StateCare.problem(free: 300 << 10, files: 1000) == "the state partition is full: 300 KiB are left")
        #expect(StateCare.problem(free: 1 << 30, files: 3) == "the state partition has no room for more files")
    }

    @Test func whatIsLostIsSaidWithTheWayOut() throws {
        let files = ["run/nodewright/state-problem": "the state partition is damaged\n"]
        try Lab.with(files) { lab in
            #expect(
                Problems.find(root: lab.root, commandLine: KernelCommandLine("")) == [
                    "the state partition is damaged; changes are lost at the next start "
                        + "(\"nodectl state repair\" or \"nodectl state reset\")"
                ])
            #expect(lab.care.report.text.hasSuffix("Problem          the state partition is damaged\n"))
        }
    }
}
