import Disks
import Host
import Testing

@testable import Artefacts

@Suite struct MachineTests {
    @Test(arguments: [
        (Machine.Medium.cd("a,b.iso"), "if=none,id=medium,format=raw,file=a,,b.iso,media=cdrom,readonly=on"),
        (.usb("x.img"), "if=none,id=medium,format=raw,file=x.img,snapshot=on"),
        (.disk("x.qcow2"), "if=none,id=medium,format=qcow2,file=x.qcow2,snapshot=on"),
        (.kernel("vmlinuz", initrd: "i", arguments: "console=ttyS0"), "console=ttyS0"),
    ])
    func mediumIsAttachedWithoutBeingChanged(_ medium: Machine.Medium, _ argument: String) throws {
        #expect(try Machine(medium).arguments().contains(argument))
    }

    @Test func writesAndPortsOnlyWhenAsked() throws {
        var machine = Machine(.disk("x.raw"))
        #expect(try machine.arguments().contains("user,id=net0"))
        #expect(try !machine.arguments().contains("-uuid"))
        machine.keepsWrites = true
        machine.sshPort = 2222
        machine.identifier = UUID("C12A7328-F81F-11D2-BA4B-00A0C93EC93B")
        let arguments = try machine.arguments()
        #expect(arguments.contains("if=none,id=medium,format=raw,file=x.raw,discard=unmap"))
        #expect(arguments.contains("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"))
        #expect(arguments.contains("user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22"))
    }

    /// Each card has an address when one is given, and QEMU gets each path as it is.
    @Test(arguments: [
        ("user", "user,id=net1", "virtio-net-pci,netdev=net1,romfile="),
        (
            "socket:a,b", "stream,id=net1,server=off,addr.type=unix,addr.path=a,,b",
            "virtio-net-pci,netdev=net1,romfile="
        ),
        (
            "listen:/run/c,mac=52:54:00:AA:BB:cc", "stream,id=net1,server=on,addr.type=unix,addr.path=/run/c",
            "virtio-net-pci,netdev=net1,romfile=,mac=52:54:00:aa:bb:cc"
        ),
    ])
    func cablesArePluggedIn(_ text: String, _ backend: String, _ device: String) throws {
        var machine = Machine(.cd("x.iso"))
        machine.cables = [try NetworkCable(text)]
        let arguments = try machine.arguments()
        let index = try #require(arguments.firstIndex(of: backend), "\(arguments)")
        #expect(arguments[index - 1] == "-netdev" && arguments[index + 2] == device, "\(arguments)")
    }

    @Test(arguments: [
        "", "tap0", "socket:", "listen:", "user,mac=", "user,mac=52:54:00:aa:bb", "user,mac=53:54:00:aa:bb:cc", "users",
        "socket:,mac=52:54:00:aa:bb:cc",
    ])
    func whatIsNoNetworkIsRefused(_ text: String) {
        #expect(throws: Failure.self) { try NetworkCable(text) }
    }

    /// What stands in a file is on no command line.
    @Test func credentialFilesAreReadByQEMU() throws {
        var machine = Machine(.cd("x.iso"))
        machine.credentialFiles = [("nodewright.config", "/a,b")]
        let wanted = "name=opt/io.systemd.credentials/nodewright.config,file=/a,,b"
        #expect(try machine.arguments().contains(wanted))
        #expect(Machine.fitsFirmware(String(repeating: "x", count: 28)))
        #expect(!Machine.fitsFirmware(String(repeating: "x", count: 29)))
    }

    @Test func credentialsSurviveQEMUsOptionSyntax() throws {
        var machine = Machine(.cd("x.iso"))
        machine.credentials = [("a.b", Array("k=v,\n".utf8))]
        #expect(try machine.arguments().contains("type=11,value=io.systemd.credential.binary:a.b=az12LAo="))
    }

    /// The probe must be able to succeed: under emulation its guest always runs.
    @Test func probeGuestRunsUnderEmulation() throws {
        #expect(Acceleration.probe(.emulation, emulator: try Emulator.find(), seconds: 30))
    }

    @Test func probeOfAGuestThatNeverRunsEnds() {
        // A program that ignores its arguments and never ends stands for a QEMU whose guest does not run.
        let start = monotonicSeconds()
        #expect(!Acceleration.probe(.emulation, emulator: "/usr/bin/yes", seconds: 0.3))
        #expect(monotonicSeconds() - start < 10)
    }
}
