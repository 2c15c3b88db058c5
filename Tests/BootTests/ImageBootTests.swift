import Host
import Testing

/// The image on every firmware and medium it is made for. Each start asks all questions, so that there are few.
@Suite(
    .serialized,
    .enabled(if: BootedImage.iso != nil, "NODEWRIGHT_TEST_ISO names no image; \"make check\" builds one and sets it"))
struct ImageBootTests {
    @Test func cdWithBIOS() throws {
        let image = try BootedImage(["--as", "cd"])
        expectHealthyNode(image)
        #expect(image.answers["command-line"]?.contains("nodewright.live=") == true)
    }

    @Test func cdWithSecureBoot() throws {
        let image = try BootedImage(["--as", "cd", "--firmware", "uefi", "--secure-boot"])
        expectHealthyNode(image)
        #expect(image.answers["kernel-log"]?.contains("Secure boot enabled") == true)
        #expect(image.answers["lockdown"]?.contains("[integrity]") == true)
    }

    /// From a stick with BIOS, through the menu's entry for serial consoles.
    @Test func stickWithBIOSAndSerialEntry() throws {
        let image = try BootedImage(
            ["--as", "usb"], before: ["expect Live, serial console", "type \\e[B", "wait 1", "type \\r"])
        expectHealthyNode(image)
        #expect(image.answers["command-line"]?.hasSuffix("console=ttyS0,115200") == true)
    }

    /// The firmware reads a stick slowly on an emulated processor: minutes.
    @Test(.enabled(if: Environment.variable("NODEWRIGHT_FULL") == "1", "runs in \"make check-full\""))
    func stickWithUEFI() throws {
        let image = try BootedImage(["--as", "usb", "--firmware", "uefi", "--secure-boot"])
        expectHealthyNode(image)
        #expect(image.answers["kernel-log"]?.contains("efi: EFI v") == true)
    }

    private func expectHealthyNode(_ image: BootedImage) {
        #expect(image.result.status == 0, "\(image.result.errorTail)")
        let answers = image.answers
        #expect(answers["running"] == "running")
        #expect(answers["failed"] == "")
        #expect(answers["active"] == "active\nactive\nactive\nactive")
        #expect(answers["nodectl"]?.contains("live") == true)
        #expect(answers["packages"].flatMap(Int.init) ?? 0 > 100)
        #expect(answers["owner"] == "nodectl")
        #expect(answers["guests"]?.contains("Running hypervisor: QEMU") == true)
        #expect(answers["address"]?.contains("10.0.2.15/24") == true)
        #expect(answers["sshd"] == "SSH-2.0")
        #expect(answers["writable"] == "yes")
        #expect(answers["machine-id"]?.utf8.count == 32)
        #expect(answers["end"] != nil)
    }
}
