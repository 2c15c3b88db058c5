import Disks
import Host
import TestSupport
import Testing

@testable import Inspection

@Suite struct InspectTests {
    @Test func anISOIsTakenApart() throws {
        try ArtefactFixture.with { fixture in
            let found = try ArtefactInspection(fixture.iso)
            #expect(found.kind == "iso")
            #expect(found.label == "TINY")
            #expect(found.bootEntries.map(\.titles) == [["tiny: Live"]])
            #expect(found.bootEntries.first?.arguments == ["quiet"])
            #expect(found.kernels.map(\.version) == ["6.12.1"])
            #expect(found.initramfs.first?.segments.map(\.files) == [1])
            #expect(found.roots.first?.compression == "zstd")
            #expect(found.roots.first?.created == 1_700_000_000)
            #expect(found.manifest == (try Example.manifest()))
            #expect(!found.hasDatabase)
            #expect(found.packages.map(\.name) == ["bash", "langpack", "libtinfo"])
            for words in ["Linux 6.12.1", "tiny 1 for x86_64", "source date 2023-11-14T22:13:20Z", "bash-1:1.0-2.fc43"]
            {
                #expect(found.text.contains(words), "\(words)")
            }
            try found.requireSound()
        }
    }

    /// Raw and qcow2; the hash tree is checked, and a byte that was turned round is found.
    @Test func aDiskIsTakenApart() throws {
        try ArtefactFixture.with { fixture in
            let disk = Path.join(fixture.folder, "disk.raw")
            try fixture.makeDisk(disk)
            let small = Path.join(fixture.folder, "disk.qcow2")
            try Command("qemu-img", ["convert", "-c", "-O", "qcow2", disk, small]).run().check()
            for (path, kind) in [(disk, "disk"), (small, "qcow2")] {
                let found = try ArtefactInspection(path)
                #expect(found.kind == kind)
                #expect(found.bootEntries.map(\.titles) == [["tiny (slot A)"]])
                #expect(found.kernels.map(\.version) == ["6.12.1"])
                #expect(found.manifest?.name == "tiny")
                #expect(found.table?.partitions.first { $0.name == "root-a" }?.fileSystem == "squashfs")
                #expect(found.checks.map(\.problem) == [nil])
                #expect(found.checks.first?.rootHash?.count == 64)
                try found.requireSound()
            }
            let difference = try ArtefactDifference(old: fixture.iso, new: disk)
            #expect(difference.packages.isEmpty && difference.files.isEmpty)

            let start = try #require(
                try PartitionSummary.table(of: disk)?.partitions.first { $0.name == "root-a" }?.start)
            let byte = try Region("disk", in: disk).read(1, at: start + 200)[0]
            try DiskFile(disk).write([byte ^ 1], at: start + 200)
            let failure = try #require(throws: Failure.self) { try ArtefactInspection(disk).requireSound() }
            #expect([.signature, .invalidInput].contains(failure.status), "\(failure)")
            let size = try File.size(disk)
            try Command("truncate", ["--size", String(size / 2), disk]).run().check()
            let cut = try #require(throws: Failure.self) { try ArtefactInspection(disk) }
            #expect(cut.status == .invalidInput, "\(cut)")
        }
    }

    @Test func aFolderIsTakenApart() throws {
        try ArtefactFixture.with { fixture in
            let folder = Path.join(fixture.folder, "pxe")
            try Folder.create(folder)
            try Command(
                "xorriso",
                [
                    "-osirrox", "on", "-indev", fixture.iso, "-extract", "/LiveOS/root.squashfs",
                    folder + "/root.squashfs",
                ]
            ).run().check()
            let found = try ArtefactInspection(folder)
            #expect(found.kind == "folder")
            #expect(found.manifest?.name == "tiny")
            // Its own list of checksums is held against it.
            try Command("sh", ["-c", "sha256sum * > SHA256SUMS"], folder: folder).run().check()
            try ArtefactInspection(folder).requireSound()
            try File.write(Path.join(folder, "SHA256SUMS"), "\(String(repeating: "0", count: 64))  root.squashfs\n")
            let failure = try #require(throws: Failure.self) { try ArtefactInspection(folder).requireSound() }
            #expect(failure.status == .signature)
            // A link out of the folder is not followed.
            try Folder.remove(folder)
            try Folder.create(folder)
            try Command("ln", ["-s", fixture.iso, folder + "/vmlinuz"]).run().check()
            #expect(throws: Failure.self) { try ArtefactInspection(folder) }
        }
    }

    @Test func aChecksumThatDiffersIsFound() throws {
        try ArtefactFixture.with { fixture in
            let list = Path.join(fixture.folder, "SHA256SUMS")
            try Command("sh", ["-c", "sha256sum *.iso > SHA256SUMS"], folder: fixture.folder).run().check()
            try ArtefactInspection(fixture.iso).requireSound()
            try File.write(list, "\(String(repeating: "0", count: 64))  \(Path.name(fixture.iso))\n")
            let found = try ArtefactInspection(fixture.iso)
            let failure = try #require(throws: Failure.self) { try found.requireSound() }
            #expect(failure.status == .signature)
        }
    }

    @Test func whyAPathIsThere() throws {
        try ArtefactFixture.with { fixture in
            let motd = try Explanation("/etc/motd", in: fixture.iso).text
            #expect(motd.contains("brought by the recipe at base.yaml:30:5"))
            let bash = try Explanation("bash", in: fixture.iso).text
            #expect(bash.contains("bash is requested as @core if glibc"))
            #expect(bash.contains("asked for at base.yaml:12:5"))
            let library = try Explanation("libtinfo", in: fixture.iso).text
            #expect(library.contains("libtinfo is required by bash"))
            #expect(try Explanation("/bin/bash", in: fixture.iso).text.contains("/bin/bash is /usr/bin/bash"))
            let unknown = try #require(throws: Failure.self) { try Explanation("bahs", in: fixture.iso) }
            #expect(unknown.description.contains("did you mean \"bash\""))
            #expect(throws: Failure.self) { try Explanation("/nothing", in: fixture.iso) }
        }
    }

    /// Cut off or changed anywhere, an artefact is read or refused with an exit status, and never anything else.
    @Test func damagedArtefactsAreRefused() throws {
        try ArtefactFixture.with { fixture in
            let bytes = try File.read(fixture.iso)
            let path = Path.join(fixture.folder, "damaged.iso")
            for end in stride(from: 0, to: bytes.count, by: bytes.count / 12 + 1) {
                try File.write(path, Array(bytes[..<end]))
                let failure = try #require(throws: Failure.self) { try ArtefactInspection(path) }
                #expect(failure.status == .invalidInput, "\(end): \(failure)")
            }
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<25 {
                var changed = bytes
                // Where metadata lies, mostly: the descriptors and folders of the ISO, the ends of the squashfs.
                for _ in 0..<20 {
                    changed[Int.random(in: 0x8000..<bytes.count, using: &generator)] = .random(
                        in: 0...255, using: &generator)
                    changed[Int.random(in: 0x8000..<0x12000, using: &generator)] = .random(
                        in: 0...255, using: &generator)
                }
                try File.write(path, changed)
                do { _ = try ArtefactInspection(path) } catch let failure as Failure {
                    #expect([.invalidInput, .incompatible].contains(failure.status), "\(failure)")
                }
            }
        }
    }

    @Test(arguments: ["empty", "text", "folder", "nothing"]) func whatIsNoArtefactIsNamed(kind: String) throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, kind)
            switch kind {
            case "empty": try File.write(path, "")
            case "text": try File.write(path, String(repeating: "no artefact\n", count: 10_000))
            case "folder": try Folder.create(path)
            default: break
            }
            let failure = try #require(throws: Failure.self) { try ArtefactInspection(path) }
            #expect(failure.status == .invalidInput)
            #expect(failure.message.contains(path))
        }
    }

    /// A qcow2 image could name any file of this machine as its backing file.
    @Test(arguments: [["-b", "/etc/hostname", "-F", "raw"], ["-o", "data_file=data.raw"]])
    func qcow2ImagesThatLeanOnOtherFilesAreRefused(options: [String]) throws {
        try Folder.withTemporary { folder in
            try Command("qemu-img", ["create", "-q", "-f", "qcow2"] + options + ["a.qcow2", "1M"], folder: folder).run()
                .check()
            let failure = try #require(throws: Failure.self) { try ArtefactInspection(Path.join(folder, "a.qcow2")) }
            #expect(failure.status == .invalidInput)
            #expect(failure.message.contains("needs another file"))
        }
    }
}
