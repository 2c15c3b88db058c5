import Boot
public import Disks
import Host
public import NodeConfig

/// What an installation is going to do to one disk; making the plan changes nothing and refuses whatever must not be done.
public struct InstallationPlan: Sendable {
    /// The disk.
    public let disk: Disk
    /// What is copied.
    public let source: InstallationSource
    /// Where everything will lie.
    public let layout: DiskLayout
    /// Whether the state partition stays as it is.
    public let keepsState: Bool
    /// What the node is configured with; nil for nothing.
    public let configuration: NodeConfiguration?
    /// Where its values come from, by path.
    let sources: [String: String]

    /// How somebody wants it.
    public struct Wishes: Sendable {
        /// What may be on the disk.
        public var wipe = InstallationSettings.WipePolicy.emptyOnly
        /// The names of guests' data and storage domains that are given up.
        public var destroyed: Set<String> = []
        /// Whether the state of the node that is on the disk stays.
        public var keepsState = false
        /// Sizes other than the image's.
        public var sizes = PartitionSizes()
        /// The node configuration.
        public var configuration: NodeConfiguration?
        /// Where its values come from, by path, as they are stored beside it.
        public var sources: [String: String] = [:]

        /// An empty disk, with the sizes of the image and no configuration.
        public init() {}
    }

    /// Plans an installation.
    ///
    /// - Throws: `.busy` for a disk that is in use, `.device` for one that is too small or read-only, `.invalidInput` for one
    ///   whose content must not be lost, `.incompatible` for one that this machine's firmware cannot start from
    public init(_ source: InstallationSource, to disk: Disk, _ wishes: Wishes) throws {
        self.disk = disk
        self.source = source
        keepsState = wishes.keepsState
        var configuration = wishes.configuration ?? NodeConfiguration()
        // What is asked for here is done then; a node that had it stored would be asked for it at each start.
        configuration.installation = InstallationSettings()
        // A stored document that says nothing would keep the first start from looking for one that does.
        self.configuration = configuration == NodeConfiguration() ? nil : configuration
        sources = wishes.sources.filter { !$0.key.hasPrefix("installation.") }
        try Self.checkUse(disk)
        guard !disk.isReadOnly else {
            throw Failure(.device, "\"\(disk.path)\" is read-only", hint: "look for a write-protection switch on it")
        }
        guard disk.isReadable else {
            throw Failure(.device, "\"\(disk.path)\" cannot be read", hint: "replace it, or run this as root")
        }
        guard disk.logicalSector == 512 || source.isUEFI else {
            throw Failure(
                .incompatible,
                "this machine was started by BIOS, which cannot start from \"\(disk.path)\": its sectors have "
                    + "\(disk.logicalSector) bytes",
                hint: "start this machine with UEFI, or choose another disk")
        }
        if wishes.keepsState {
            layout = try Self.present(disk, source)
            try checkRoom(hint: "save its state and install without --keep-state")
            return
        }
        try Self.checkContent(disk, wishes)
        let sizes = Self.sizes(source, disk, wishes.sizes)
        guard source.rootSize <= sizes.slot else {
            throw Failure(
                .invalidInput,
                "a slot of \(sizes.slot >> 20) MiB is too small for a root file system of "
                    + "\(DiskLayout.rounded(source.rootSize) >> 20) MiB",
                hint: "make it larger (installation: sizes: slot)")
        }
        layout = try during("\"\(disk.path)\"") {
            try DiskLayout(
                sizes, architecture: source.image.architecture, identifiers: .random(), diskSize: disk.size)
        }
        try checkRoom(hint: "make it larger (installation: sizes: esp)")
        try StateFileSystem.checkSize(sizes.state)
    }

    /// Looks whether the EFI system partition has room for everything: nothing has been lost yet.
    private func checkRoom(hint: String) throws {
        guard let partition = layout[.efi] else { return }
        do {
            try FATWriter.checkSize(partition.size, sector: disk.logicalSector)
            try SystemFiles.checkRoom(files(rootHash: String(repeating: "0", count: 64)), in: partition)
        } catch let failure as Failure {
            throw Failure(failure.status, failure.message, hint: hint, details: failure.details)
        }
    }

    /// The files of the EFI system partition.
    func files(rootHash: String) -> [FATFile] {
        source.files.files(
            SlotEntry(
                slot: .a, title: source.image.title, rootHash: rootHash, layout: layout,
                kernelArguments: source.image.kernelArguments, grows: false))
    }

