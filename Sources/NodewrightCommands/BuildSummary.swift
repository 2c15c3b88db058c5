import Build
import Host
import RootTree

/// What a build says about sizes: where the image's bytes went, and which rules saved the most.
enum BuildSummary {
    /// How many trim rules are listed; `--json` has them all.
    private static let listed = 8

    /// The lines; none when everything was there already.
    static func lines(_ result: BuildResult) -> [String] {
        var lines: [String] = []
        if !result.parts.isEmpty {
            lines.append("  " + result.parts.map { "\($0.name) \(megabytes($0.size))" }.joined(separator: ", "))
        }
        let trims = result.trims.sorted { ($1.bytes, $0.position) < ($0.bytes, $1.position) }
        guard !trims.isEmpty else { return lines }
        let total = trims.reduce((files: 0, bytes: 0)) { ($0.files + $1.files, $0.bytes + $1.bytes) }
        lines.append(
            "  \(trims.count) trim rules removed \(total.files) files, \(megabytes(total.bytes)); the largest:")
        for trim in trims.prefix(listed) {
            let size = megabytes(trim.bytes)
            let padding = String(repeating: " ", count: max(0, 9 - size.utf8.count))
            lines.append("  \(padding)\(size)  \(trim.rule)  (\(trim.position))")
        }
        return lines
    }

    /// `12.1 MB`
    static func megabytes(_ bytes: Int) -> String {
        let tenths = (bytes + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10) MB"
    }
}
