public import Disks
import Host
public import NodeConfig

extension DiskSelector {
    /// The disk that this selector means.
    ///
    /// - Parameter disks: all disks of the machine; those that the system was started from are left out
    /// - Throws: `.invalidInput` when none fits, or several do and nothing says which one to take
    public func choose(from disks: [Disk]) throws -> Disk {
        let fitting = fitting(among: disks)
        guard let first = fitting.first else {
            throw Failure(
                .invalidInput, "no disk is \(text)",
                hint: disks.isEmpty
                    ? "this machine has no disks that this system knows" : "nodectl install --list shows all disks")
        }
        switch choose ?? .only {
        case .only:
            if fitting.count == 1 { return first }
            throw Failure(
                .invalidInput,
                "\(fitting.count) disks are \(text): " + fitting.map(\.path).joined(separator: ", "),
                hint: "say more about it, or which one is to be taken (choose: first, smallest, largest)")
        case .first: return first
        case .smallest: return fitting.min { $0.size < $1.size } ?? first
        // The first of several that are equally large.
        case .largest: return fitting.reversed().max { $0.size < $1.size } ?? first
        }
    }

    /// All disks that this selector could mean.
    func fitting(among disks: [Disk]) -> [Disk] {
        disks.filter { disk in
            // A path of a multipath disk is not the disk.
            !disk.isBootMedium && !disk.uses.contains { if case .path = $0 { true } else { false } } && fits(disk)
        }
    }

    private func fits(_ disk: Disk) -> Bool {
        func same(_ wanted: String?, _ found: String?) -> Bool {
            wanted.map { $0.lowercased() == found?.lowercased() } ?? true
        }
        if let device, !([disk.path] + disk.links).contains(where: { ShellPattern(device).matches($0) || device == $0 })
        {
            return false
        }
        if let model, !ShellPattern(model, ignoringCase: true).matches(disk.model ?? "") { return false }
        if let transport, !transport.names.contains(disk.transport) { return false }
        if let minimumSize, disk.size < minimumSize.bytes { return false }
        if let maximumSize, disk.size > maximumSize.bytes { return false }
        return same(serial, disk.serial) && same(wwn, disk.wwn)
    }

    /// What is wanted, in words that follow "no disk is".
    var text: String {
        var words: [String] = []
        if let transport { words.append("attached by \(transport.rawValue)") }
        if let device { words.append("at \(device)") }
        if let model { words.append("of the model \"\(model)\"") }
        if let serial { words.append("numbered \"\(serial)\"") }
        if let wwn { words.append("named \(wwn)") }
        if let minimumSize { words.append("of at least \(minimumSize.rounded)") }
        if let maximumSize { words.append("of at most \(maximumSize.rounded)") }
        return words.isEmpty ? "usable" : words.joined(separator: " and ")
    }
}

extension DiskSelector.Transport {
    /// What udev's `ID_BUS`, by which legacy oVirt Node chose, says of several kinds.
    fileprivate var names: Set<DiskTransport> {
        switch self {
        case .ata: [.sata]
        case .scsi: [.scsi, .sas, .iscsi, .fibreChannel, .multipath]
        case .nvme: [.nvme, .fabrics]
        case .virtio: [.virtio]
        case .usb: [.usb]
        case .mmc: [.mmc]
        case .cciss: [.cciss]
        }
    }
}
