import Boot
import Disks
import Document
import Host
import Testing
import Transfer

@testable import Artefacts

@Suite struct DiskImageTests {
    /// Parts that have everything but the ability to start; what starts is tested in BootTests.
    private func image(_ folder: String, kernel: String = "kernel", purpose: String = "disk") throws -> DiskImage {
        func part(_ name: String, _ content: String, times: Int) throws -> String {
            let path = Path.join(folder, name)
            try File.write(path, String(repeating: content, count: times))
            return path
        }
        let root = try part("root", "squashfs", times: 512 * 700)
        try HashTree.make(root: root, checksum: Checksum.of(file: root), in: folder)
        return DiskImage(
            title: "test 1", kernel: try part("vmlinuz", kernel, times: 1000),
            initramfs: try part("initrd", "initramfs", times: 1000), root: root, hashTree: try HashTree(folder: folder),
            sizes: .init(esp: 64 << 20, slot: 8 << 20, state: 64 << 20), architecture: "x86_64",
            efi: EFILoader(programs: [("BOOTX64.EFI", try part("shim", "shim", times: 1000))]),
            bios: try BIOSBootCode(
                bootImage: [UInt8](repeating: 0xEB, count: 512), coreImage: [UInt8](repeating: 0xC0, count: 40_000)),
            kernelArguments: ["console=tty0", "a=b c"], epoch: 1_700_000_000, purpose: purpose)
    }

