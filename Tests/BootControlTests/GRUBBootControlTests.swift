import DiskSupport
import Disks
import Glibc
import Host
import TestSupport
import Testing

@testable import Boot

@Suite struct GRUBBootControlTests {
    private static let canMountFAT =
        getuid() == 0 && File.exists("/dev/loop-control")
        && (try? File.readText("/proc/filesystems"))?.contains("\tvfat\n") == true

    /// The state in both copies, on a partition with files around them.
    private func partition(_ folder: String, _ state: BootState = .installed()) throws -> EmulatedGRUB {
        let bytes = EnvironmentBlock.bytes(state)
        return try EmulatedGRUB(folder, copies: [bytes, bytes])
    }

    /// The numbers of all bytes that differ.
    private func differences(_ one: [UInt8], _ other: [UInt8]) -> [Int] {
        one.count == other.count ? one.indices.filter { one[$0] != other[$0] } : [-1]
    }

    @Test func aChangeTouchesTheTwoCopiesAndNothingElse() throws {
        try Folder.withTemporary { folder in
            let grub = try partition(folder)
            let before = try File.read(grub.image)
            let control = GRUBBootControl(grub.image, lock: Path.join(folder, "lock"))
            let state = try control.change(running: .a) { $0.activate(.b, tries: 2) }
            let after = try File.read(grub.image)
            let files = try FATReader(grub.image)
            let places = try EnvironmentBlock.paths.flatMap { try files.places($0) }
            let changed = differences(before, after)
            #expect(!changed.isEmpty && changed.allSatisfy { byte in places.contains { $0.contains(byte) } })
            #expect(try grub.copies().allSatisfy { $0 == EnvironmentBlock.bytes(state) })
            #expect(state.sequence == 1_000_000_002)
            let read = try control.read()
            #expect(read.state == state && read.startable == [.a, .b] && read.problems.isEmpty)
            #expect(read.choice.slot == .b)
            #expect(read.entries[.b]?.title == "test 1")
            #expect(read.entries[.b]?.rootHash == String(repeating: "b", count: 64))
            #expect(try Command("fsck.fat", ["-n", grub.image]).run().status == 0)
            // What is so already is not written again.
            #expect(try control.change(running: .a) { $0.activate(.b, tries: 2) } == state)
            #expect(try File.read(grub.image) == after)
        }
    }

    /// Linux writes into the same places when the partition is mounted, on a loop device.
    @Test(.enabled(if: canMountFAT, "needs root, a loop device and a kernel that knows vfat"))
    func theKernelSeesTheSameFiles() throws {
        try Folder.withTemporary { folder in
            let grub = try partition(folder)
            let attached = try Command("losetup", ["--find", "--show", grub.image]).run().check()
            let device = String(attached.text.dropLast())
            defer { _ = try? Command("losetup", ["--detach", device]).run() }
            let files = try FATReader(grub.image)
            let place = try files.places(EnvironmentBlock.paths[0])
            let state = try GRUBBootControl(device).change(running: .a) { $0.activate(.b, tries: 5) }
            let mount = Path.join(folder, "mount")
            try Folder.create(mount)
            try Command("mount", ["-t", "vfat", device, mount]).run().check()
            let path = Path.join(mount, EnvironmentBlock.paths[0])
            let seen = try? File.read(path)
            _ = try? Command("dd", ["if=\(path)", "of=\(path)", "conv=notrunc,fsync", "status=none"]).run()
            try Command("umount", [mount]).run().check()
            #expect(seen == EnvironmentBlock.bytes(state))
            let after = try FATReader(device)
            #expect(try after.places(EnvironmentBlock.paths[0]) == place)
        }
    }

    /// A power cut after any part of the two writes leaves the old state or the new for GRUB.
    @Test func theStaleCopyIsWrittenFirst() throws {
        let (old, new) = (
            BootState.installed(),
            BootState(sequence: 1_000_000_005, first: .b, a: .init(isGood: true), b: .init(isGood: true))
        )
        for (copies, first) in [([new, old], 1), ([old, new], 0), ([old, old], 1)] {
            try Folder.withTemporary { folder in
                let grub = try EmulatedGRUB(folder, copies: copies.map(EnvironmentBlock.bytes))
                var written: [Int] = []
                let control = GRUBBootControl(grub.image) { index in written.append(index) }
                try control.change(running: .a) {
                    $0.markGood(.b); $0.activate(.b, tries: 4)
                }
                #expect(written == [first, 1 - first])
            }
        }
    }

    @Test func destroyedCopiesAreMadeAnewFromTheSlotThatRuns() throws {
        try Folder.withTemporary { folder in
            let grub = try EmulatedGRUB(
                folder, copies: [[UInt8](repeating: 0, count: 1024), [UInt8](repeating: 0xFF, count: 1024)])
            let control = GRUBBootControl(grub.image)
            let read = try control.read()
            #expect(read.state == nil && read.problems.count == 2 && read.choice.slot == .a)
            let state = try control.change(running: .b) { $0.markGood(.b) }
            #expect(state.first == .b && state.b.isGood && !state.a.isGood)
            #expect(try grub.copies() == [EnvironmentBlock.bytes(state), EnvironmentBlock.bytes(state)])
        }
    }

    /// Sizes, copies: which are missing or of another size are said, and a write goes to the one that is left.
    @Test func filesThatCannotBeOverwrittenAreNamed() throws {
        try Folder.withTemporary { folder in
            let grub = try EmulatedGRUB(
                folder,
                copies: [
                    Array(EnvironmentBlock.bytes(.installed()).prefix(700)), EnvironmentBlock.bytes(.installed()),
                ])
            let control = GRUBBootControl(grub.image)
            #expect(try control.read().problems == ["/nodewright/env1 does not have 1024 bytes"])
            let state = try control.change(running: .a) { $0.activate(.b, tries: 1) }
            #expect(try control.read().state == state)
            let empty = GRUBBootControl(try EmulatedGRUB(folder).image)
            let failure = #expect(throws: Failure.self) { try empty.change(running: .a) { $0.markGood(.a) } }
            #expect(failure?.status == .device && failure?.hint?.contains("install") == true)
        }
    }

    /// Whatever is in the first megabyte of a partition, nothing traps or runs on for ever.
    @Test func hostileFileSystemsEndInAFailure() throws {
        try Folder.withTemporary { folder in
            let grub = try partition(folder)
            let files = try FATReader(grub.image)
            let data = try files.places(EnvironmentBlock.paths[0])[0].lowerBound
            // The header, the first sectors of the table, and folders.
            let areas = [0..<512, 32 * 512..<34 * 512, data - 4096..<data + 4096]
            let disk = try DiskFile(grub.image)
            var random = SeededGenerator(seed: 66)
            var failures = 0
            for round in 0..<2000 {
                var changed: [(place: Int, old: [UInt8])] = []
                for _ in 0..<(1 + round % 40) {
                    let place = Int.random(in: areas[round % areas.count], using: &random)
                    let byte = [0, 1, 0x10, 0xFF, UInt8.random(in: 0...255, using: &random)][
                        Int.random(in: 0..<5, using: &random)]
                    changed.append((place, try disk.read(1, at: place)))
                    try disk.write([byte], at: place)
                }
                do { _ = try GRUBBootControl(grub.image).read() } catch is Failure { failures += 1 }
                for (place, old) in changed.reversed() { try disk.write(old, at: place) }
            }
            #expect(failures > 100 && failures < 1900)
        }
    }
}
