public import Disks
import Host

/// A virtual machine that starts one artefact, as arguments for QEMU.
public struct Machine: Sendable {
    /// What the machine starts from.
    public enum Medium: Sendable, Equatable {
        /// An ISO in a CD drive.
        case cd(String)
        /// An image written to a USB stick behind an xHCI controller.
        case usb(String)
        /// An image on a virtio disk.
        case disk(String)
        /// A kernel and an initramfs handed over by QEMU itself, without any boot loader.
        case kernel(String, initrd: String?, arguments: String)
        /// The network: a folder that QEMU serves by TFTP, and what its DHCP server names as the boot file (a name in the folder,
        /// or a URL for the iPXE that comes with QEMU).
        case network(folder: String, bootFile: String)
    }

    /// What the machine starts from.
    public var medium: Medium
    /// SeaBIOS, or OVMF with or without Secure Boot.
    public var firmware: Firmware = .bios
    /// How instructions are executed.
    public var acceleration: Acceleration = .emulation
    /// Memory in MiB.
    public var memory = 2048
    /// Virtual processors; nil for two under KVM and for one that is emulated.
    ///
    /// QEMU before 8.1 translates code that another processor is changing without a lock. A kernel changes its own code all the
    /// time (static keys, text_poke(9)); about one start in fifty then met a breakpoint that was gone ("Oops: int3") and
    /// panicked. One processor costs nothing: the start is hardly parallel.
    public var processors: Int?
    /// Further images, as virtio disks after the medium; written to for good.
    public var disks: [String] = []
    /// What the firmware tells as the machine's own identifier; without one it tells none.
    public var identifier: UUID?
    /// A port of the host's loopback address that leads to port 22 of the machine.
    public var sshPort: Int?
    /// Network cards beside the first one, which is on a user network.
    public var cables: [NetworkCable] = []
    /// Whether writes to the medium last; otherwise they are gone with the machine.
    public var keepsWrites = false

    /// Receives what the machine writes to its second serial line.
    public var secondSerial: String?
    /// systemd credentials for the system inside, by name, handed over through SMBIOS.
    public var credentials: [(name: String, value: [UInt8])] = []
    /// Files with credentials, by name, which QEMU reads itself (fw_cfg), so that no command line shows them.
    public var credentialFiles: [(name: String, path: String)] = []

    /// A machine that starts `medium`.
    public init(_ medium: Medium) { self.medium = medium }

    /// The arguments for QEMU: serial line on standard input and output, QMP on descriptor 3.
    ///
    /// Nothing comes from QEMU's defaults or from the user's configuration of it, so that every host runs the same machine.
    /// - Throws: when the firmware's files are not installed
    public func arguments() throws -> [String] {
        var arguments = [
            "-name", "nodewright", "-nodefaults", "-no-user-config", "-display", "none", "-vga", "std",
            "-accel", acceleration == .kvm ? "kvm" : "tcg",
            // TCG's default processor has neither the x86-64-v2 that CentOS needs nor SVM for guests inside of the guest. Its
            // string instructions go byte by byte: a kernel that takes them for fast clears pages with them, a fifth of a start.
            "-cpu", acceleration == .kvm ? "host" : "max,erms=off,fsrm=off",
            "-smp", String(processors ?? (acceleration == .kvm ? 2 : 1)), "-m", String(memory),
            "-chardev", "stdio,id=serial0,signal=off", "-serial", "chardev:serial0",
            "-chardev", "socket,id=monitor0,fd=3", "-mon", "chardev=monitor0,mode=control",
            "-device", "virtio-rng-pci",
        ]
        if let identifier { arguments += ["-uuid", identifier.description] }
        arguments += try firmware.arguments()
        let forward = sshPort.map { ",hostfwd=tcp:127.0.0.1:\($0)-:22" } ?? ""
        arguments += [
            "-netdev", "user,id=net0" + forward + networkBoot, "-device", "virtio-net-pci,netdev=net0" + networkROM,
        ]
        for (index, cable) in cables.enumerated() { arguments += cable.arguments("net\(index + 1)") }
        if let secondSerial {
            arguments += [
                "-chardev", "file,id=serial1,path=\(Self.escape(secondSerial))", "-serial", "chardev:serial1",
            ]
        }
        for credential in credentials {
            // Base64 has none of the characters that mean something to QEMU.
            let value = "io.systemd.credential.binary:\(credential.name)=\(Base64.text(credential.value))"
            arguments += ["-smbios", "type=11,value=" + value]
        }
        for file in credentialFiles {
            let name = Self.firmwarePrefix + file.name
            arguments += ["-fw_cfg", "name=\(Self.escape(name)),file=\(Self.escape(file.path))"]
        }
        arguments += mediumArguments
        for (index, disk) in disks.enumerated() {
            arguments += [
                "-drive", Self.drive("extra\(index)", disk, "discard=unmap"), "-device",
                "virtio-blk-pci,drive=extra\(index)",
            ]
        }
        return arguments
    }

    /// Whether a credential's name is short enough for QEMU's firmware configuration (FW_CFG_MAX_FILE_PATH, with a NUL).
    public static func fitsFirmware(_ name: String) -> Bool { firmwarePrefix.utf8.count + name.utf8.count < 56 }

    private static let firmwarePrefix = "opt/io.systemd.credentials/"

    private var networkBoot: String {
        guard case .network(let folder, let bootFile) = medium else { return "" }
        return ",tftp=\(Self.escape(folder)),bootfile=\(Self.escape(bootFile))"
    }

    /// Without its option ROM a machine whose medium does not start says so instead of trying the network, and UEFI starts over
    /// the network by itself instead of through QEMU's iPXE.
    private var networkROM: String {
        guard case .network = medium else { return ",romfile=" }
        return firmware == .bios ? ",bootindex=0" : ",romfile=,bootindex=0"
    }

    private var mediumArguments: [String] {
        switch medium {
        case .network: return []
        case .cd(let path):
            return [
                "-drive", Self.drive("medium", path, "media=cdrom,readonly=on"), "-device",
                "ide-cd,drive=medium,bootindex=0",
            ]
        case .usb(let path):
            return [
                "-drive", Self.drive("medium", path, writes), "-device", "qemu-xhci",
                "-device", "usb-storage,drive=medium,removable=on,bootindex=0",
            ]
        case .disk(let path):
            return ["-drive", Self.drive("medium", path, writes), "-device", "virtio-blk-pci,drive=medium,bootindex=0"]
        case .kernel(let kernel, let initrd, let kernelArguments):
            return ["-kernel", kernel, "-append", kernelArguments] + (initrd.map { ["-initrd", $0] } ?? [])
        }
    }

    private var writes: String { keepsWrites ? "discard=unmap" : "snapshot=on" }

    private static func drive(_ name: String, _ path: String, _ options: String) -> String {
        let format = path.hasSuffix(".qcow2") ? "qcow2" : "raw"
        return "if=none,id=\(name),format=\(format),file=\(escape(path)),\(options)"
    }

    /// In QEMU's option lists a comma is written twice.
    static func escape(_ path: String) -> String {
        path.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
}
