import Host
import Testing

@testable import RootTree

/// What the initramfs does with the state partition: the script itself, with programs around it that only note what they are
/// asked for. Whatever they answer, it ends with status 0: a node without its state must start.
@Suite struct MountStateTests {
    private struct Run {
        /// The note for the consoles.
        var problem: String?
        /// The programs that were run.
        var commands: [String]
        /// What is in the place of the state besides the given files.
        var state: [String]
        /// All that is there.
        var all: [String]
    }

    private func start(
        device: Bool = true, e2fsck: Int = 0, mount: Int = 0, files: [String] = [], said: String = ""
    ) throws -> Run {
        try Folder.withTemporary { folder -> Run in
            let script = try #require(InitramfsDisk.scripts.first { $0.path.hasSuffix("/mount-state") }).content
            let (state, programs) = (Path.join(folder, "nodewright/state"), Path.join(folder, "programs"))
            for place in [state, programs] { try Folder.create(place) }
            for file in files { try File.write(Path.join(state, file), "") }
            func program(_ name: String, _ status: Int, _ text: String = "") throws {
                try File.write(
                    Path.join(programs, name),
                    "#!/bin/sh\necho \"\(name) $*\" >>\(folder)/commands\necho '\(text)'\nexit \(status)\n", mode: 0o755
                )
            }
            try program("blkid", 0, "ext4")
            try program("e2fsck", e2fsck, said)
            try program("mount", mount)
            try program("umount", 0)
            let partition = Path.join(folder, "partition")
            if device { try File.write(partition, "") }
            try File.write(
                Path.join(folder, "script"),
                script.replacing("/run/nodewright", with: Path.join(folder, "nodewright")).replacing(
                    "! -b", with: "! -e"))
            let path = "\(programs):\(Environment.variable("PATH") ?? "")"
            try Command("env", ["PATH=\(path)", "bash", Path.join(folder, "script"), partition]).run().check()
            let commands = try File.readText(Path.join(folder, "commands"))
            let problem = try? File.readText(Path.join(folder, "nodewright/state-problem"))
            return Run(
                problem: problem.map { String($0.dropLast()) },
                commands: commands.split(separator: "\n").map { String($0.replacing(folder + "/", with: "")) },
                state: try Folder.list(state).filter { !files.contains($0) }, all: try Folder.list(state))
        }
    }

    private static let check = ["blkid -p -o value -s TYPE partition", "e2fsck -p partition"]
    private static let mount = "mount -o noatime partition nodewright/state"
    private static let memory = "mount -t tmpfs -o mode=0755,size=50% state nodewright/state"

    @Test func aHealthyPartition() throws {
        let run = try start()
        #expect(run.problem == nil && run.state == ["var"])
        #expect(run.commands == Self.check + [Self.mount])
    }

    @Test func aPartitionThatCannotBeUsed() throws {
        let missing = try start(device: false)
        #expect(missing.problem == "the state partition is missing" && missing.commands == [Self.memory])
        let damaged = try start(e2fsck: 4)
        #expect(damaged.problem == "the state partition is damaged" && damaged.commands == Self.check + [Self.memory])
        #expect(try start(mount: 32).problem == "the state partition cannot be mounted")
        // Something is in the way of /var, as a disk without room for one more folder is.
        let full = try start(files: ["var"])
        #expect(full.problem == "nothing can be written to the state partition")
        #expect(full.commands == Self.check + [Self.mount, "umount nodewright/state", Self.memory])
    }

    /// The superblock was torn by a power cut.
    @Test func aTornSuperblockIsMended() throws {
        let run = try start(said: "Superblock checksum does not match superblock")
        #expect(run.problem == nil && run.commands.contains("e2fsck -fy partition"))
    }

    /// Each is done once.
    @Test func wishesOfTheRunningNode() throws {
        let repair = try start(files: ["repair-at-start"])
        #expect(repair.problem == nil)
        #expect(
            repair.commands == Self.check + [
                Self.mount, "umount nodewright/state", "e2fsck -fy partition", Self.mount,
            ])
        let reset = try start(files: ["reset-at-start", ".hidden", "config"])
        #expect(reset.problem == nil && reset.commands == Self.check + [Self.mount])
        #expect(reset.all == ["var"])
    }

    /// A disk without room for the first content of /var starts without it.
    @Test func nothingOfTheStateEndsTheStart() throws {
        let target = try #require(InitramfsUnits.files.first { $0.path.hasSuffix("/nodewright-root.target") }).content
        let required = try #require(target.split(separator: "\n").first { $0.hasPrefix("Requires=") })
        #expect(required == "Requires=sysroot.mount sysroot-etc.mount sysroot-var.mount")
    }
}
