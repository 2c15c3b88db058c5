import Host

extension ArtefactDifference {
    /// So many files are listed for people; `--json` and `--html` have all.
    private static let listed = 40

    /// The answer for people.
    public var text: String {
        if isEmpty { return "no difference in packages, files, kernel and kernel arguments" }
        var lines = ["sizes"]
        for size in sizes {
            let change = size.new - size.old
            lines.append(
                "  \(padded(size.name, 20))\(padded(grouped(size.old), 15))\(padded(grouped(size.new), 15))"
                    + (change == 0 ? "=" : (change > 0 ? "+" : "") + readable(change)))
        }
        let kernels = (old.kernels.first?.version ?? "-", new.kernels.first?.version ?? "-")
        if kernels.0 != kernels.1 { lines.append("kernel\n  \(shown(kernels.0)) -> \(shown(kernels.1))") }
        if !argumentsAdded.isEmpty || !argumentsRemoved.isEmpty {
            lines.append("kernel arguments")
            lines += argumentsRemoved.map { "  - \(shown($0))" } + argumentsAdded.map { "  + \(shown($0))" }
        }
        if !packages.isEmpty { lines.append("packages: \(count(packages.map(\.kind.rawValue)))") }
        for package in packages {
            let versions = [package.old, package.new].compactMap { $0 }.map(shown)
            lines.append(
                "  \(padded(package.kind.rawValue, 12))\(package.kind == .rebuilt ? versions[0] : versions.joined(separator: " -> "))"
                    + "  (\(package.bytes >= 0 ? "+" : "")\(readable(package.bytes)))")
        }
        if !files.isEmpty { lines.append("files: \(count(files.map(\.kind.rawValue)))") }
        for file in files.prefix(Self.listed) {
            let what = file.what.isEmpty ? "" : " [\(file.what.joined(separator: ", "))]"
            lines.append(
                "  \(padded(file.kind.rawValue, 9))\(padded((file.bytes >= 0 ? "+" : "") + readable(file.bytes), 11))\(shown(file.path))\(what)"
            )
        }
        if files.count > Self.listed {
            lines.append("  and \(files.count - Self.listed) more: --json and --html list all")
        }
        return lines.joined(separator: "\n")
    }

    /// `3 added, 1 removed`
    private func count(_ kinds: [String]) -> String {
        Dictionary(grouping: kinds) { $0 }.sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }.joined(
            separator: ", ")
    }
}
