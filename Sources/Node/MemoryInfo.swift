import Host

/// The memory of the machine, as the kernel tells it in `/proc/meminfo`; what it does not say is nil.
public struct MemoryInfo {
    /// How much can be used without swapping, in bytes (`MemAvailable`).
    public let available: Int?
    /// How much there is, in bytes (`MemTotal`).
    public let total: Int?

    /// Reads it.
    public init(file: String = "/proc/meminfo") {
        let lines = (try? File.readText(file, limit: 1 << 16))?.split(separator: "\n") ?? []
        func bytes(_ name: String) -> Int? {
            let line = lines.first { $0.hasPrefix(name + ":") }
            return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.flatMap { kibibytes in
                (0..<1 << 50).contains(kibibytes) ? kibibytes << 10 : nil
            }
        }
        available = bytes("MemAvailable")
        total = bytes("MemTotal")
    }
}
