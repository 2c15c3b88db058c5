public import Disks
import Glibc
import Host

/// GRUB's side of `BootControl`: two copies of the state on the EFI system partition, overwritten where they lie.
///
/// The partition is not mounted for it, neither to read nor to write: the places of both files are looked up in the FAT, and
/// then exactly their 1024 bytes change, like GRUB itself does it. A mount would also write the boot sector, the folder and the
/// table, which a power cut could catch.
public struct GRUBBootControl: BootControl {
    /// The disk, partition or image file.
    private let path: String
    /// Where the EFI system partition begins in it.
    private let offset: Int
    private let lock: String?
    /// Told the copies, as they are written.
    private let onWrite: (Int) -> Void

    /// That of a partition.
    ///
    /// - Parameters:
    ///   - path: the partition, or an image file of a whole disk
    ///   - offset: the first byte of the EFI system partition in it
    ///   - lock: a file that keeps two changes apart; nil where nobody else can change the partition
    public init(_ path: String, offset: Int = 0, lock: String? = nil) {
        self.path = path
        self.offset = offset
        self.lock = lock
        onWrite = { _ in }
    }

    init(_ path: String, onWrite: @escaping (Int) -> Void) {
        self.path = path
        offset = 0
        lock = nil
        self.onWrite = onWrite
    }

    /// What GRUB does at the next start; the partition is only read.
    ///
    /// - Throws: when it is no FAT file system
    public func read() throws -> BootControlState {
        let files = try FATReader(path, offset: offset)
        var startable: Set<Slot> = []
        var entries: [Slot: InstalledEntry] = [:]
        for slot in Slot.allCases {
            let folder = DiskMenu.folder + "/" + slot.rawValue
            if let text = try? files.read(folder + "/slot.cfg", limit: InstalledEntry.limit) {
                entries[slot] = InstalledEntry(String(decoding: text, as: UTF8.self))
            }
            if ["slot.cfg", "vmlinuz", "initramfs.img"].allSatisfy({ files.has(folder + "/" + $0) }) {
                startable.insert(slot)
            }
        }
        let copies = try self.copies(files)
        let newest = EnvironmentBlock.newest(of: copies.map(\.content))
        var problems: [String] = []
        for (name, copy) in zip(EnvironmentBlock.paths, copies) {
            if copy.content == nil {
                problems.append("\(name) is missing")
            } else if copy.place.reduce(0, { $0 + $1.count }) != EnvironmentBlock.size {
                problems.append("\(name) does not have \(EnvironmentBlock.size) bytes")
            } else if copy.content.flatMap(EnvironmentBlock.read) == nil {
                problems.append("\(name) is damaged")
            }
        }
        return BootControlState(state: newest?.state, startable: startable, problems: problems, entries: entries)
    }

    /// Overwrites both copies, the one that counts now last; nothing is written when nothing would change.
    ///
    /// - Throws: when neither copy can be overwritten, or the disk cannot be written
    @discardableResult
    public func change(running: Slot, _ change: (inout BootState) throws -> Void) throws -> BootState {
        let held = try lock.map { try FileLock($0) }
        defer { held?.release() }
        let copies = try self.copies(FATReader(path, offset: offset))
        let newest = EnvironmentBlock.newest(of: copies.map(\.content))
        let before = newest?.state ?? .only(good: running)
        var state = before
        try change(&state)
        let isWhole = copies.allSatisfy { $0.content == EnvironmentBlock.bytes(before) }
        if state == before, isWhole { return state }
        // From the end of the range back to its beginning: a thousand million changes are a change a second for 31 years.
        let next = before.sequence + 1
        state.sequence = BootState.sequences.contains(next) ? next : BootState.sequences.lowerBound
        let writable = copies.indices.filter { index in
            copies[index].place.reduce(0) { $0 + $1.count } == EnvironmentBlock.size
        }
        guard !writable.isEmpty else {
            throw Failure(
                .device,
                "the boot loader's counters on \(path) are missing or do not have \(EnvironmentBlock.size) bytes",
                hint: "install this disk anew; its state can be kept")
        }
        // The copy that counts now goes last: until the other one is on the disk, nothing has changed.
        let order = writable.filter { $0 != newest?.index } + writable.filter { $0 == newest?.index }
        try during("writing the boot loader's counters on \(path)") {
            for index in order {
                try write(EnvironmentBlock.bytes(state), to: copies[index].place)
                onWrite(index)
            }
        }
        return state
    }

    private func copies(_ files: FATReader) throws -> [(content: [UInt8]?, place: [Range<Int>])] {
        try EnvironmentBlock.paths.map { name in
            guard files.has(name) else { return (nil, []) }
            let place = try files.places(name)
            guard place.reduce(0, { $0 + $1.count }) <= EnvironmentBlock.limit else { return (nil, place) }
            return (try place.flatMap { try File.read(path, at: $0.lowerBound, count: $0.count) }, place)
        }
    }

    private func write(_ bytes: [UInt8], to places: [Range<Int>]) throws {
        let disk = try DiskFile(path)
        var rest = bytes[...]
        for place in places {
            try disk.write(rest.prefix(place.count), at: place.lowerBound)
            rest = rest.dropFirst(place.count)
        }
        try disk.sync()
    }
}
