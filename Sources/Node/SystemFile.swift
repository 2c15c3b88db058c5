import Host

/// Small files of the kernel and of `/etc`.
public enum SystemFile {
    /// Writes a text file whose content is another; one that is right, and is no link, stays untouched.
    static func update(_ path: String, to text: String, mode: UInt32 = 0o644) throws {
        if File.kind(path) == .regular, (try? File.readText(path, limit: 1 << 20)) == text { return }
        try File.write(path, text, mode: mode)
    }

    /// The first line, without spaces around it; nil when the file is missing, empty, unreadable or larger than 64 KiB.
    public static func line(_ path: String) -> String? {
        guard let content = try? File.read(path, limit: 1 << 16) else { return nil }
        let blanks: Set<UInt8> = [0x20, 0x09]
        var line = content.prefix { $0 != 0x0A }.drop { blanks.contains($0) }
        while let last = line.last, blanks.contains(last) { line.removeLast() }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
}
