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
        if let problem = SystemFile.line(Path.join(root, HealthGate.problemFile)) {
            found.append("this node is not healthy: " + problem)
        }
        let slot = commandLine["nodewright.slot"]?.lowercased()
        if let slot, let reason = SlotHistory(root: root).fallback(running: slot) { found.append(reason) }
        guard let disk = commandLine["nodewright.disk"] else { return found }
        let same = disks(root: root, identifier: disk)
        if same.count > 1 { found.append("several disks have the same identifier: " + same.joined(separator: ", ")) }
        if root == "/", rootIsDamaged() { found.append("the root file system is damaged on the disk; install it anew") }
        return found
    }

    /// The names of whole disks with this GUID, as udev has found them.
    private static func disks(root: String, identifier: String) -> [String] {
        let folder = Path.join(root, "sys/class/block")
        return ((try? Folder.list(folder)) ?? []).filter { name in
            let device = Path.join(folder, name)
            guard !File.exists(Path.join(device, "partition")), let number = SystemFile.line(Path.join(device, "dev")),
                let record = try? File.read(Path.join(root, "run/udev/data/b\(number)"), limit: 1 << 16)
            else { return false }
            return String(decoding: record, as: UTF8.self).split(separator: "\n").contains {
                $0 == "E:ID_PART_TABLE_UUID=\(identifier)"
            }
        }
    }

    /// Whether dm-verity has met a block that is not what was installed (`C` in its status line; `V` when all was well).
    static func rootIsDamaged() -> Bool {
        guard let status = try? Command("dmsetup", ["status", "--target", "verity", "root"]).run() else { return false }
        return status.status == 0 && status.text.split(whereSeparator: { $0 == " " || $0 == "\n" }).last == "C"
    }
}
