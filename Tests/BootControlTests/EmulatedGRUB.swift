import Boot
import Disks
import Host

/// A real GRUB (grub-emu) in front of an EFI system partition in a file: the disk's own menu, whose entries say what they would
/// start and end GRUB, or fail.
struct EmulatedGRUB {
    static var isInstalled: Bool { Environment.program("grub-emu") != nil }

    /// What a start has shown.
    struct Start {
        /// The slot whose kernel would have been started.
        let slot: Slot?
        /// The argument `nodewright.trial`.
        let trial: String?
        /// Everything on the screen.
        let screen: String
    }

    /// The file with the file system.
    let image: String
    private let folder: String

    /// A partition with the menu and slots.
    ///
    /// - Parameters:
    ///   - startable: slots with a kernel and an initramfs
    ///   - broken: those of them whose kernel GRUB cannot load
    init(_ folder: String, startable: Set<Slot> = [.a, .b], broken: Set<Slot> = []) throws {
        self.folder = folder
        image = Path.join(folder, "esp.img")
        try File.write(image, [])
        try Command("truncate", ["--size", "40M", image]).run().check()
        try Command("mkfs.fat", ["-F", "32", "-s", "1", image]).run().check()
        let folders = ["/nodewright"] + startable.map { "/nodewright/\($0.rawValue)" }
        try Command("mmd", ["-i", image] + folders.map { "::" + $0 }).run().check()
        let menu = DiskMenu.text.replacing("set timeout=3\n", with: "set timeout=0\n")
        try put("/nodewright/grub.cfg", Array(menu.utf8))
        for slot in startable {
            var entry = try Self.entry(slot).menu
            // The kernel's arguments are shown in the place of being used.
            entry = entry.replacing("linux /", with: broken.contains(slot) ? "load /" : "echo STARTED /")
            entry = entry.replacing("initrd /", with: broken.contains(slot) ? "load /" : "exit #")
            try put("/nodewright/\(slot.rawValue)/slot.cfg", Array(entry.utf8))
            for name in ["vmlinuz", "initramfs.img"] { try put("/nodewright/\(slot.rawValue)/\(name)", [1]) }
        }
    }

    static func entry(_ slot: Slot) throws -> SlotEntry {
        let layout = try DiskLayout(
            .init(esp: 64 << 20, slot: 8 << 20, state: 64 << 20),
            identifiers: DiskIdentifiers { name in
                UUID(digest: Array((name + String(repeating: "-", count: 16)).utf8))
            })
        return SlotEntry(
            slot: slot, title: "test 1", rootHash: String(repeating: slot.rawValue, count: 64), layout: layout,
            kernelArguments: ["console=tty0", "a=b c"], grows: false)
    }

    /// Writes a file with mtools; nil removes it.
    func put(_ path: String, _ content: [UInt8]?) throws {
        guard let content else {
            return try _ = Command("mdel", ["-i", image, "::" + path]).run().check()
        }
        let file = Path.join(folder, "content")
        try File.write(file, content)
        try Command("mcopy", ["-o", "-i", image, file, "::" + path]).run().check()
    }

    /// Reads a file with mtools; nil when there is none.
    func get(_ path: String) throws -> [UInt8]? {
        let result = try Command("mtype", ["-i", image, "::" + path]).run()
        return result.status == 0 ? result.output : nil
    }

    /// Both copies of the state; nil for one that is not there.
    func put(copies: [[UInt8]?]) throws {
        for (path, copy) in zip(EnvironmentBlock.paths, copies) where copy != nil { try put(path, copy) }
    }

    func copies() throws -> [[UInt8]?] { try EnvironmentBlock.paths.map(get) }

    /// Lets GRUB start.
    func start() throws -> Start {
        let map = Path.join(folder, "device.map")
        try File.write(map, "(hd0) \(image)\n")
        let command = "exec timeout 20 grub-emu --device-map=\(map) --root=hd0 --directory=\(DiskMenu.folder)"
        let screen = try Command("script", ["-qec", command, "/dev/null"], environment: ["TERM": "dumb"]).run().text
        // The screen breaks lines after 80 columns.
        let text = screen.filter { !$0.isNewline }
        func value(_ word: String) -> String? {
            text.firstRange(of: word).map { String(text[$0.upperBound...].prefix(1)) }
        }
        let (slot, trial) = (value("STARTED /nodewright/").flatMap(Slot.init), value("nodewright.trial="))
        return Start(slot: slot, trial: trial, screen: screen)
    }
}
