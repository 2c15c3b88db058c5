import Host

/// Where QEMU is on this host.
public enum Emulator {
    /// The full path of QEMU for x86-64: Debian's and Fedora's name, then the names that CentOS gives it.
    public static func find() throws -> String {
        for name in ["qemu-system-x86_64", "qemu-kvm", "/usr/libexec/qemu-kvm"] {
            if let path = Environment.program(name) { return path }
        }
        throw Failure(
            .invalidInput, "QEMU is not installed (looked for qemu-system-x86_64 and qemu-kvm)",
            hint:
                "install \"qemu-system-x86\" (Debian, Ubuntu), \"qemu-system-x86-core\" (Fedora) or \"qemu-kvm\" (CentOS)"
        )
    }
}
