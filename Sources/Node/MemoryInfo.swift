import Host

/// The memory of the machine.
public enum MemoryInfo {
    /// How much can be used without swapping, in bytes (`MemAvailable` of `/proc/meminfo`); nil when the kernel does not say.
    public static func available(file: String = "/proc/meminfo") -> Int? {
        guard let text = try? File.readText(file, limit: 1 << 16) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
}
