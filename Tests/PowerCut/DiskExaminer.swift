import Boot
import Disks
import Document
import Host
import NodeConfig

@testable import Node

/// What a machine would make of a disk, found out without starting it: by programs and readers that do not trust ours.
final class DiskExaminer {
    /// What was found.
    struct Findings {
        /// What would begin to start: firmware finds a boot loader.
        var startsWithUEFI = false
        var startsWithBIOS = false
        /// What is not as it must be on a disk that starts; empty for a whole node.
        var problems: [String] = []
        /// The newer whole copy of the boot state, and the slot that GRUB would start.
        var bootState: BootState?
        var slot: Slot?
        /// What the next installation recognises on the disk.
        var content = DiskContent.other
        /// What an interrupted installation has left.
        var unfinished: UnfinishedMark?
        /// Of the configuration in force for each slot that has one, the host name.
        var configured: [Slot: String] = [:]
        /// The newest event of the history of slots.
        var lastEvent: String?
        /// Which one of the possible releases is whole in the slot that is being written: its files of the EFI system partition.
        var held: Int?
        /// Whether fsck.fat finds nothing to mend.
        var isTidy = true
        var starts: Bool { startsWithUEFI || startsWithBIOS }
    }

    private struct StateFindings {
        var problems: [String] = []
        var configured: [Slot: String] = [:]
        var lastEvent: String?
    }

    /// A slot that is being written: its files of the EFI system partition may be those of any of these releases, or incomplete
    /// as long as the slot is in no menu.
    struct ChangingSlot {
        let slot: Slot
        let releases: [[String: [UInt8]]]
    }

    private let disk: any ExaminedDisk
    /// The files of the EFI system partition, as they may be: of the system before, of that afterwards.
    private let systems: [[String: [UInt8]]]
    private let changing: ChangingSlot?
    private let folder: String
    /// What has been looked at already, by the fingerprints of what it depends on.
    private var knownTables: [[Int]: (primary: GUIDTable?, backup: GUIDTable?)] = [:]
    private var knownSystems: [[Int]: Findings] = [:]
    private var knownStates: [[Int]: StateFindings] = [:]
    private var knownSlots: [[Int]: String?] = [:]
    private let parts: [Range<Int>]

    init(
        _ disk: any ExaminedDisk, parts: [Range<Int>], systems: [[String: [UInt8]]], changing: ChangingSlot? = nil,
        folder: String
    ) {
        self.disk = disk
        self.parts = parts
        self.systems = systems
        self.changing = changing
        self.folder = folder
    }

    /// Looks at the disk as it is now.
    func examine() throws -> Findings {
        let tables = readTables()
        // UEFI takes the backup when the primary copy is damaged; GRUB for BIOS does not know that there is one.
        let table = tables.primary ?? tables.backup
        let state = table?[.state]?.range
        // The system's findings do not depend on the state partition, where that is a part of its own.
        let key = parts.indices.filter { parts[$0] != state }.map { disk.fingerprints[$0] }
        var found = try knownSystems[key] ?? look(tables)
        knownSystems[key] = found
        let known = try DiskInventory().disk(at: disk.path)
        (found.content, found.unfinished) = (known.content, known.unfinished)
        guard found.starts else { return found }
        do {
            if let state {
                try lookAtState(state, &found)
            } else {
                found.problems.append("there is no state partition")
            }
        } catch { found.problems.append("\(error)") }
        return found
    }

    private func readTables() -> (primary: GUIDTable?, backup: GUIDTable?) {
        let key = [disk.fingerprints.first ?? 0, disk.fingerprints.last ?? 0]
        if let known = knownTables[key] { return known }
        let tables = (
            primary: GUIDTable(sector: 1, read: disk.bytes),
            backup: GUIDTable(sector: disk.size / 512 - 1, read: disk.bytes)
        )
        knownTables[key] = tables
        return tables
    }

    /// The fingerprints of the parts that a range overlaps.
    private func key(_ ranges: Range<Int>...) -> [Int] {
        ranges.flatMap { range in
            [range.lowerBound, range.upperBound]
                + parts.indices.filter { parts[$0].overlaps(range) }.map { disk.fingerprints[$0] }
        }
    }

