import Host
import NodeConfig

/// What is wrong with the disk that a node runs from, in words for its console.
enum Problems {
    /// Looks for damage and for a second disk that calls itself the same.
    ///
    /// - Parameter root: `/`, or a fixture, in which nothing is asked of the running kernel
    static func find(root: String, commandLine: KernelCommandLine) -> [String] {
        var found: [String] = []
        if let state = SystemFile.line(Path.join(root, "run/nodewright/state-problem")) {
            found.append(state + "; changes are lost at the next start")
        }
        let slot = commandLine["nodewright.slot"]?.lowercased()
        if let slot, let reason = SlotHistory(root: root).fallback(running: slot) { found.append(reason) }
        guard let disk = commandLine["nodewright.disk"] else { return found }
        let same = disks(root: root, identifier: disk)
        if same.count > 1 { found.append("several disks have the same identifier: " + same.joined(separator: ", ")) }
        if root == "/", rootIsDamaged() { found.append("the root file system is damaged on the disk; install it anew") }
        return found
    }

    /// What names a disk whichever path leads to it, in udev's records: multipath's own number, which is that of its paths.
    private static let names = ["E:DM_UUID=mpath-", "E:ID_SERIAL=", "E:ID_WWN_WITH_EXTENSION="]

    /// The names of whole disks with this GUID, as udev has found them; several paths to one disk count once.
    private static func disks(root: String, identifier: String) -> [String] {
        let folder = Path.join(root, "sys/class/block")
        var seen: Set<String> = []
        return ((try? Folder.list(folder)) ?? []).filter { name in
            let device = Path.join(folder, name)
            guard !File.exists(Path.join(device, "partition")), let number = SystemFile.line(Path.join(device, "dev")),
                let record = try? File.read(Path.join(root, "run/udev/data/b\(number)"), limit: 1 << 16)
            else { return false }
            let lines = String(decoding: record, as: UTF8.self).split(separator: "\n")
            guard lines.contains("E:ID_PART_TABLE_UUID=\(identifier)") else { return false }
            let own = names.lazy.compactMap { name in
                lines.first { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) }
            }.first
            return seen.insert(own ?? "/dev/" + name).inserted
        }
    }

    /// Whether dm-verity has met a block that is not what was installed (`C` in its status line; `V` when all was well).
    static func rootIsDamaged() -> Bool {
        guard let status = try? Command("dmsetup", ["status", "--target", "verity", "root"]).run() else { return false }
        return status.status == 0 && status.text.split(whereSeparator: { $0 == " " || $0 == "\n" }).last == "C"
    }
}
