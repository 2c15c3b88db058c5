import Boot
import Disks
import Host
import Testing

@testable import Artefacts

@Suite struct HybridISOTests {
    /// Parts that have everything but the ability to start; what starts is tested in BootTests.
    private func iso(_ folder: String, label: String = "TEST_1", kernel: String = "kernel") throws -> HybridISO {
        func part(_ name: String, _ content: String, times: Int) throws -> String {
            let path = Path.join(folder, name)
            try File.write(path, String(repeating: content, count: times))
            return path
        }
        let bios = BIOSLoader(
            image: [UInt8](repeating: 0x90, count: 40_000), bootSector: try part("mbr", "M", times: 512))
        let efi = EFILoader(programs: [
            ("BOOTX64.EFI", try part("shim", "shim", times: 200_000)),
            ("grubx64.efi", try part("grub", "grub", times: 300_000)),
        ])
        return HybridISO(
            menu: BootMenu(title: "Test 1", label: label, kernelArguments: ["console=tty0", "a=b c"]),
            kernel: try part("vmlinuz", kernel, times: 1000),
            initramfs: try part("init rd=1", "initramfs", times: 1000),
            root: try part("root", "squashfs", times: 10_000), bios: bios, efi: efi, epoch: 1_700_000_000)
    }

    @Test func bothFirmwaresFindTheirProgramOnBothMedia() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "test.iso")
            try iso(folder).write(to: path)
            let report = try Command(
                "xorriso",
                [
                    "-indev", path, "-report_el_torito", "plain", "-report_system_area", "plain", "-pvd_info", "-find",
                    "/",
                ]
            ).run().check().text
            #expect(report.contains("Volume Id    : TEST_1"))
            // CD: both entries of the El Torito catalogue. Stick: GPT for UEFI, GRUB's boot sector for BIOS.
            for line in [
                "BIOS  y   none", "UEFI  y   none", "protective-msdos-label grub2-mbr",
                "GPT type GUID      :   2  28732ac11ff8d211ba4b00a0c93ec93b",
                "'/boot/vmlinuz'", "'/boot/initramfs.img'", "'/LiveOS/root.squashfs'", "'/boot/grub2/grub.cfg'",
                "'/.disk/info'", "'/EFI/fedora/grub.cfg'", "'/boot/grub/grub.cfg'",
            ] { #expect(report.contains(line), "\(line)") }
            #expect(try Folder.list(folder).filter { $0.hasPrefix(".") || $0.hasSuffix(".part") }.isEmpty)
        }
    }

    /// What `nodectl install` takes from the medium: the UEFI programs out of their partition, GRUB for the BIOS of a disk.
    @Test func theISOHasWhatADiskIsInstalledFrom() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "test.iso")
            var iso = try iso(folder)
            let code = try BIOSBootCode(
                bootImage: [UInt8](repeating: 0xEB, count: 512), coreImage: [UInt8](repeating: 0xC0, count: 40_000))
            iso.installed = code
            try iso.write(to: path)
            let offset = try #require(try ElTorito.systemPartition(path))
            // The live system finds its stick by the label of the ISO, which nothing else on it may have.
            let label = try Command(
                "blkid", ["--probe", "--offset", "\(offset)", "--match-tag", "LABEL", "--output", "value", path])
            #expect(try label.run().text == "")
            let system = try FATReader(path, offset: offset)
            #expect(
                try system.list("/EFI/BOOT").map(\.name) == ["BOOTX64.EFI", "grubx64.efi", "grub.cfg"]
                    || system.list("/EFI/BOOT").map { $0.name.lowercased() } == [
                        "bootx64.efi", "grubx64.efi", "grub.cfg",
                    ])
            #expect(try system.read("/EFI/BOOT/BOOTX64.EFI") == File.read(Path.join(folder, "shim")))
            let core = Path.join(folder, "core.img")
            try Command("xorriso", ["-osirrox", "on", "-indev", path, "-extract", "/boot/grub2/disk/core.img", core])
                .run().check()
            #expect(try File.read(core) == code.coreImage)
            // Nothing of the kind on anything else.
            #expect(try ElTorito.systemPartition(core) == nil)
        }
    }

    @Test func sameInputGivesTheSameBytes() throws {
        try Folder.withTemporary { folder in
            let paths = ["a.iso", "b.iso"].map { Path.join(folder, $0) }
            try iso(folder).write(to: paths[0])
            // Another second, other inode numbers and times of the parts.
            try Command("sleep", ["2"]).run().check()
            try iso(folder).write(to: paths[1])
            #expect(try File.read(paths[0]) == File.read(paths[1]))
            try iso(folder, kernel: "other!").write(to: paths[1])
            #expect(try File.read(paths[0]) != File.read(paths[1]))
        }
    }

    @Test(arguments: ["", "lower", "WITH SPACE", String(repeating: "A", count: 33)])
    func labelsThatFirmwareOrUdevMangleAreRefused(_ label: String) throws {
        try Folder.withTemporary { folder in
            let failure = #expect(throws: Failure.self) {
                try iso(folder, label: label).write(to: Path.join(folder, "test.iso"))
            }
            #expect(failure?.status == .invalidInput)
        }
    }

    @Test func menuHasTheEntriesAndQuotesArguments() {
        let menu = BootMenu(title: "It's 1", label: "L", kernelArguments: ["quiet", "a=$b c"])
        let lines = menu.text.split(separator: "\n").map(String.init)
        let entries = lines.filter { $0.contains("--id ") }.compactMap {
            $0.split(separator: " ").drop { $0 != "--id" }.dropFirst().first
        }
        #expect(
            entries == ["install", "live", "serial", "troubleshooting", "nomodeset", "verbose", "restart", "poweroff"])
        #expect(lines.contains("    linux /boot/vmlinuz nodewright.live=L quiet 'a=$b c' nodewright.install"))
        #expect(lines.contains(#"menuentry 'It'\''s 1: Live' --id live {"#))
        // Under Secure Boot GRUB has only what is built into it.
        for word in ["insmod", "increment", "blscfg"] { #expect(!menu.text.contains(word)) }
    }

    @Test func checksumsAreWhatSha256sumReads() throws {
        try Folder.withTemporary { folder in
            for name in ["b.iso", "a.img", "gone.iso"] { try File.write(Path.join(folder, name), name) }
            try ChecksumFile.update(folder: folder, names: ["b.iso", "gone.iso"])
            try File.remove(Path.join(folder, "gone.iso"))
            try ChecksumFile.update(folder: folder, names: ["a.img"])
            let check = try Command("sha256sum", ["--check", ChecksumFile.name], folder: folder).run().check().text
            #expect(check == "a.img: OK\nb.iso: OK\n")
        }
    }

    @Test func missingBootProgramsAreNamedWithTheirPackage() throws {
        try Folder.withTemporary { folder in
            let efi = #expect(throws: Failure.self) { try EFILoader(tree: folder) }
            #expect(efi?.hint?.contains("shim-x64") == true)
            let bios = #expect(throws: Failure.self) { try BIOSLoader(tools: ToolTree(folder)) }
            #expect(bios?.hint?.contains("grub2-pc-modules") == true)
        }
    }

    /// The layouts in which distributions ship the programs, newest first.
    @Test(arguments: [
        [
            "usr/lib/efi/shim/15-2/EFI/fedora/shimx64.efi", "usr/lib/efi/shim/15-2/EFI/fedora/mmx64.efi",
            "usr/lib/efi/grub2/1/EFI/fedora/gcdx64.efi",
        ],
        [
            "usr/lib/bootupd/updates/EFI/fedora/shimx64.efi", "usr/lib/bootupd/updates/EFI/fedora/mmx64.efi",
            "usr/lib/bootupd/updates/EFI/fedora/grubx64.efi",
        ],
        [
            "boot/efi/EFI/centos/shimx64.efi", "boot/efi/EFI/centos/mmx64.efi", "boot/efi/EFI/centos/gcdx64.efi",
            "boot/efi/EFI/centos/grubx64.efi",
        ],
    ])
    func bootProgramsAreFoundInEveryLayout(_ files: [String]) throws {
        try Folder.withTemporary { folder in
            for file in files {
                try Folder.create(Path.join(folder, Path.parent(file))); try File.write(Path.join(folder, file), "x")
            }
            let programs = try EFILoader(tree: folder).programs
            #expect(programs.map(\.name) == ["BOOTX64.EFI", "grubx64.efi", "mmx64.efi"])
            #expect(programs[1].path == Path.join(folder, files.first { $0.contains("gcd") } ?? files[2]))
        }
    }
}
