import Host

/// One disk of this machine: what it is, what is on it, and who uses it.
public struct Disk: Hashable, Sendable {
    /// `/dev/sda`, `/dev/mapper/mpatha`.
    public let path: String
    /// The kernel's name: `sda`, `dm-0`.
    public let name: String
    /// Size in bytes; 0 for a drive without a medium.
    public let size: Int
    /// Bytes of the sectors that it is addressed by.
    public let logicalSector: Int
    /// Bytes of the sectors that it writes.
    public let physicalSector: Int
    /// The model; nil when it names none.
    public let model: String?
    /// The serial number.
    public let serial: String?
    /// The World Wide Name: `0x5000c500a1b2c3d4`, `eui.…`.
    public let wwn: String?
    /// How it is attached.
    public let transport: DiskTransport
    /// Whether it refuses to be written.
    public let isReadOnly: Bool
    /// Whether its medium can be taken out.
    public let isRemovable: Bool
    /// The links below `/dev` that lead to it.
    public let links: [String]
    /// `gpt`, `dos`; nil when there is no table.
    public let tableKind: String?
    /// The identifier in the table: a GUID in small letters; nil when there is no table.
    public let tableIdentifier: String?
    /// The partitions; the whole disk as the only one when something lies on it without a table.
    public let parts: [DiskPart]
    /// Who uses it now.
    public let uses: [DiskUse]
    /// Whether the running system was started from it.
    public let isBootMedium: Bool
    /// What an installation has left that was interrupted; nil when there is none.
    public let unfinished: UnfinishedMark?
    /// Whether it answers at all when it is read.
    public let isReadable: Bool

    /// A disk with some of these properties.
    public init(
        path: String, size: Int, model: String? = nil, serial: String? = nil, wwn: String? = nil,
        transport: DiskTransport = .unknown, links: [String] = [], parts: [DiskPart] = [], uses: [DiskUse] = [],
        isBootMedium: Bool = false
    ) {
        self.init(
            path: path, name: Path.name(path), size: size, logicalSector: 512, physicalSector: 512, model: model,
            serial: serial, wwn: wwn, transport: transport, isReadOnly: false, isRemovable: false, links: links,
            tableKind: nil, tableIdentifier: nil, parts: parts, uses: uses, isBootMedium: isBootMedium, unfinished: nil,
            isReadable: true
        )
    }

    init(
        path: String, name: String, size: Int, logicalSector: Int, physicalSector: Int, model: String?, serial: String?,
        wwn: String?, transport: DiskTransport, isReadOnly: Bool, isRemovable: Bool, links: [String],
        tableKind: String?, tableIdentifier: String?, parts: [DiskPart], uses: [DiskUse], isBootMedium: Bool,
        unfinished: UnfinishedMark?, isReadable: Bool
    ) {
        self.path = path
        self.name = name
        self.size = size
        self.logicalSector = logicalSector
        self.physicalSector = physicalSector
        self.model = model
        self.serial = serial
        self.wwn = wwn
        self.transport = transport
        self.isReadOnly = isReadOnly
        self.isRemovable = isRemovable
        self.links = links
        self.tableKind = tableKind
        self.tableIdentifier = tableIdentifier
        self.parts = parts
        self.uses = uses
        self.isBootMedium = isBootMedium
        self.unfinished = unfinished
        self.isReadable = isReadable
    }

    /// What is on it as a whole.
    public var content: DiskContent {
        if parts.contains(where: { $0.protectedName != nil }) { return .guests }
        // Also with our table, which is written before the last step. Anything else has come later than the mark.
        if unfinished == .anew, tableKind == nil && parts.isEmpty || isNode { return .unfinished }
        if !isReadable { return .other }
        if isNode { return .node }
        return parts.isEmpty ? .empty : .other
    }

    /// Whether it has our layout, whatever else it holds.
    public var isNode: Bool {
        tableKind == "gpt"
            && Set(parts.compactMap { $0.partition?.role }).isSuperset(of: [.efi, .rootA, .rootAVerity, .state])
    }

    /// The names of what must be given up by name.
    public var protectedNames: [String] {
        var names: [String] = []
        for name in parts.compactMap(\.protectedName) where !names.contains(name) { names.append(name) }
        return names
    }

    /// What is on it, in one line.
    public var summary: String {
        switch content {
        case .empty: return "empty"
        case .unfinished: return "an installation that was not finished"
        case .node: return "a node (" + nodeParts + ")"
        case .other, .guests:
            if !isReadable { return "unknown: it cannot be read" }
            let texts = parts.map(\.summary)
            return texts.prefix(4).joined(separator: ", ") + (texts.count > 4 ? " and \(texts.count - 4) more" : "")
        }
    }

    private var nodeParts: String {
        let slots = Slot.allCases.filter { slot in
            parts.contains { $0.partition?.role == slot.root && $0.fileSystem != nil }
        }
        let names = slots.map { $0.rawValue.uppercased() }
        return names.isEmpty ? "no slot is filled" : "slot " + names.joined(separator: " and ")
    }
}
