import Boot
import DiskSupport
import Disks
import Document
import Host
import TestSupport
import Testing

/// `nodectl slots` and `nodectl rollback` on a whole disk in a file, and real GRUB starting from the same file.
@Suite struct SlotsCommandTests {
    private struct Node {
        let grub: EmulatedGRUB
        let folder: String
        let layout: DiskLayout
        var running = Slot.a

        /// A disk with two slots with verity, of which slot A is good.
        static func with(
            _ state: BootState? = .installed(), startable: Set<Slot> = [.a, .b], kernelless: Set<Slot> = [],
            _ body: (Node) throws -> Void
        ) throws {
            try Folder.withTemporary { folder in
                let layout = try EmulatedGRUB.layout()
                let bytes = state.map(EnvironmentBlock.bytes) ?? [UInt8](repeating: 0, count: 1024)
                let grub = try EmulatedGRUB(
                    folder, startable: startable, kernelless: kernelless, copies: [bytes, bytes], layout: layout)
                try Folder.create(Path.join(folder, "root/run/nodewright/state"))
                try body(Node(grub: grub, folder: folder, layout: layout))
            }
        }

        func run(_ arguments: [String], commandLine: String? = nil) throws -> Command.Result {
            let line = Path.join(folder, "cmdline")
            try File.write(
                line, commandLine ?? "nodewright.slot=\(running.rawValue) nodewright.disk=\(layout.identifier)\n")
            return try Command(
                try Programs.built("nodectl"),
                arguments + [
                    "--disk", grub.image, "--root", Path.join(folder, "root"), "--kernel-command-line", line,
                ]
            ).run()
        }

        func json() throws -> Document.Node {
            try JSON.parse(run(["slots", "--json"]).check().output, file: "nodectl slots")
        }
    }

    @Test func aTrialFromTheCommandToGRUBAndBack() throws {
        try Node.with { first in
            var node = first
            let before = try node.run(["slots"]).check().text
            #expect(before.contains("Slot A  test 1  <- runs, starts next\n        good\n"), "\(before)")
            #expect(before.contains("Slot B  test 1\n        not good, no trial starts left\n"))
            #expect(
                try node.run(["slots", "activate", "b", "--tries", "2"]).check().text.contains(
                    ", on trial for 2 starts."))
            let after = try node.run(["slots"]).check().text
            #expect(after.contains("Slot B  test 1  <- starts next\n        on trial, 2 starts left\n"), "\(after)")
            #expect(try node.json()["history"]?.sequence?.first?["event"]?.string == "activated")
            if EmulatedGRUB.isInstalled {
                // Two trials, then what was good before.
                #expect(try (0..<3).map { _ in try node.grub.start().slot } == [.b, .b, .a])
                #expect(try node.json()["slots"]?.sequence?.last?["state"]?.string == "failed")
            }
            // Blessed while it runs, it stays.
            try node.run(["slots", "activate", "B"]).check()
            node.running = .b
            #expect(try node.run(["slots", "mark-good", "b"]).check().text == "Slot B is good.\n")
            let value = try node.json()
            #expect(value["running"]?.string == "b" && value["next"]?.string == "b")
            #expect(value["slots"]?.sequence?.last?["good"]?.bool == true)
            #expect(value["slots"]?.sequence?.last?["root-hash"]?.string == String(repeating: "b", count: 64))
            // Back, and forward again.
            #expect(try node.run(["rollback"]).check().text == "Slot A is started next.\n")
            #expect(try node.run(["rollback"]).status == 3)
            if EmulatedGRUB.isInstalled { #expect(try node.grub.start().slot == .a) }
            node.running = .a
            #expect(try JSON.parse(node.run(["rollback", "--json"]).check().output, file: "")["next"]?.string == "b")
        }
    }