    @Test func everyPartIsWhereTheTableSaysAndOtherProgramsFindNoFault() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "test.raw")
            let image = try image(folder)
            try image.write(to: path)
            let table = try #require(try PartitionTable.read(path))
            func partition(_ role: PartitionRole) throws -> Partition {
                try #require(table.partitions.first { $0.role == role })
            }
            #expect(try Command("sgdisk", ["--verify", path]).run().check().text.contains("No problems found"))
            let types = try table.partitions.map { try FileSystem.probe(path, offset: $0.start, size: $0.size)?.type }
            // The root of this test is not a squashfs; slot B is empty.
            #expect(types == [nil, "vfat", nil, "DM_verity_hash", nil, nil, "ext4"])

            let slot = try partition(.rootA)
            let disk = try DiskFile(path)
            #expect(try disk.read(16, at: slot.start) == Array("squashfssquashfs".utf8))
            let tree = try partition(.rootAVerity)
            let verified = try Command(
                "veritysetup",
                [
                    "verify", image.root, image.hashTree.path, image.hashTree.rootHash,
                ]
            ).run()
            #expect(verified.status == 0)
            #expect(
                try disk.read(try File.size(image.hashTree.path), at: tree.start) == File.read(image.hashTree.path))

            // FAT32 needs 65,525 clusters, or firmware takes it for FAT16.
            let esp = try partition(.efi)
            let info = try Command("minfo", ["-i", "\(path)@@\(esp.start)"]).run().check().text
            #expect(info.contains("FAT32"), "\(info)")
            let part = Path.join(folder, "esp")
            let state = Path.join(folder, "state")
            for (target, partition) in [(part, esp), (state, try self.state(table))] {
                try Command(
                    "dd",
                    [
                        "if=\(path)", "of=\(target)", "bs=1M", "skip=\(partition.start >> 20)",
                        "count=\(partition.size >> 20)", "conv=sparse", "status=none",
                    ]
                ).run().check()
            }
            let fat = try Command("fsck.fat", ["-n", "-v", part]).run()
            #expect(fat.status == 0, "\(fat.text)")
            let clusters = fat.text.split(separator: "\n").first {
                $0.contains("total clusters") || $0.contains("clusters.")
            }
            #expect(clusters != nil || fat.text.contains("clusters"))
            #expect(try Command("e2fsck", ["-f", "-n", state]).run().status == 0)
            let slotFile = try Command("mtype", ["-i", part, "::/nodewright/a/slot.cfg"]).run().check().text
            #expect(slotFile.contains("roothash=\(image.hashTree.rootHash)"))
            #expect(slotFile.contains("nodewright.disk=\(table.identifier.lowercased())"))
            #expect(slotFile.contains("'a=b c'"))

            // Both copies of the boot state: slot A is good, slot B is empty.
            let control = try GRUBBootControl(path, offset: esp.start).read()
            #expect(control.state == .installed() && control.problems.isEmpty)
            #expect(control.startable == [.a] && control.choice.slot == .a)
            #expect(control.entries[.a]?.title == "test 1" && control.entries[.a]?.rootHash == image.hashTree.rootHash)
            for (name, content) in [("vmlinuz", image.kernel), ("initramfs.img", image.initramfs)] {
                let files = try FATReader(path, offset: esp.start)
                #expect(try files.read("/nodewright/a/" + name, limit: 1 << 20) == File.read(content))
            }

            // Sparse: what nobody has written takes no room.
            let blocks = try Command("stat", ["--format=%b", path]).run().check().text
            #expect((Int(blocks.prefix { $0.isNumber }) ?? .max) * 512 < 16 << 20)
            #expect(try Folder.list(folder).filter { $0.contains(".part") }.isEmpty)
        }
    }

    private func state(_ table: PartitionTable) throws -> Partition {
        try #require(table.partitions.first { $0.role == .state })
    }

    @Test func sameInputGivesTheSameBytesAndSticksAreOtherDisks() throws {
        try Folder.withTemporary { folder in
            let paths = ["a", "b", "c", "d"].map { Path.join(folder, $0 + ".raw") }
            try image(folder).write(to: paths[0])
            try Command("sleep", ["2"]).run().check()
            try image(folder).write(to: paths[1])
            #expect(try Command("cmp", [paths[0], paths[1]]).run().status == 0)
            try image(folder, kernel: "other!").write(to: paths[2])
            try image(folder, purpose: "stick").write(to: paths[3])
            let identifiers = try paths.map { try PartitionTable.read($0)?.identifier }
            #expect(Set(identifiers).count == 3)
        }
    }

    @Test func whatDoesNotFitIsRefusedAndNothingIsLeft() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "test.raw")
            var image = try image(folder)
            image.sizes.slot = 1 << 20
            let small = #expect(throws: Failure.self) { try image.write(to: path) }
            #expect(small?.status == .invalidInput)
            #expect(small?.message.contains("does not fit into root-a") == true)
            image.sizes = .init(esp: 20 << 20, slot: 8 << 20, state: 64 << 20)
            let esp = #expect(throws: Failure.self) { try image.write(to: path) }
            #expect(esp?.message.contains("too small for FAT32") == true)
            #expect(try Folder.list(folder).filter { $0.hasPrefix("test.raw") }.isEmpty)
        }
    }

    @Test func anUpdateNamesItsFilesWithTheirChecksums() throws {
        try Folder.withTemporary { folder in
            let image = try image(folder)
            let path = Path.join(folder, "update")
            let update = UpdateFolder(
                name: "test", version: "1", architecture: "x86_64", kernel: image.kernel, initramfs: image.initramfs,
                root: image.root, hashTree: image.hashTree, kernelArguments: ["quiet"], epoch: 1_700_000_000)
            // Over an earlier one, too.
            for _ in 0..<2 { try update.write(to: path) }
            let names = try Folder.list(path)
            #expect(
                names == ["SHA256SUMS", "initramfs.img", "manifest.json", "root.squashfs", "root.verity", "vmlinuz"])
            try Command("sha256sum", ["--check", "--quiet", "SHA256SUMS"], folder: path).run().check()
            let manifest = try JSON.parse(File.read(Path.join(path, "manifest.json")), file: "manifest")
            #expect(manifest["rootHash"]?.string == image.hashTree.rootHash)
            for file in manifest["files"]?.sequence ?? [] {
                let source = Path.join(path, file["name"]?.string ?? "")
                #expect(try File.size(source) == file["size"]?.integer)
                #expect(try Checksum.of(file: source).hex == file["sha256"]?.string)
            }
            #expect(manifest["files"]?.sequence?.count == 4)
            #expect(try Folder.list(folder).filter { $0.hasPrefix(".update") }.isEmpty)
            // What is no older one is not replaced.
            try File.remove(Path.join(path, "manifest.json"))
            let failure = #expect(throws: Failure.self) { try update.write(to: path) }
            #expect(failure?.message.contains("is no update folder") == true)
            #expect(try Folder.list(path).count == 5)
        }
    }
}
