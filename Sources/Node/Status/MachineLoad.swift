import Glibc
import Host

/// How busy a machine is. It changes by itself, so a screen shows it without being shown anew because of it.
public struct MachineLoad: Hashable, Sendable {
    /// What is used of something, in bytes.
    public struct Share: Hashable, Sendable {
        /// Bytes in use.
        public let used: Int
        /// Bytes that there are.
        public let total: Int

        /// A share.
        public init(used: Int, total: Int) {
            self.used = used
            self.total = total
        }
    }

    /// The average number of tasks that run or want to, over a minute (`/proc/loadavg`), as the kernel writes it: `0.42`.
    public let tasks: String?
    /// Processors that the kernel uses.
    public let processors: Int?
    /// Memory; what could be taken back at once counts as free.
    public let memory: Share?
    /// The state partition; nil where there is none.
    public let state: Share?

    /// A load of these parts.
    public init(tasks: String? = nil, processors: Int? = nil, memory: Share? = nil, state: Share? = nil) {
        self.tasks = tasks
        self.processors = processors
        self.memory = memory
        self.state = state
    }

    /// Reads it below `root`; what cannot be read is missing.
    static func read(root: String) -> MachineLoad {
        let memory = MemoryInfo(file: Path.join(root, "proc/meminfo"))
        var status = statvfs()
        let hasState =
            StatePartition.folder(root: root).map { statvfs($0, &status) == 0 && status.f_blocks > 0 } ?? false
        return MachineLoad(
            tasks: SystemFile.line(Path.join(root, "proc/loadavg")).flatMap {
                $0.split(separator: " ").first.map(String.init)
            },
            processors: SystemFile.line(Path.join(root, "sys/devices/system/cpu/online")).flatMap(count),
            memory: memory.total.flatMap { total in
                memory.available.map { Share(used: max(0, total - $0), total: total) }
            },
            state: hasState
                ? Share(
                    used: Int(status.f_blocks - min(status.f_bfree, status.f_blocks)) * Int(status.f_frsize),
                    total: Int(status.f_blocks) * Int(status.f_frsize)) : nil)
    }

    /// How many numbers are in a list of the kernel: `0-3,6`.
    private static func count(_ list: String) -> Int? {
        var count = 0
        for part in list.split(separator: ",") {
            let ends = part.split(separator: "-").map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last, last < 1 << 20 else {
                return nil
            }
            count += last - first + 1
        }
        return count
    }

    /// `0.42 on 4 CPUs, memory 1.2/15.6 GiB, state 0.3/19.5 GiB`; nil when nothing is known.
    var line: String? {
        var parts: [String] = []
        if let tasks { parts.append(tasks + (processors.map { " on \($0) CPU\($0 == 1 ? "" : "s")" } ?? "")) }
        if let memory { parts.append("memory " + Self.words(memory)) }
        if let state { parts.append("state " + Self.words(state)) }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func words(_ share: Share) -> String { "\(tenths(share.used))/\(tenths(share.total)) GiB" }

    private static func tenths(_ bytes: Int) -> String {
        let tenths = (bytes + (1 << 30) / 20) / ((1 << 30) / 10)
        return "\(tenths / 10).\(tenths % 10)"
    }
}
