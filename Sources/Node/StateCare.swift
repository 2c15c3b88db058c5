import Disks
public import Document
import Glibc
import Host
public import NodeConfig

/// What can be done for the state partition of the disk that a node runs from: looked at, repaired, made anew.
///
/// A file system that is in use is neither repaired nor made anew: the next start does the one, and empties it for the other
/// (`mount-state` in the initramfs).
public struct StateCare {
    /// What can be done at the next start; the initramfs looks for an empty file of this name on the partition.
    enum Wish: String {
        case repair = "repair-at-start"
        case reset = "reset-at-start"
    }

    /// How the partition is.
    public struct Report {
        /// `/dev/vda7`
        public let device: String
        /// What keeps it from being used, or will soon; nil when nothing does.
        public let problem: String?
        /// Whether it is mounted: otherwise memory stands in its place.
        public let isInUse: Bool
        /// Bytes that are left; nil when it is not in use.
        public let free: Int?

        /// For people.
        public var text: String {
            let state = isInUse ? "in use, \((free ?? 0) >> 20) MiB free" : "not in use: memory stands in its place"
            return "State partition  \(device)\n                 \(state)\n"
                + (problem.map { "Problem          \($0)\n" } ?? "")
        }

        /// For machines.
        public var json: JSONValue {
            [
                "device": .string(device), "in-use": .bool(isInUse), "free-bytes": .optional(free),
                "problem": .optional(problem),
            ]
        }
    }

    private let root: String
    private let place: (path: String, offset: Int)
    private let partition: Partition

    /// That of this node.
    ///
    /// - Parameter disk: an image file or disk to take in place of the one that this node was started from
    /// - Throws: `.incompatible` on a live system, `.device` when the disk or the partition is gone
    public init(root: String = "/", commandLine: KernelCommandLine, disk: String? = nil) throws {
        self.root = root
        let disk = try RunningDisk(root: root, commandLine: commandLine, disk: disk)
        place = try disk.place(of: .state)
        var partition = try disk.partition(of: .state)
        partition.start = place.offset
        self.partition = partition
    }

    /// Whether it is mounted where the node keeps its state.
    public var isInUse: Bool { StatePartition(root: root) != nil }

    /// How it is now.
    public var report: Report {
        Report(
            device: place.path, problem: Self.problem(root: root), isInUse: isInUse,
            free: isInUse ? Self.room(root: root)?.free : nil)
    }

    /// Repairs the file system, or lets the next start do it.
    ///
    /// - Returns: whether it has been done
    /// - Throws: `.device` when it cannot be repaired
    public func repair() throws -> Bool {
        if isInUse { return try wish(.repair) }
        let device = place.offset == 0 ? place.path : "\(place.path)?offset=\(place.offset)"
        let result = try Command("e2fsck", ["-f", "-y", device]).run()
        // e2fsck(8): below 4, whatever was wrong is right.
        guard result.status < 4 else {
            let lines = (result.text + result.errorTail).split(separator: "\n").suffix(4).map(String.init)
            throw Failure(
                .device, "the state partition \(place.path) cannot be repaired",
                hint: "\"nodectl state reset\" makes it anew, and keeps nothing", details: lines)
        }
        return true
    }

    /// Makes the file system anew, or lets the next start empty it.
    ///
    /// - Returns: whether it has been done
    public func reset() throws -> Bool {
        if isInUse { return try wish(.reset) }
        guard let identifier = partition.identifier else {
            throw Failure(.device, "the state partition \(place.path) has no identifier")
        }
        try StateFileSystem.make(
            on: place.path, partition: partition, identifier: identifier, isNew: false, progress: silent)
        return true
    }

    private func wish(_ wish: Wish) throws -> Bool {
        try File.write(Path.join(root, StatePartition.mountPoint + "/" + wish.rawValue), "", mode: 0o600)
        return false
    }

    /// What is wrong with the state of a node, in words; nil when nothing is.
    static func problem(root: String) -> String? {
        if let said = SystemFile.line(Path.join(root, "run/nodewright/state-problem")) { return said }
        guard StatePartition(root: root) != nil, let room = room(root: root) else { return nil }
        return problem(free: room.free, files: room.files)
    }

    /// - Parameters:
    ///   - free: bytes that are left
    ///   - files: files for which there is room; nil where that has no limit
    static func problem(free: Int, files: Int?) -> String? {
        if free < 8 << 20 { return "the state partition is full: \(max(free, 0) >> 10) KiB are left" }
        return (files ?? .max) < 64 ? "the state partition has no room for more files" : nil
    }

    private static func room(root: String) -> (free: Int, files: Int?)? {
        var status = statvfs()
        guard statvfs(Path.join(root, StatePartition.mountPoint), &status) == 0 else { return nil }
        // ext4 keeps 2 % back, at most 4096 blocks, also from root, and counts them as free (ext4_calculate_resv_clusters).
        let kept = min(Int(status.f_blocks) / 50, 4096)
        let free = (Int(status.f_bfree) - kept) * Int(status.f_frsize)
        return (free, status.f_files == 0 ? nil : Int(status.f_ffree))
    }
}