    /// The title lies on the disk, the reason comes from whoever has marked the slot.
    @Test func textOfTheDiskCannotHarmATerminal() throws {
        try Node.with { node in
            let files = try FATReader(node.grub.image, offset: node.grub.offset)
            let entry = String(decoding: try files.read("/nodewright/b/slot.cfg"), as: UTF8.self)
            let place = try #require(try files.places("/nodewright/b/slot.cfg").first)
            let hostile = entry.replacing("test 1 (", with: "t\u{1B}[2J1 (")
            try DiskFile(node.grub.image).write(Array(hostile.utf8).prefix(place.count), at: place.lowerBound)
            try node.run(["slots", "mark-bad", "b", "--reason", "no \u{1B}[2Jnetwork\u{9B}1m"]).check()
            let text = try node.run(["slots"]).check().text
            #expect(text.contains("Slot B  t[2J1\n"), "\(text)")
            #expect(text.hasSuffix("slot B  bad: no [2Jnetwork1m\n"), "\(text)")
        }
    }

    @Test func whatCannotBeDoneIsSaidWithItsStatus() throws {
        try Node.with(startable: [.a]) { node in
            let rows: [(arguments: [String], status: Host.ExitStatus, words: String)] = [
                (["slots", "activate", "b"], .incompatible, "slot B is empty"),
                (["slots", "mark-good", "b"], .incompatible, "slot B is empty"),
                (["slots", "mark-bad", "a"], .incompatible, "slot B is empty"),
                (["slots", "verify", "b"], .incompatible, "slot B is empty"),
                (["rollback"], .incompatible, "slot B is empty"),
                (["slots", "activate", "a"], .nothingToDo, "already"),
                // Nothing would end such a trial.
                (["slots", "activate", "a", "--tries", "1"], .incompatible, "slot B is not known to start"),
                (["slots", "activate", "c"], .invalidInput, "c"),
                (["slots", "activate", "a", "--tries", "10"], .invalidInput, "from 1 to 9"),
                (["slots", "verify", "a"], .signature, "no hash tree of ours"),
            ]
            for row in rows {
                let result = try node.run(row.arguments)
                let status: Int32 = row.status.rawValue
                #expect(result.status == status, "\(row.arguments): \(result.errorTail)")
                #expect(result.errorTail.contains(row.words), "\(row.arguments): \(result.errorTail)")
            }
            let live = try node.run(["slots"], commandLine: "nodewright.live=X\n")
            #expect(live.status == 9 && live.errorTail.contains("it has no slots"))
            let other = try node.run(["slots"], commandLine: "nodewright.slot=a nodewright.disk=\(UUID.random())\n")
            #expect(other.status == 7 && other.errorTail.contains("was not found"))
        }
        try Node.with { node in
            let rollback = try node.run(["rollback"])
            #expect(rollback.status == 9)
            #expect(rollback.errorTail.contains("nodectl slots activate B --tries 1"))
            let activation = try node.run(["slots", "activate", "b", "--tries", "1"]).check().text
            #expect(activation == "Slot B is started next, on trial for 1 start.\n")
        }
    }

