/// How a network card is found.
public enum InterfaceMatch: Hashable, Sendable {
    /// By the kernel's name, such as `eno1`.
    case name(String)
    /// By the permanent hardware address.
    case mac(MACAddress)
    /// By where it is plugged in: udev's `ID_PATH`, such as `pci-0000:03:00.0`.
    case path(String)
    /// The first card, in the order of names, that has a carrier.
    case link
}
