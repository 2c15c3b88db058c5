public import Boot
public import Disks
import Host

/// A real GRUB (grub-emu) in front of an EFI system partition in a file: the disk's own menu, whose entries say what they would
/// start and end GRUB, or fail.
public struct EmulatedGRUB {
    /// Whether there is one.
    public static var isInstalled: Bool { Environment.program("grub-emu") != nil }

    /// What a start has shown.
    public struct Start {
        /// The slot whose kernel would have been started.
        public let slot: Slot?
        /// The argument `nodewright.trial`.
        public let trial: String?
        /// Everything on the screen.
        public let screen: String
    }

    /// The file with the file system, or a whole disk.
    public let image: String
    /// Where the file system begins in it.
    public let offset: Int
    private let folder: String

    /// A partition with menu and slots.
    ///
    /// - Parameters:
    ///   - startable: slots with a kernel and an initramfs
    ///   - broken: those of them whose kernel GRUB cannot load
    ///   - kernelless: those of them whose kernel is missing
    ///   - copies: both copies of the boot state; nil for one that is not there
    ///   - isReversed: whether the second copy lies before the first
    ///   - layout: makes a whole disk instead of a partition
    public init(
        _ folder: String, startable: Set<Slot> = [.a, .b], broken: Set<Slot> = [],
        kernelless: Set<Slot> = [], copies: [[UInt8]?] = [], isReversed: Bool = false, layout: DiskLayout? = nil
    ) throws {
        self.folder = folder
        image = Path.join(folder, "esp.img")
        var files = [FATFile("/nodewright/grub.cfg", bytes: Array(Self.menu.utf8))]
        let states = zip(EnvironmentBlock.paths, copies).compactMap { path, copy in
            copy.map { FATFile(path, bytes: $0) }
        }
        files += isReversed ? states.reversed() : states
        for slot in startable {
            let entry = try Self.shown(Self.entry(slot).menu, isBroken: broken.contains(slot))
            files.append(FATFile("/nodewright/\(slot.rawValue)/slot.cfg", bytes: Array(entry.utf8)))
            for name in ["vmlinuz", "initramfs.img"] where !(name == "vmlinuz" && kernelless.contains(slot)) {
                files.append(FATFile("/nodewright/\(slot.rawValue)/\(name)", bytes: [1]))
            }
        }
        let disk = try DiskFile.create(image, size: layout?.size ?? 40 << 20)
        if let layout { try PartitionTable.write(layout, to: image) }
        offset = layout?[.efi]?.start ?? 0
        try FATWriter.write(
            files, to: disk, offset: offset, size: layout?[.efi]?.size ?? 40 << 20, label: "ESP", serial: 1,
            epoch: 1_700_000_000, skipsZeros: true)
    }

    /// A disk that has a menu for it already.
    public init(disk: String, partition: Partition, folder: String) {
        image = disk
        offset = partition.start
        self.folder = folder
    }

    /// The disk's menu, without time to choose and to read.
    public static let menu = DiskMenu.text.replacing("set timeout=3\n", with: "set timeout=0\n")
        .replacing("sleep 3\n", with: "sleep 0\n")

    /// A slot's entry in the menu that shows the kernel's arguments in the place of starting it; it is as long as before.
    ///
    /// - Parameter isBroken: makes it fail
    public static func shown(_ entry: String, isBroken: Bool = false) -> String {
        entry.replacing("linux /", with: isBroken ? "load  /" : "echo  /")
            .replacing("initrd /", with: isBroken ? "load   /" : "exit   #")
    }

    /// Changes the menu of an installed disk for it, where it lies.
    public func prepareMenu() throws {
        let files = try FATReader(image, offset: offset)
        let disk = try DiskFile(image)
        for file in ["grub.cfg", "a/slot.cfg", "b/slot.cfg"].map({ DiskMenu.folder + "/" + $0 }) where files.has(file) {
            let text = String(decoding: try files.read(file), as: UTF8.self)
            let changed = file.hasSuffix("grub.cfg") ? Self.menu : Self.shown(text)
            var rest = Array(changed.utf8)[...]
            for place in try files.places(file) {
                try disk.write(rest.prefix(place.count), at: place.lowerBound)
                rest = rest.dropFirst(place.count)
            }
        }
    }

    /// A layout that is the same at every run.
    public static func layout() throws -> DiskLayout {
        try DiskLayout(
            .init(esp: 64 << 20, slot: 8 << 20, state: 64 << 20),
            identifiers: DiskIdentifiers { name in
                UUID(digest: Array((name + String(repeating: "-", count: 16)).utf8))
            })
    }

    /// What the menu says of a slot.
    public static func entry(_ slot: Slot) throws -> SlotEntry {
        return SlotEntry(
            slot: slot, title: "test 1", rootHash: String(repeating: slot.rawValue, count: 64), layout: try layout(),
            kernelArguments: ["console=tty0", "a=b c"], grows: false)
    }

    /// Both copies as they lie there now; nil for one that is not there.
    public func copies() throws -> [[UInt8]?] {
        let files = try FATReader(image, offset: offset)
        return try EnvironmentBlock.paths.map { files.has($0) ? try files.read($0) : nil }
    }

    /// Lets GRUB start.
    ///
    /// - Parameter limit: the disk refuses writes from this byte on
    public func start(limit: Int? = nil) throws -> Start {
        let map = Path.join(folder, "device.map")
        try File.write(map, "(hd0) \(image)\n")
        let limited = limit.map { "env --ignore-signal=XFSZ prlimit --fsize=\($0) " } ?? ""
        let command =
            "exec \(limited)timeout 20 grub-emu --device-map=\(map) --root=\(offset == 0 ? "hd0" : "hd0,gpt2") --directory=\(DiskMenu.folder)"
        let screen = try Command("script", ["-qec", command, "/dev/null"], environment: ["TERM": "dumb"]).run().text
        // The screen breaks lines after 80 columns.
        let text = screen.filter { !$0.isNewline }
        let trial = text.firstRange(of: "nodewright.trial=").map { String(text[$0.upperBound...].prefix(1)) }
        let slot = text.firstRange(of: "/vmlinuz").flatMap { Slot(rawValue: String(text[..<$0.lowerBound].suffix(1))) }
        return Start(slot: slot, trial: trial, screen: screen)
    }
}
