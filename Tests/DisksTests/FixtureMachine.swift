import Host

@testable import Disks

/// A folder that looks like a machine: sysfs, udev's records, mounts, and image files in place of the disks.
struct FixtureMachine {
    let root: String

    static func with<Value>(_ body: (FixtureMachine) throws -> Value) throws -> Value {
        try Folder.withTemporary { try body(FixtureMachine(root: $0)) }
    }

    func write(_ path: String, _ text: String) throws {
        try Folder.create(Path.parent(Path.join(root, path)))
        try File.write(Path.join(root, path), text)
    }

    /// A disk: `files` are those of its folder in sysfs; `udev` the lines of its record. Empty unless `layout` is given.
    @discardableResult
    func disk(
        _ name: String, at device: String, number: String, megabytes: Int, files: [String: String] = [:],
        udev: [String] = [], layout: DiskLayout? = nil
    ) throws -> String {
        let folder = "sys/devices/\(device)/\(name)"
        let all = [
            "dev": number, "size": String(megabytes * 2048), "ro": "0", "removable": "0",
            "queue/logical_block_size": "512", "queue/physical_block_size": "4096",
        ].merging(files) { $1 }
        for (file, text) in all { try write(folder + "/" + file, text + "\n") }
        try Folder.create(Path.join(root, "sys/block"))
        try File.replaceLink(Path.join(root, "sys/block/\(name)"), to: "../devices/\(device)/\(name)")
        try Folder.create(Path.join(root, "sys/class/block"))
        try File.replaceLink(Path.join(root, "sys/class/block/\(name)"), to: "../../devices/\(device)/\(name)")
        if !udev.isEmpty { try write("run/udev/data/b\(number)", udev.joined(separator: "\n") + "\n") }
        let node = all["dm/name"].map { "dev/mapper/" + $0 } ?? "dev/" + name.replacing("!", with: "/")
        let path = Path.join(root, node)
        try Folder.create(Path.parent(path))
        _ = try DiskFile.create(path, size: megabytes << 20)
        if let layout { try PartitionTable.write(layout, to: path) }
        return path
    }

    /// A partition in sysfs.
    func partition(_ name: String, of disk: String, number: String, holders: [String] = []) throws {
        let folder = "sys/block/\(disk)/\(name)"
        try write(folder + "/partition", "1\n")
        try write(folder + "/dev", number + "\n")
        try Folder.create(Path.join(root, folder + "/holders"))
        for holder in holders { try hold(disk + "/" + name, holder) }
    }

    /// Says that a mapping lies over a device.
    func hold(_ device: String, _ holder: String) throws {
        let folder = Path.join(root, "sys/block/\(device)/holders")
        try Folder.create(folder)
        try File.replaceLink(Path.join(folder, holder), to: "../../" + holder)
    }

    func mounts(_ lines: [(number: String, place: String, source: String)]) throws {
        try write(
            "proc/self/mountinfo",
            lines.map { "20 1 \($0.number) / \($0.place) rw shared:1 - ext4 \($0.source) rw\n" }.joined())
    }

    var inventory: DiskInventory { DiskInventory(root: root) }
}
