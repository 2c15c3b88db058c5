import Glibc
import Host

/// How a machine's instructions are executed.
public enum Acceleration: String, Sendable, CaseIterable {
    /// By the host's processor.
    case kvm
    /// By QEMU's translator (TCG); works everywhere.
    case emulation = "tcg"

    /// KVM where a guest has really run under it, else emulation.
    ///
    /// Some hosts have a `/dev/kvm` that opens and starts a guest which then never executes an instruction; only a guest
    /// that reports back proves the opposite. Costs a fraction of a second with KVM, and three seconds on such a host.
    public static func best(emulator: String, progress: ProgressSink = silent) -> Acceleration {
        probe(.kvm, emulator: emulator, seconds: 3, progress: progress) ? .kvm : .emulation
    }

    /// Whether a guest of one boot sector runs under `acceleration` and ends the machine within `seconds`.
    public static func probe(
        _ acceleration: Acceleration, emulator: String, seconds: Double, progress: ProgressSink = silent
    ) -> Bool {
        if acceleration == .kvm, access("/dev/kvm", R_OK | W_OK) != 0 { return false }
        let status = try? Folder.withTemporary { folder in
            let sector = Path.join(folder, "probe.img")
            try File.write(sector, probeSector)
            let process = try BoundProcess(
                emulator,
                [
                    "-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc", "-m", "16",
                    "-accel", acceleration.rawValue, "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
                    "-drive", "if=floppy,format=raw,readonly=on,file=\(sector)",
                ], progress: progress)
            return process.wait(seconds: seconds)
        }
        return status == 33
    }

    /// `mov al, 16; out 0xf4, al; hlt`: QEMU's debug device ends the machine with status 2 * 16 + 1.
    private static let probeSector: [UInt8] =
        [0xB0, 0x10, 0xE6, 0xF4, 0xF4, 0xEB, 0xFD] + [UInt8](repeating: 0, count: 503) + [0x55, 0xAA]
}
