/// The boot menu of disks and sticks: one file for both slots that never changes, beside what each slot brings.
///
/// Only commands that are built into the signed GRUBs of Fedora and Debian are used: under Secure Boot nothing can be loaded.
public enum DiskMenu {
    /// The folder of everything of ours on the EFI system partition.
    public static let folder = "/nodewright"
    /// Where the stubs go: the prefixes that signed GRUBs have embedded.
    public static let stubFolders = ["/EFI/BOOT", "/EFI/fedora", "/EFI/centos", "/EFI/debian", "/boot/grub"]

    /// `grub.cfg`: chooses a slot, and shows the entries of every slot that can start.
    public static let text = """
        # The serial line and the screen at once; a machine without the one still has the other.
        if serial --unit=0 --speed=115200; then
            terminal_input serial console
            terminal_output serial console
        fi
        set timeout=3

        \(SlotScript.text)

        if [ "$rank_a" != missing ]; then
            source \(folder)/a/slot.cfg
        fi
        if [ "$rank_b" != missing ]; then
            source \(folder)/b/slot.cfg
        fi
        set default=0
        if [ "$rank_a" != missing -a "$rank_b" != missing ]; then
            # By their places: a fallback cannot be named.
            set fallback=1
            if [ "$choice" = b ]; then
                set default=1
                set fallback=0
            fi
        elif [ -z "$choice" ]; then
            menuentry 'This disk has no system that can start' --id none {
                echo 'Kernel, initramfs or menu entry of every slot are missing on this disk. Start from the installation medium and'
                echo 'install again; the state of this node is on another partition. Going on with the next disk in a minute.'
                sleep --interruptible 60
                exit
            }
        fi
        submenu 'Troubleshooting' --id troubleshooting {
            for slot in a b; do
                if [ -f \(folder)/$slot/troubleshooting.cfg ]; then
                    source \(folder)/$slot/troubleshooting.cfg
                fi
            done
            menuentry 'Restart' --id restart {
                reboot
            }
            menuentry 'Power off' --id poweroff {
                halt
            }
        }

        """

    /// The file that leads from a prefix to the menu of the same disk.
    ///
    /// GRUB for UEFI starts with the partition that it was read from as its root; a GRUB that has moved on (to a CD that lies
    /// in the machine) comes back by the disk's own mark.
    /// - Parameter mark: a file on the partition that no other disk has
    public static func stub(mark: String) -> String {
        """
        if [ ! -f \(mark) ]; then
            search --no-floppy --set=root --file \(mark)
        fi
        set prefix=($root)\(folder)
        configfile $prefix/grub.cfg

        """
    }
}
