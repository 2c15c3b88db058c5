/// What a partition of a node's disk is for (DESIGN.md §6).
public enum PartitionRole: String, Sendable, CaseIterable {
    /// GRUB's core image for BIOS.
    case biosBoot = "bios-grub"
    /// The EFI system partition: boot loaders, kernels and initramfs of the slots.
    case efi = "esp"
    /// The root file system of slot A, and the hash tree that protects it.
    case rootA = "root-a"
    case rootAVerity = "root-a-verity"
    /// The same of slot B.
    case rootB = "root-b"
    case rootBVerity = "root-b-verity"
    /// What survives an upgrade.
    case state
    /// Guests.
    case data

    /// The name in the partition table.
    public var name: String { rawValue }

    /// The type of the Discoverable Partitions Specification (UAPI.5), for x86-64 or aarch64 where it depends on that.
    func type(architecture: String) -> String {
        switch self {
        case .biosBoot: "21686148-6449-6e6f-744e-656564454649"
        case .efi: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
        case .rootA, .rootB:
            architecture == "aarch64" ? "b921b045-1df0-41c3-af44-4c6f280d3fae" : "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"
        case .rootAVerity, .rootBVerity:
            architecture == "aarch64" ? "df3300ce-d69f-4c92-978c-9bfb0f38d820" : "2c7357ed-ebd2-46d9-aec1-23d437ec2bf5"
        case .state, .data: "0fc63daf-8483-4772-8e79-3d69d8477de4"
        }
    }

    /// Bits 60 (read-only) and 63 (do not mount by yourself) of the partition's attributes: a root is found by its slot's
    /// kernel arguments and by nothing else.
    var attributes: UInt64 {
        switch self {
        case .rootA, .rootB, .rootAVerity, .rootBVerity: 1 << 60 | 1 << 63
        default: 0
        }
    }
}

/// One of the two bootable copies of the system on a disk.
public enum Slot: String, Sendable, CaseIterable {
    case a, b

    /// The partition of its root file system.
    public var root: PartitionRole { self == .a ? .rootA : .rootB }
    /// The partition of the hash tree.
    public var verity: PartitionRole { self == .a ? .rootAVerity : .rootBVerity }
}
