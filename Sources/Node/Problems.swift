import Host
import NodeConfig

/// What is wrong with the disk that a node runs from, in words for its console.
enum Problems {
    /// How the reason begins for which a node is not healthy.
    static let unhealthy = "this node is not healthy: "

    /// Looks for damage and for a second disk that calls itself the same.
    ///
    /// - Parameter root: `/`, or a fixture, in which nothing is asked of the running kernel
    static func find(root: String, commandLine: KernelCommandLine) -> [String] {
        var found: [String] = []
        if let state = StateCare.problem(root: root) {
            let isKept = StatePartition(root: root) != nil
            found.append(
                state + (isKept ? "" : "; changes are lost at the next start")
                    + (state.hasSuffix("missing") ? "" : " (\"nodectl state repair\" or \"nodectl state reset\")"))
        }
        if let problem = SystemFile.line(Path.join(root, HealthGate.problemFile)) {
            found.append(unhealthy + problem)
        }
        let slot = commandLine["nodewright.slot"]?.lowercased()
        if let slot, let reason = SlotHistory(root: root).fallback(running: slot) { found.append(reason) }
        guard let disk = commandLine["nodewright.disk"] else { return found }
        let same = disks(root: root, identifier: disk)
        if same.count > 1 { found.append("several disks have the same identifier: " + same.joined(separator: ", ")) }
        if root == "/", rootDamage(commandLine) == damage { found.append(damage + "; install it anew") }
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

    private static let damage = "the root file system is damaged on the disk"

    /// Why the root file system of a disk cannot be trusted; nil when it can, and where it does not come from a disk.
    static func rootDamage(_ commandLine: KernelCommandLine) -> String? {
        guard commandLine["roothash"] != nil else { return nil }
        let status = try? Command("dmsetup", ["status", "--target", "verity", "root"]).run()
        return rootDamage(status: status?.status == 0 ? status?.text : nil)
    }

    /// The last word of dm-verity's status line is `V` as long as every block was what was installed, and `C` afterwards.
    static func rootDamage(status: String?) -> String? {
        switch status?.split(whereSeparator: { $0 == " " || $0 == "\n" }).last {
        case "V": nil
        case "C": damage
        default: "dm-verity does not say whether the root file system is whole"
        }
    }
}
