import Boot
import Host

/// The boot menu of the ISO: one real file, and a stub that leads to it from every place where a signed GRUB looks.
///
/// Only commands that are built into the signed GRUBs of Fedora and Debian are used: under Secure Boot nothing can be loaded.
public struct BootMenu: Sendable {
    /// The folder of the real file on the ISO.
    static let folder = "/boot/grub2"
    /// Where the stubs go: the prefixes that signed GRUBs have embedded.
    static let stubFolders = ["/EFI/BOOT", "/EFI/fedora", "/EFI/centos", "/EFI/debian", "/boot/grub"]

    /// What the entries are about: `Nodewright hypervisor 1.2`.
    public var title: String
    /// The volume label, by which the initramfs finds the medium.
    public var label: String
    /// The kernel's arguments of every entry.
    public var kernelArguments: [String]
    /// Seconds until the first entry starts.
    public var timeout = 5

    /// A menu.
    public init(title: String, label: String, kernelArguments: [String]) {
        self.title = title
        self.label = label
        self.kernelArguments = kernelArguments
    }

    /// The content of `grub.cfg`.
    public var text: String {
        let verbose = kernelArguments.filter { $0 != "quiet" } + ["ignore_loglevel", "systemd.log_level=debug"]
        return """
            # The serial line and the screen at once; a machine without the one still has the other.
            if serial --unit=0 --speed=115200; then
                terminal_input serial console
                terminal_output serial console
            fi
            # Whoever does nothing gets the system that changes no disk.
            set default=live
            set timeout=\(timeout)

            \(entry("Install to disk", kernelArguments + ["nodewright.install"], "install"))
            \(entry("Live", kernelArguments, "live"))
            \(entry("Live, serial console", kernelArguments + ["console=ttyS0,115200"], "serial"))
            submenu 'Troubleshooting' --id troubleshooting {
            \(entry("Live, basic graphics", kernelArguments + ["nomodeset"], "nomodeset"))
            \(entry("Live, verbose", verbose, "verbose"))
            menuentry 'Restart' --id restart {
                reboot
            }
            menuentry 'Power off' --id poweroff {
                halt
            }
            }

            """
    }

    private func entry(_ name: String, _ arguments: [String], _ id: String) -> String {
        let words = ["nodewright.live=\(label)"] + arguments
        return """
            menuentry \(GRUBScript.quote("\(title): \(name)")) --id \(id) {
                linux /boot/vmlinuz \(words.map(GRUBScript.quote).joined(separator: " "))
                initrd /boot/initramfs.img
            }
            """
    }

    /// The file that leads from a prefix to the real menu.
    ///
    /// - Parameter mark: a file on the ISO that no other medium in the machine has
    static func stub(mark: String) -> String {
        """
        search --no-floppy --set=root --file \(mark)
        set prefix=($root)\(folder)
        configfile $prefix/grub.cfg

        """
    }
}