    @Test func aMissingKernelIsSaid() throws {
        var state = BootState.installed()
        state.activate(.b, tries: 3)
        try Node.with(state, kernelless: [.b]) { node in
            let text = try node.run(["slots"]).check().text
            #expect(text.contains("Slot A  test 1  <- runs, starts next\n"), "\(text)")
            #expect(text.contains("lacks its kernel, its initramfs or its menu entry"))
            let activation = try node.run(["slots", "activate", "b"])
            #expect(activation.status == 9 && activation.errorTail.contains("slot B lacks its kernel or its initramfs"))
            if EmulatedGRUB.isInstalled { #expect(try node.grub.start().slot == .a) }
        }
    }

    @Test func usedUpTriesOfBothSlotsAreSaid() throws {
        try Node.with(BootState(first: .b, a: .init(isGood: false), b: .init(isGood: false))) { node in
            let text = try node.run(["slots"]).check().text
            #expect(text.split(separator: "\n").filter { $0.contains("not good, no trial starts left") }.count == 2)
            #expect(text.contains("Slot B  test 1  <- starts next\n"), "\(text)")
            if EmulatedGRUB.isInstalled { #expect(try node.grub.start().slot == .b) }
            #expect(try node.run(["slots", "activate", "a"]).status == 9)
            try node.run(["slots", "mark-good", "a"]).check()
            try node.run(["slots", "activate", "a"]).check()
            #expect(try node.json()["next"]?.string == "a")
        }
    }

    @Test func destroyedCountersAreSaidAndMadeAnew() throws {
        try Node.with(nil) { node in
            let text = try node.run(["slots"]).check().text
            #expect(text.contains("Both copies of the boot loader's counters are destroyed"), "\(text)")
            #expect(text.contains("Problem: /nodewright/env1 is damaged\nProblem: /nodewright/env2 is damaged\n"))
            try node.run(["slots", "mark-good", "a"]).check()
            #expect(try node.json()["problems"]?.sequence?.isEmpty == true)
            #expect(try node.grub.copies().allSatisfy { $0.flatMap(EnvironmentBlock.read)?.a.isGood == true })
        }
    }

    /// Against the program that makes hash trees: whole, and with a byte changed in the data, in the tree and in its header.
    @Test(arguments: [64, 128 * 128 + 3]) func verifyReadsEveryBlock(blocks: Int) throws {
        try Folder.withTemporary { folder in
            let (data, tree) = (Path.join(folder, "data"), Path.join(folder, "tree"))
            var random = SeededGenerator(seed: blocks)
            let noise = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }
            var content: [UInt8] = []
            for block in 0..<blocks {
                content.append(UInt8(block & 0xFF))
                content += noise.dropFirst()
            }
            try File.write(data, content)
            let made = try Command("veritysetup", ["format", data, tree]).run().check().text
            let line = try #require(made.split(separator: "\n").first { $0.hasPrefix("Root hash:") })
            let hash = String(line.split(separator: " ").last ?? "").filter(\.isHexDigit)
            let layout = try DiskLayout(
                .init(esp: 64 << 20, slot: 80 << 20, state: 64 << 20), identifiers: .random())
            let image = Path.join(folder, "disk.img")
            let disk = try DiskFile.create(image, size: layout.size)
            try PartitionTable.write(layout, to: image)
            let esp = try #require(layout[.efi])
            let entry = SlotEntry(
                slot: .a, title: "t", rootHash: hash, layout: layout, kernelArguments: [], grows: false)
            try FATWriter.write(
                [FATFile("/nodewright/a/slot.cfg", bytes: Array(entry.menu.utf8))]
                    + ["vmlinuz", "initramfs.img"].map { FATFile("/nodewright/a/" + $0, bytes: [1]) }, to: disk,
                offset: esp.start, size: esp.size, label: "ESP", serial: 1, epoch: 1_700_000_000, skipsZeros: true)
            let (root, verity) = (try #require(layout[.rootA]).start, try #require(layout[.rootAVerity]).start)
            try disk.write(contentOf: data, at: root, skipsZeros: true)
            try disk.write(contentOf: tree, at: verity, skipsZeros: true)
            let line2 = Path.join(folder, "cmdline")
            try File.write(line2, "nodewright.slot=a nodewright.disk=\(layout.identifier)")
            func verify() throws -> Command.Result {
                try Command(
                    try Programs.built("nodectl"),
                    ["slots", "verify", "a", "--disk", image, "--root", folder, "--kernel-command-line", line2]
                ).run()
            }
            #expect(try verify().check().text.contains("\((blocks * 4096) >> 20) MiB verified"))
            let size = try File.size(tree)
            let places: [Int] = [root, root + blocks * 4096 - 1, verity, verity + 4096, verity + size - 4096]
            for place in places {
                let byte = try disk.read(1, at: place)
                try disk.write([byte[0] ^ 0x80], at: place)
                let result = try verify()
                #expect(result.status == 5, "\(place): \(result.errorTail)")
                try disk.write(byte, at: place)
            }
            #expect(try verify().status == 0)
        }
    }
}
