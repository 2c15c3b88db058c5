import Host

/// How a disk is attached to the machine.
public enum DiskTransport: String, Sendable, CaseIterable {
    case sata, sas, scsi, usb, nvme, virtio, mmc
    /// Over the network: iSCSI, Fibre Channel, NVMe over fabrics.
    case iscsi
    case fibreChannel = "fc"
    case fabrics = "nvme-of"
    /// Several paths to one disk, joined by device-mapper.
    case multipath
    /// Several disks, joined by md.
    case raid
    /// Controllers with names of their own: `/dev/cciss/c0d0`.
    case cciss
    /// A file that stands for a disk.
    case loop
    case unknown

    /// - Parameters:
    ///   - name: the kernel's name
    ///   - devicePath: where `/sys/block/NAME` leads to
    ///   - fabric: `transport` of an NVMe controller: `pcie`, `tcp`, `fc`, `rdma`
    ///   - mapping: `dm/uuid` of a device-mapper device
    ///   - bus: udev's `ID_BUS`
    init(name: String, devicePath: String, fabric: String?, mapping: String?, bus: String?) {
        func passes(_ part: String) -> Bool { devicePath.contains(part) }
        let names: [(String, DiskTransport)] = [
            ("vd", .virtio), ("mmcblk", .mmc), ("cciss", .cciss), ("md", .raid), ("loop", .loop), ("xvd", .virtio),
        ]
        if mapping?.hasPrefix("mpath-") == true {
            self = .multipath
        } else if name.hasPrefix("nvme") {
            self = (fabric ?? "pcie") == "pcie" ? .nvme : .fabrics
        } else if let known = names.first(where: { name.hasPrefix($0.0) }) {
            self = known.1
        } else if passes("/usb") {
            self = .usb
        } else if passes("/session") {
            self = .iscsi
        } else if passes("/rport-") || bus == "fc" {
            self = .fibreChannel
        } else if passes("/end_device-") {
            self = .sas
        } else if passes("/ata") || bus == "ata" {
            self = .sata
        } else {
            self = DiskTransport(rawValue: bus ?? "") ?? (name.hasPrefix("sd") ? .scsi : .unknown)
        }
    }
}
