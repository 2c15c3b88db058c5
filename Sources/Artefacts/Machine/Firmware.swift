import Host

/// The firmware that a machine starts with.
public enum Firmware: String, Sendable, CaseIterable {
    /// SeaBIOS, which comes with QEMU.
    case bios
    /// OVMF without Secure Boot.
    case uefi
    /// OVMF that enforces Secure Boot with Microsoft's keys.
    case secureBoot

    /// A pair of flash images: the code and the template of its variables.
    struct Flash: Equatable {
        let code: String
        let variables: String
    }

    /// Where Debian, Ubuntu, Fedora and CentOS put them, newest layout first.
    var candidates: [Flash] {
        switch self {
        case .bios:
            []
        case .uefi:
            [
                Flash(code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd"),
                Flash(
                    code: "/usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2",
                    variables: "/usr/share/edk2/ovmf/OVMF_VARS_4M.qcow2"),
                Flash(code: "/usr/share/edk2/ovmf/OVMF_CODE.fd", variables: "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
            ]
        case .secureBoot:
            [
                Flash(code: "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"),
                Flash(
                    code: "/usr/share/edk2/ovmf/OVMF_CODE_4M.secboot.qcow2",
                    variables: "/usr/share/edk2/ovmf/OVMF_VARS_4M.secboot.qcow2"),
                Flash(
                    code: "/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd",
                    variables: "/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd"),
            ]
        }
    }

    /// The path of the code image on this host; nil when it is not installed or comes with QEMU.
    public var installedCode: String? { installed?.code }

    private var installed: Flash? { candidates.first { File.exists($0.code) && File.exists($0.variables) } }

    /// QEMU's arguments for machine type and flash.
    ///
    /// The variables are a snapshot: what the firmware stores ends with the machine and the template is never written.
    func arguments() throws -> [String] {
        if self == .bios { return ["-machine", "q35"] }
        guard let flash = installed else {
            throw Failure(
                .invalidInput,
                "the UEFI firmware OVMF is not installed (looked for \(candidates.map(\.code).joined(separator: ", ")))",
                hint: "install the package \"ovmf\" (Debian, Ubuntu) or \"edk2-ovmf\" (Fedora, CentOS)")
        }
        let format = flash.code.hasSuffix(".qcow2") ? "qcow2" : "raw"
        return [
            // Only code in system management mode may then write the flash: without it Secure Boot would be an empty word.
            "-machine", self == .secureBoot ? "q35,smm=on" : "q35",
            "-global", "driver=cfi.pflash01,property=secure,value=\(self == .secureBoot ? "on" : "off")",
            // A sleeping guest would lose the lock of the flash (OVMF's README).
            "-global", "ICH9-LPC.disable_s3=1",
            "-drive", "if=pflash,unit=0,format=\(format),readonly=on,file=\(flash.code)",
            "-drive", "if=pflash,unit=1,format=\(format),snapshot=on,file=\(flash.variables)",
        ]
    }
}
