import Host
import Testing

@testable import Inspection

@Suite struct ReadingTests {
    @Test func menusAreReadThroughQuotesAndSubmenus() {
        let text = """
            # menuentry 'comment' { linux /none }
            if serial --unit=0; then
                terminal_input serial console
            fi
            menuentry 'It'\\''s live' --id live {
                linux /boot/vmlinuz root=a "two words" 'x=y z' \\
                    quiet
                initrd /a.img /b.img
            }
            submenu "More \\"things\\"" {
            menuentry Off --id off { halt; }
            }
            """
        #expect(
            BootMenuReader.entries(of: text) == [
                BootEntry(
                    titles: ["It's live"], id: "live", kernel: "/boot/vmlinuz",
                    arguments: ["root=a", "two words", "x=y z", "quiet"], initramfs: ["/a.img", "/b.img"]),
                BootEntry(titles: ["More \"things\"", "Off"], id: "off"),
            ])
    }

    @Test func menusForTheNetworkAreRead() {
        let ipxe = """
            #!ipxe
            isset ${cwduri} || goto full
            kernel --name k vmlinuz initrd=initrd.img nodewright.root=${cwduri}root.squashfs quiet
            initrd initrd.img
            boot
            :full
            kernel vmlinuz quiet
            initrd initrd-full.img
            boot
            """
        #expect(
            NetworkMenu.ipxe(ipxe) == [
                BootEntry(
                    titles: ["iPXE", "begin"], kernel: "vmlinuz",
                    arguments: ["initrd=initrd.img", "nodewright.root=${cwduri}root.squashfs", "quiet"],
                    initramfs: ["initrd.img"]),
                BootEntry(
                    titles: ["iPXE", "full"], kernel: "vmlinuz", arguments: ["quiet"], initramfs: ["initrd-full.img"]),
            ])
        let pxelinux =
            "DEFAULT full\nAPPEND lost\nlabel full\n  kernel vmlinuz\n  INITRD a.img,b.img\n  APPEND quiet x=y\n"
        #expect(
            NetworkMenu.pxelinux(pxelinux) == [
                BootEntry(
                    titles: ["PXELINUX", "full"], id: "full", kernel: "vmlinuz", arguments: ["quiet", "x=y"],
                    initramfs: ["a.img", "b.img"])
            ])
    }

    @Test(arguments: [
        String(repeating: "submenu a {", count: 100_000), String(repeating: "{ ", count: 100_000), "menuentry", "'",
        "\"", "\\",
        "}}}}", "menuentry { linux", "\u{0}\u{1}",
    ])
    func noMenuIsTooStrange(text: String) { #expect(BootMenuReader.entries(of: text).count <= 1) }

    @Test(arguments: [
        (
            "-rwsr-xr-x 0/5                  12 2026-11-21 10:07 squashfs-root/usr/bin/a b",
            RootFileSystem.Entry(path: "/usr/bin/a b", mode: "-rwsr-xr-x", owner: "0/5", size: 12, target: nil)
        ),
        (
            "lrwxrwxrwx 0/0                   7 1970-01-01 00:00 squashfs-root/bin -> usr/bin",
            RootFileSystem.Entry(path: "/bin", mode: "lrwxrwxrwx", owner: "0/0", size: 0, target: "usr/bin")
        ),
        (
            "crw-r--r-- 0/0             10, 200 1970-01-01 00:00 squashfs-root/dev/tun",
            RootFileSystem.Entry(path: "/dev/tun", mode: "crw-r--r--", owner: "0/0", size: 0, target: nil)
        ),
        (
            "drwxr-xr-x 0/0                 271 2026-11-21 10:07 squashfs-root",
            RootFileSystem.Entry(path: "/", mode: "drwxr-xr-x", owner: "0/0", size: 0, target: nil)
        ),
    ])
    func listingsAreRead(line: String, expected: RootFileSystem.Entry) {
        #expect(RootFileSystem.entry(Substring(line)) == expected)
    }

    @Test(arguments: ["", " ", "Parallel unsquashfs: Using 2 processors", "-rw 0/0 1 2 3 squashfs-rootx"])
    func otherLinesAreNoEntries(line: String) { #expect(RootFileSystem.entry(Substring(line)) == nil) }

    @Test func linksOfFoldersAreFollowed() {
        let paths = ImagePaths(
            [
                "drwxr-xr-x 0/0 1 2026-11-21 10:07 squashfs-root/usr/bin",
                "lrwxrwxrwx 0/0 1 2026-11-21 10:07 squashfs-root/bin -> usr/bin",
                "lrwxrwxrwx 0/0 1 2026-11-21 10:07 squashfs-root/loop -> loop",
                "lrwxrwxrwx 0/0 1 2026-11-21 10:07 squashfs-root/up -> ../../usr",
            ].compactMap { RootFileSystem.entry(Substring($0)) })
        #expect(paths.resolve("/bin/sh").path == "/usr/bin/sh")
        #expect(paths.resolve("//up/../usr/./bin//sh").path == "/usr/bin/sh")
        #expect(paths.resolve("/up/bin").path == "/usr/bin")
        #expect(paths.resolve("/loop/a").path == "/loop/a")
        #expect(paths.resolve("/").path == "/")
        #expect(paths.resolve("/lib/a.ko").owned == ["/lib/a.ko", "/lib/a.ko.xz", "/lib/a.ko.zst", "/lib/a.ko.gz"])
        #expect(paths.resolve("/usr/share/factory/var/lib/x").owned.contains("/var/lib/x"))
    }

    /// Three segments, compressed in three ways, with padding between them.
    @Test func segmentsOfAnInitramfsAreFound() throws {
        try Folder.withTemporary { folder in
            try File.write(Path.join(folder, "a.ko"), "module")
            try File.write(Path.join(folder, "b"), String(repeating: "text ", count: 100_000))
            func pack(_ names: String, _ compressor: String) throws -> [UInt8] {
                let script = "printf '%s\\n' \(names) | cpio --quiet -o -H newc | \(compressor)"
                return try Command("sh", ["-c", script], folder: folder).run().check().output
            }
            let parts = [
                try pack("a.ko b", "zstd -q -12"), try pack("b", "xz --check=crc32"), try pack("a.ko", "cat"),
                try pack("b", "zstd -q -1 --no-check"),
            ]
            var image: [UInt8] = []
            for part in parts {
                image += part + [UInt8](repeating: 0, count: 4 + (4 - (image.count + part.count) % 4) % 4)
            }
            let segments = try InitramfsImage(image, named: "initrd").segments
            #expect(segments.map(\.compression) == ["zstd", "xz", "none", "zstd"])
            #expect(segments.map(\.files) == [2, 1, 1, 1])
            #expect(segments.map(\.modules) == [1, 0, 1, 0])
            #expect(zip(segments, parts).allSatisfy { $0.compressed <= $1.count && $0.compressed + 512 > $1.count })
            // Cut off or changed anywhere: segments or a failure.
            for end in stride(from: 0, to: image.count, by: image.count / 200 + 1) {
                do { _ = try InitramfsImage(Array(image[..<end]), named: "cut") } catch is Failure {}
                var changed = image
                changed[end] ^= 0xFF
                do { _ = try InitramfsImage(changed, named: "changed") } catch is Failure {}
            }
        }
    }

    @Test func aRegionStaysInItsFile() throws {
        try Folder.withTemporary { folder in
            let file = Path.join(folder, "f")
            try File.write(file, "0123456789")
            #expect(try Region("a", in: file, offset: 2, size: 3).read(100) == Array("234".utf8))
            #expect(try Region("a", in: file, offset: 2).read(2, at: 7) == Array("9".utf8))
            for (offset, size) in [(11, 0), (5, 6), (-1, 2), (0, -1), (Int.max, Int.max), (1, Int.max)] {
                #expect(throws: Failure.self) { try Region("a", in: file, offset: offset, size: size) }
            }
        }
    }

    @Test func numbersAreReadable() {
        #expect(readable(999) == "999 B")
        #expect(readable(12_345_678) == "12.3 MB")
        #expect(readable(-2_000) == "-2.0 kB")
        #expect(grouped(1_234_567) == "1,234,567")
        #expect(grouped(-12) == "-12")
        #expect(shown("a\u{1B}[31mb\u{9B}") == "a?[31mb?")
    }
}