    /// Everything but the state partition.
    private func look(_ tables: (primary: GUIDTable?, backup: GUIDTable?)) throws -> Findings {
        var found = Findings()
        let table = tables.primary ?? tables.backup
        let first = disk.bytes(0..<512)
        found.startsWithBIOS = first[..<440].contains { $0 != 0 } && first[510] == 0x55 && first[511] == 0xAA
        let system = table?[.efi].flatMap { try? FATReader(disk.path, offset: $0.range.lowerBound) }
        found.startsWithUEFI = system?.has("/EFI/BOOT/BOOTX64.EFI") == true
        guard found.starts else { return found }
        guard let table, let system, let efi = table[.efi] else {
            found.problems.append("there is boot code, but no EFI system partition")
            return found
        }
        if found.startsWithBIOS, tables.primary == nil {
            found.problems.append("GRUB for BIOS finds no partition table")
        }
        if let primary = tables.primary, let backup = tables.backup, primary != backup {
            found.problems.append("the copies of the table differ")
        }
        do {
            try lookAtSystem(system, efi, &found)
            if found.startsWithBIOS { lookAtBootCode(system, first, table, &found) }
            try lookAtSlots(system, efi, table, &found)
        } catch { found.problems.append("\(error)") }
        return found
    }

    private func lookAtSystem(_ files: FATReader, _ efi: GUIDTable.Entry, _ found: inout Findings) throws {
        let differences = systems.map { system in
            system.keys.sorted().filter { (try? files.read($0)) != system[$0] }
        }
        if !differences.contains(where: \.isEmpty) {
            found.problems.append(
                "files of the EFI system partition: \(differences.map { $0.prefix(4).joined(separator: " ") })")
        }
        let copy = Path.join(folder, "efi")
        try SparseFile.copy(disk.path, efi.range, to: copy)
        let check = try Command("fsck.fat", ["-n", copy]).run()
        if check.status == 0 { return }
        guard changing != nil else { return found.problems.append("fsck.fat: \(check.text.suffix(300))") }
        // The kernel was writing to it. Whoever mends it must not damage what starts.
        found.isTidy = false
        _ = try Command("fsck.fat", ["-a", "-w", copy]).run()
        let mended = try FATReader(copy)
        for name in systems[0].keys.sorted() where (try? mended.read(name)) != systems[0][name] {
            found.problems.append("fsck.fat takes \(name) away: \(check.text.suffix(300))")
        }
    }

    /// What a menu offers must be whole. An entry whose own file is torn is in no menu.
    private func lookAtChangingSlot(_ files: FATReader, _ changing: ChangingSlot, _ found: inout Findings) -> Bool {
        let folder = DiskMenu.folder + "/" + changing.slot.rawValue + "/"
        func holds(_ release: [String: [UInt8]], _ names: [String]) -> Bool {
            names.allSatisfy { (try? files.read(folder + $0)) == release[folder + $0] }
        }
        let system = ["vmlinuz", "initramfs.img"]
        found.held = changing.releases.firstIndex { holds($0, system + ["slot.cfg"]) }
        if let text = try? files.read(folder + "troubleshooting.cfg"), !text.isEmpty,
            !changing.releases.contains(where: { holds($0, system + ["troubleshooting.cfg"]) })
        {
            found.problems.append("slot \(changing.slot.name) is in the submenu, and not whole")
        }
        guard (system + ["slot.cfg"]).allSatisfy({ files.has(folder + $0) }),
            (try? files.read(folder + "slot.cfg")) != nil
        else { return false }
        if found.held == nil { found.problems.append("slot \(changing.slot.name) is in the menu, and not whole") }
        return true
    }

    private func lookAtBootCode(
        _ files: FATReader, _ first: [UInt8], _ table: GUIDTable, _ found: inout Findings
    ) {
        guard let boot = try? files.read(SystemFiles.bootImage), let core = try? files.read(SystemFiles.coreImage),
            let place = table[.biosBoot]?.range.lowerBound
        else { return found.problems.append("there is boot code, but GRUB's images are missing") }
        let sector = (0..<8).reduce(0) { $0 | Int(first[0x5C + $1]) << (8 * $1) }
        if first[..<0x5C] != boot[..<0x5C] || sector * 512 != place { found.problems.append("the boot code is torn") }
        if disk.bytes(place + 512..<place + core.count) != Array(core[512...]) {
            found.problems.append("GRUB's core image is not whole")
        }
    }

