public import Disks

/// How one slot of a disk is started: the kernel's arguments, and the entries of the menu.
public struct SlotEntry: Sendable {
    /// Which slot.
    public var slot: Slot
    /// What is in it: `hypervisor 1.2`.
    public var title: String
    /// The hash over its root file system, in hexadecimal.
    public var rootHash: String
    /// The disk that it is on.
    public var layout: DiskLayout
    /// The arguments of the recipe.
    public var kernelArguments: [String]
    /// Whether the state partition takes what is free behind it, as images want it that are written to a larger disk.
    public var grows: Bool

    /// An entry.
    public init(
        slot: Slot, title: String, rootHash: String, layout: DiskLayout, kernelArguments: [String], grows: Bool
    ) {
        self.slot = slot
        self.title = title
        self.rootHash = rootHash
        self.layout = layout
        self.kernelArguments = kernelArguments
        self.grows = grows
    }

    /// The folder of the slot's kernel and initramfs on the EFI system partition.
    public var folder: String { DiskMenu.folder + "/" + slot.rawValue }

    /// The kernel's arguments.
    ///
    /// Devices are named by the GUIDs of disk and partition together (a link made by a rule in the initramfs), so that a
    /// partition of the same image on another disk is never taken.
    public var arguments: [String] {
        [
            "root=/dev/mapper/root", "roothash=\(rootHash)",
            "systemd.verity_root_data=\(device(slot.root))", "systemd.verity_root_hash=\(device(slot.verity))",
            "nodewright.slot=\(slot.rawValue)", "nodewright.disk=\(layout.identifier)",
            "nodewright.state=\(layout[.state]?.identifier?.description ?? "")", "systemd.gpt_auto=0",
            // A kernel that cannot go on must not leave a host dark for good.
            "panic=30",
        ] + (grows ? ["nodewright.grow"] : []) + kernelArguments
    }

    private func device(_ role: PartitionRole) -> String {
        "/dev/disk/by-nodewright/\(layout.identifier)/\(layout[role]?.identifier?.description ?? "")"
    }

    /// `slot.cfg`: the slot's entry in the menu.
    ///
    /// A start by it is counted (`SlotScript`); `trial` is the number of trials that are left, as an argument of the kernel.
    public var menu: String {
        """
        menuentry \(GRUBScript.quote(name)) --id \(slot.rawValue) {
            if count_\(slot.rawValue); then
                \(start(arguments)) $trial
                initrd \(folder)/initramfs.img
            fi
        }

        """
    }

    private var name: String { "\(title) (slot \(slot.rawValue.uppercased()))" }

    /// `troubleshooting.cfg`: its entries in the submenu.
    public var troubleshooting: String {
        let verbose = arguments.filter { $0 != "quiet" } + ["ignore_loglevel", "systemd.log_level=debug"]
        return entry(name + ", basic graphics", slot.rawValue + "-nomodeset", arguments + ["nomodeset"])
            + entry(name + ", verbose", slot.rawValue + "-verbose", verbose)
            + entry(name + ", rescue shell", slot.rawValue + "-rescue", arguments + ["systemd.unit=rescue.target"])
    }

    private func entry(_ name: String, _ id: String, _ arguments: [String]) -> String {
        """
        menuentry \(GRUBScript.quote(name)) --id \(id) {
            \(start(arguments))
            initrd \(folder)/initramfs.img
        }

        """
    }

    private func start(_ arguments: [String]) -> String {
        "linux \(folder)/vmlinuz " + arguments.map(GRUBScript.quote).joined(separator: " ")
    }
}
