import Host
import TestSupport
import Testing

/// Starting over the network: with QEMU's iPXE on BIOS, with the firmware's own network boot on UEFI.
@Suite(
    .serialized,
    .enabled(
        if: BootedImage.artefact("-pxe") != nil, "the test image has no PXE folder; \"make check\" builds one"))
struct PXEBootTests {
    private static var isFull: Bool { Environment.variable("NODEWRIGHT_FULL") != nil }

    /// The folder under test.
    private var folder: String { BootedImage.artefact("-pxe") ?? "" }

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

    @Test(.enabled(if: isFull, "NODEWRIGHT_FULL=1 runs it")) func biosWithTFTP() throws {
        let image = try BootedImage(["--as", "tftp"], artefact: folder)
        expectHealthyNode(image)
        #expect(image.answers["command-line"]?.contains("nodewright.root=initramfs") == true)
    }

    /// Starts kernel and initramfs with these arguments, until the pattern is on the console.
    private func start(_ arguments: String, initramfs: String? = nil, until pattern: String) throws -> Command.Result {
        return try Command(
            try Programs.built("nodewright"),
            [
                "boot", "--kernel", Path.join(folder, "vmlinuz"), "--initrd",
                initramfs ?? Path.join(folder, "initrd.img"),
                "--append", "console=ttyS0,115200 " + arguments, "--accel", "tcg", "--memory", "3072", "--until",
                pattern,
                "--timeout", "600",
            ]
        ).run()
    }

    @Test(.enabled(if: isFull, "NODEWRIGHT_FULL=1 runs it")) func anotherRootIsNotStarted() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/root.squashfs", .init(body: Array("something else".utf8)))
        let result = try start(
            "nodewright.root=http://10.0.2.2:\(server.port)/root.squashfs nodewright.root-sha256="
                + String(repeating: "0", count: 64), until: "Press Enter for a shell")
        #expect(result.status == 0, "\(result.errorTail)")
        #expect(result.text.contains("root.squashfs is damaged: its sha256 checksum is"))
    }
}