    /// The slots that GRUB would start have kernel, initramfs (compared above) and a root file system that its hash tree confirms.
    private func lookAtSlots(
        _ files: FATReader, _ efi: GUIDTable.Entry, _ table: GUIDTable, _ found: inout Findings
    ) throws {
        let control = try GRUBBootControl(disk.path, offset: efi.range.lowerBound).read()
        found.bootState = control.state
        found.slot = control.choice.slot
        if control.state == nil { found.problems.append("no copy of the boot state is whole: \(control.problems)") }
        guard let slot = control.choice.slot else { return found.problems.append("GRUB finds no slot to start") }
        try lookAtSlot(slot, control.entries[slot], files, table, &found)
        if let changing, lookAtChangingSlot(files, changing, &found), changing.slot != slot {
            try lookAtSlot(changing.slot, control.entries[changing.slot], files, table, &found)
        }
    }

    private func lookAtSlot(
        _ slot: Slot, _ entry: InstalledEntry?, _ files: FATReader, _ table: GUIDTable, _ found: inout Findings
    ) throws {
        guard let entry, let root = table[slot.root], let tree = table[slot.verity] else {
            return found.problems.append("slot \(slot.name) cannot be started")
        }
        guard let hash = entry.rootHash else { return found.problems.append("slot \(slot.name) has no root hash") }
        let text = String(decoding: try files.read("/nodewright/\(slot.rawValue)/slot.cfg"), as: UTF8.self)
        for part in [root, tree] where !text.contains("/\(table.disk)/\(part.identifier)") {
            found.problems.append("slot \(slot.name) names another partition than \(part.name)")
        }
        let key = key(root.range, tree.range) + Array(hash.utf8).map(Int.init)
        if knownSlots[key] == nil {
            let (data, hashes) = (Path.join(folder, "root"), Path.join(folder, "tree"))
            try SparseFile.copy(disk.path, root.range, to: data)
            try SparseFile.copy(disk.path, tree.range, to: hashes)
            let check = try Command("veritysetup", ["verify", data, hashes, hash]).run()
            knownSlots[key] = .some(
                check.status == 0 ? nil : "the root of slot \(slot.name) does not verify: \(check.errorTail)")
        }
        if case .some(.some(let problem)) = knownSlots[key] { found.problems.append(problem) }
    }

    private func lookAtState(_ range: Range<Int>, _ found: inout Findings) throws {
        let key = key(range)
        let result = try knownStates[key] ?? lookAtState(range)
        knownStates[key] = result
        found.problems += result.problems
        found.configured = result.configured
        found.lastEvent = result.lastEvent
    }

    /// What the node's start does: the file system is put right without a question, and the configuration is read.
    private func lookAtState(_ range: Range<Int>) throws -> StateFindings {
        var found = StateFindings()
        let (copy, files) = (Path.join(folder, "state"), Path.join(folder, "state-files"))
        try SparseFile.copy(disk.path, range, to: copy)
        var check = try Command("e2fsck", ["-fp", copy]).run()
        // As `mount-state` of the initramfs does it.
        if check.errorTail.contains("Superblock checksum does not match") {
            check = try Command("e2fsck", ["-fy", copy]).run()
        }
        if check.status > 1 {
            found.problems.append("e2fsck -p ended with \(check.status): \(check.text)\(check.errorTail)")
            return found
        }
        try Folder.remove(files)
        try Folder.create(files)
        let requests = Path.join(folder, "requests")
        try File.write(requests, "rdump /config \(files)\nrdump /slots \(files)\n")
        try Command("debugfs", ["-f", requests, copy]).run().check()
        for slot in Slot.allCases {
            let store = ConfigurationStore(folder: Path.join(files, "config/\(slot.rawValue)"))
            var warnings: [String] = []
            if let current = store.current(warn: { warnings.append($0) }) {
                let diagnostics = Diagnostics()
                found.configured[slot] =
                    NodeConfiguration.read(current.input.tree, diagnostics)?.hostname.map { "\($0)" } ?? "no name"
            }
            found.problems += warnings.map { "the configuration of slot \(slot.name): \($0)" }
        }
        let history = Path.join(files, "slots/history.json")
        if let bytes = try? File.read(history) {
            do {
                let last = try JSON.parse(bytes, file: history).sequence?.last
                found.lastEvent = [last?["slot"]?.string, last?["event"]?.string].compactMap(\.self)
                    .joined(separator: " ")
            } catch { found.problems.append("the history of the slots: \(error)") }
        }
        return found
    }
}
