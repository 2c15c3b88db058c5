import Host
import Transfer

/// `SHA256SUMS`: what `sha256sum --check` reads, beside the artefacts.
public enum ChecksumFile {
    /// Its name.
    public static let name = "SHA256SUMS"

    /// Writes the checksums of the named files of `folder`; lines of other files that are still there stay.
    ///
    /// - Parameter known: checksums in hexadecimal, by name, that are not computed again
    /// - Returns: the checksums of the named files in hexadecimal, by name
    @discardableResult
    public static func update(folder: String, names: [String], known: [String: String] = [:]) throws -> [String: String]
    {
        let path = Path.join(folder, name)
        var lines: [String: String] = [:]
        if File.exists(path) {
            for line in String(decoding: try File.read(path, limit: 1 << 20), as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { continue }
                let name = parts[1].hasPrefix("*") || parts[1].hasPrefix(" ") ? String(parts[1].dropFirst()) : parts[1]
                if File.exists(Path.join(folder, name)) { lines[name] = parts[0] }
            }
        }
        var checksums: [String: String] = [:]
        for name in names { checksums[name] = try known[name] ?? Checksum.of(file: Path.join(folder, name)).hex }
        lines.merge(checksums) { $1 }
        let text = lines.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { "\($1)  \($0)\n" }.joined()
        if try !File.exists(path) || File.read(path, limit: 1 << 20) != Array(text.utf8) { try File.write(path, text) }
        return checksums
    }
}
