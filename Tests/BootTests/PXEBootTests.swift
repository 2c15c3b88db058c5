import Host
import TestSupport
import Testing

/// Starting over the network: with QEMU's iPXE on BIOS, with the firmware's own network boot on UEFI.
@Suite(
    .serialized,
    .enabled(
        if: BootedImage.folder("pxe") != nil, "the test image has no PXE folder; \"make check\" builds one"))
struct PXEBootTests {
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") == "1" }

    /// The folder under test.
    private var folder: String { BootedImage.folder("pxe") ?? "" }

    private func expectHealthyNode(_ image: BootedImage) {
        #expect(image.result.status == 0, "\(image.result.errorTail)")
        #expect(image.answers["running"] == "running")
        #expect(image.answers["failed"] == "")
        #expect(image.answers["nodectl"]?.contains("live") == true)
        #expect(image.answers["address"]?.contains("10.0.2.15/24") == true)
        #expect(image.answers["end"] != nil)
    }

    /// The root file system over HTTP.
    @Test func biosWithHTTP() throws {
        let image = try BootedImage([], artefact: folder)
        expectHealthyNode(image)
        #expect(image.answers["command-line"]?.contains("nodewright.root=http://10.0.2.2:") == true)
        #expect(image.console.contains("Nodewright: the root file system is here and right"))
    }

    /// Everything over TFTP through shim and GRUB, all of it signed.
    @Test func uefiWithSecureBootAndTFTP() throws {
        let image = try BootedImage(["--firmware", "uefi", "--secure-boot"], artefact: folder)
        expectHealthyNode(image)
        #expect(image.answers["command-line"]?.contains("nodewright.root=initramfs") == true)
        #expect(image.answers["kernel-log"]?.contains("Secure boot enabled") == true)
    }

    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func biosWithTFTP() throws {
        let image = try BootedImage(["--as", "tftp"], artefact: folder)
        expectHealthyNode(image)
        #expect(image.answers["command-line"]?.contains("nodewright.root=initramfs") == true)
    }

    /// Starts kernel and initramfs with these arguments, until the patterns were on the console.
    private func start(_ arguments: String, initramfs: String? = nil, until patterns: String...) throws
        -> Command.Result
    {
        try Command(
            try Programs.built("nodewright"),
            [
                "boot", "--kernel", Path.join(folder, "vmlinuz"), "--initrd",
                initramfs ?? Path.join(folder, "initrd.img"),
                "--append", "console=ttyS0,115200 " + arguments, "--accel", "tcg", "--memory", "3072",
                "--timeout", "900",
            ] + patterns.flatMap { ["--until", $0] }
        ).run()
    }

    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func anotherRootIsNotStarted() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/root.squashfs", .init(body: Array("something else".utf8)))
        let result = try start(
            "nodewright.root=http://10.0.2.2:\(server.port)/root.squashfs nodewright.root-sha256="
                + String(repeating: "0", count: 64), until: "Press Enter for a shell")
        #expect(result.status == 0, "\(result.errorTail)")
        #expect(result.text.contains("root.squashfs is damaged: its sha256 checksum is"))
    }

    /// HTTPS with an authority of one's own that an additional initramfs brings, over a bond with DHCP; a VLAN on it has
    /// an address of its own.
    @Test(.enabled(if: isFull, "runs in \"make check-full\"")) func httpsOverABond() throws {
        try Folder.withTemporary(in: "/var/tmp") { work in
            let certificate = Path.join(work, "etc/nodewright/root-ca.pem")
            try Folder.create(Path.parent(certificate))
            try TLSServer.with(folder: folder, certificate: certificate) { server in
                let segment = try Command(
                    "cpio", ["--quiet", "--create", "--format", "newc"], folder: work,
                    input: .bytes(Array("etc\netc/nodewright\netc/nodewright/root-ca.pem\n".utf8))
                ).run().check().output
                let initramfs = Path.join(work, "initrd.img")
                var content = try File.read(Path.join(folder, "initrd.img"))
                // The kernel takes a further archive only at a multiple of four, as boot loaders lay it.
                content += [UInt8](repeating: 0, count: (4 - content.count % 4) % 4)
                try File.write(initramfs, content + segment)
                let sums = try File.readText(Path.join(folder, "SHA256SUMS")).split(separator: "\n")
                let checksum = try #require(sums.first { $0.hasSuffix(" root.squashfs") }).prefix(64)
                let result = try start(
                    "net.ifnames=0 bond=bond0:eth0:mode=active-backup ip=bond0:dhcp vlan=bond0.5:bond0 "
                        + "ip=192.0.2.5:::255.255.255.0:node5:bond0.5:none "
                        + "nodewright.root=https://10.0.2.2:\(server.port)/root.squashfs nodewright.root-sha256=\(checksum)",
                    initramfs: initramfs, until: "the root file system is here and right", "Press Enter to")
                #expect(result.status == 0, "\(result.errorTail)")
                #expect(result.text.contains(/bond0 .*10\.0\.2\.15/), "\(result.text.suffix(4000))")
                #expect(result.text.contains(/bond0\.5 .*192\.0\.2\.5/), "\(result.text.suffix(4000))")
            }
        }
    }
}
