public import Boot
public import Disks
public import Host
import Transfer

/// A disk that starts with BIOS and UEFI (DESIGN.md §6), made in a plain file: no root, no loop device, no mount.
public struct DiskImage: Sendable {
    /// What the menu says: `hypervisor 1.2`.
    public var title: String
    /// Path of the kernel.
    public var kernel: String
    /// Path of the initramfs.
    public var initramfs: String
    /// Path of the root file system.
    public var root: String
    /// What protects it.
    public var hashTree: HashTree
    /// Sizes of the partitions; slot A is filled, a slot B stays empty.
    public var sizes: DiskLayout.Sizes
    /// `x86_64`.
    public var architecture: String
    /// The boot programs.
    public var efi: EFILoader
    /// GRUB for BIOS.
    public var bios: BIOSBootCode
    /// The recipe's kernel arguments.
    public var kernelArguments: [String]
    /// Seconds since 1970: every time in the image.
    public var epoch: Int
    /// Distinguishes images of the same content: a disk and a stick in one machine are different disks.
    public var purpose: String
    /// Hears commands.
    public var progress: ProgressSink

    /// An image of these parts.
    public init(
        title: String, kernel: String, initramfs: String, root: String, hashTree: HashTree, sizes: DiskLayout.Sizes,
        architecture: String, efi: EFILoader, bios: BIOSBootCode, kernelArguments: [String], epoch: Int,
        purpose: String,
        progress: @escaping ProgressSink = silent
    ) {
        self.title = title
        self.kernel = kernel
        self.initramfs = initramfs
        self.root = root
        self.hashTree = hashTree
        self.sizes = sizes
        self.architecture = architecture
        self.efi = efi
        self.bios = bios
        self.kernelArguments = kernelArguments
        self.epoch = epoch
        self.purpose = purpose
        self.progress = progress
    }

    /// Writes the image, aside first; a failure leaves what was there before.
    ///
    /// - Parameter convert: turns the raw image into the file that takes the name; nil to keep the raw image
    public func write(to path: String, convert: ((_ raw: String, _ target: String) throws -> Void)? = nil) throws {
        let aside = path + ".part"
        let raw = convert == nil ? aside : path + ".raw.part"
        func clean() {
            try? File.remove(aside)
            try? File.remove(raw)
        }
        clean()
        defer { clean() }
        try during("writing \"\(path)\"") {
            try Folder.create(Path.parent(path))
            try write(raw)
            try convert?(raw, aside)
        }
        try File.sync(aside)
        try File.rename(aside, to: path)
    }

    private func write(_ path: String) throws {
        let content = try contentChecksum()
        let layout = try DiskLayout(
            sizes, architecture: architecture, identifiers: DerivedIdentifiers.disk(content))
        guard let esp = layout[.efi], let state = layout[.state], let slot = layout[.rootA],
            let tree = layout[.rootAVerity]
        else { throw Failure(.internalError, "the layout lacks a partition") }
        for (file, partition) in [(root, slot), (hashTree.path, tree)] where try File.size(file) > partition.size {
            throw Failure(
                .invalidInput,
                "\"\(Path.name(file))\" (\(try File.size(file)) bytes) does not fit into \(partition.name)")
        }
        let disk = try DiskFile.create(path, size: layout.size)
        try PartitionTable.write(layout, to: path)
        try bios.write(to: disk, layout: layout)
        let entry = SlotEntry(
            slot: .a, title: title, rootHash: hashTree.rootHash, layout: layout, kernelArguments: kernelArguments,
            grows: true)
        let files = SystemFiles(
            programs: efi.programs.map { ($0.name, .file($0.path)) }, bios: bios, kernel: .file(kernel),
            initramfs: .file(initramfs)
        ).files(entry)
        try SystemFiles.checkRoom(files, in: esp)
        try FATWriter.write(
            files, to: disk, offset: esp.start, size: esp.size, label: "ESP",
            serial: UInt32(content.hex.prefix(8), radix: 16) ?? 0, epoch: epoch, skipsZeros: true)
        try disk.write(contentOf: root, at: slot.start, skipsZeros: true)
        try disk.write(contentOf: hashTree.path, at: tree.start, skipsZeros: true)
        try StateFileSystem.make(
            on: path, partition: state, identifier: DerivedIdentifiers.uuid(content, "state file system"), epoch: epoch,
            isNew: true, progress: progress)
    }

    /// Everything that goes in: the same parts give the same image, other parts give other identifiers.
    private func contentChecksum() throws -> Checksum {
        var digest = Digest()
        for path in [kernel, initramfs, root, hashTree.path] + efi.programs.map(\.path) {
            digest.update(field: try Checksum.of(file: path).hex)
        }
        digest.update(field: Checksum.of(bios.coreImage).hex)
        digest.update(field: "\(title) \(purpose) \(epoch) \(sizes)")
        for argument in kernelArguments { digest.update(field: argument) }
        return digest.finish()
    }
}