    /// Refuses a disk that somebody uses, and the one that the system runs from (`.busy`).
    public static func checkUse(_ disk: Disk) throws {
        if disk.isBootMedium {
            throw Failure(
                .busy, "\"\(disk.path)\" is what this system was started from",
                hint: "choose another disk; nodectl install --list shows all")
        }
        if let use = disk.uses.first {
            throw Failure(
                .busy, "\"\(disk.path)\" is in use: \(use.text)", hint: use.hint,
                details: disk.uses.dropFirst().map(\.text))
        }
    }

    private static func checkContent(_ disk: Disk, _ wishes: Wishes) throws {
        let kept = disk.protectedNames.filter { !wishes.destroyed.contains($0) }
        if let name = kept.first {
            throw Failure(
                .invalidInput, "\"\(disk.path)\" holds guests' data or a storage domain: " + disk.summary,
                hint: "to lose it, name it: --destroy \(name)", details: kept.dropFirst().map { "also: " + $0 })
        }
        let refused: Bool
        switch (disk.content, wishes.wipe) {
        case (.empty, _), (.unfinished, _), (_, .anything): refused = false
        case (.node, .earlierNode): refused = false
        // Its data was given up by name.
        case (.guests, _): refused = false
        default: refused = true
        }
        if refused {
            throw Failure(
                .invalidInput, "\"\(disk.path)\" is not empty: " + disk.summary,
                hint: "choose another disk, or allow it (installation: wipe: "
                    + (disk.content == .node ? "earlier-node)" : "anything)"))
        }
    }

    private static func sizes(
        _ source: InstallationSource, _ disk: Disk, _ wanted: PartitionSizes
    ) -> DiskLayout.Sizes {
        var sizes = DiskLayout.Sizes(
            // With sectors of 4096 bytes FAT32 needs as many clusters, which are as large as its smallest there.
            esp: max(wanted.esp?.bytes ?? source.image.esp, disk.logicalSector > 512 ? 272 << 20 : 0),
            slot: wanted.slot?.bytes ?? source.image.slot ?? DiskLayout.rounded(2 * source.rootSize),
            state: wanted.state?.bytes ?? source.image.state)
        switch wanted.data {
        case .bytes(let size):
            sizes.data = size.bytes
        case .rest:
            sizes.data = DiskLayout.alignment
            sizes.rest = .data
        case nil: break
        }
        if wanted.state != nil, sizes.rest == .state { sizes.rest = nil }
        return sizes
    }

    /// The layout of the node that is on the disk.
    private static func present(_ disk: Disk, _ source: InstallationSource) throws -> DiskLayout {
        guard disk.isNode, let table = try PartitionTable.read(disk.path),
            let layout = DiskLayout(table, size: disk.size), let slot = layout[.rootA], let tree = layout[.rootAVerity]
        else {
            throw Failure(
                .invalidInput, "there is no node with a state to keep on \"\(disk.path)\": " + disk.summary,
                hint: "install without --keep-state")
        }
        guard source.rootSize <= slot.size, DiskLayout.hashTreeSize(of: source.rootSize) <= tree.size else {
            throw Failure(
                .device,
                "a slot of the node on \"\(disk.path)\" (\(slot.size >> 20) MiB) is too small for this version "
                    + "(\(DiskLayout.rounded(source.rootSize) >> 20) MiB)",
                hint: "save its state and install without --keep-state")
        }
        return layout
    }

    /// What will be lost and made, for people.
    public var lines: [String] {
        func gibibytes(_ bytes: Int) -> String { ByteSize(bytes: bytes)?.rounded ?? "\(bytes) B" }
        var lines = ["\(source.image.title) from \(source.description) to \(disk.title)"]
        lines.append(
            keepsState
                ? "what is kept: the state partition; everything else is replaced"
                : disk.content == .empty || disk.content == .unfinished
                    ? "nothing is lost: the disk is \(disk.content == .empty ? "empty" : "from an interrupted installation")"
                    : "what is lost: " + disk.summary)
        for partition in layout.partitions {
            lines.append("partition \(partition.number): \(partition.name), \(gibibytes(partition.size))")
        }
        return lines
    }
}

extension Disk {
    /// `/dev/sda, 480 GB, Samsung SSD 870, sata`
    public var title: String {
        ([path, ByteSize(bytes: size)?.rounded, model, transport.rawValue] as [String?]).compactMap(\.self)
            .joined(separator: ", ")
    }
}

extension ByteSize {
    /// A few digits with a decimal unit, as disks are sold: `480 GB`, `1.9 TB`.
    public var rounded: String {
        for (unit, factor) in [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000)]
        where bytes >= factor {
            let tenths = (bytes * 10 + factor / 2) / factor
            return tenths % 10 == 0 || tenths >= 1000
                ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
        }
        return "\(bytes) B"
    }
}
