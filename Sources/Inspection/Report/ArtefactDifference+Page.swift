import Host

extension ArtefactDifference {
    /// The differences as a page that is one file.
    public var html: String {
        let title = "\(Path.name(old.path)) and \(Path.name(new.path))"
        let rows = sizes.map { size in
            "<tr><td>\(escaped(size.name))</td>\(bytesCell(size.old))\(bytesCell(size.new))\(changeCell(size.new - size.old))</tr>"
        }
        let sections = [
            "<header><h1>What differs</h1><p class=\"soft\">\(escaped(old.path)) → \(escaped(new.path))</p></header>",
            isEmpty ? "<p class=\"good\">No difference in packages, files, kernel and kernel arguments.</p>" : "",
            table(
                "Sizes", id: "sizes",
                headings: [("What", "text"), ("Old", "number"), ("New", "number"), ("Change", "number")], rows: rows),
            kernel, packageTable, fileTable,
        ]
        return Page(title: title, body: "<main>\n\(sections.joined(separator: "\n"))\n</main>", data: nil).html
    }

    private var kernel: String {
        let versions = (old.kernels.first?.version ?? "none", new.kernels.first?.version ?? "none")
        var lines: [String] = []
        if versions.0 != versions.1 { lines.append("<p>\(escaped(versions.0)) → \(escaped(versions.1))</p>") }
        lines += argumentsRemoved.map { "<p class=\"bad\">− <code>\(escaped($0))</code></p>" }
        lines += argumentsAdded.map { "<p class=\"good\">+ <code>\(escaped($0))</code></p>" }
        return lines.isEmpty ? "" : "<section>\n<h2>Kernel</h2>\n\(lines.joined(separator: "\n"))\n</section>"
    }

    private var packageTable: String {
        if packages.isEmpty { return "" }
        let rows = packages.map { package in
            "<tr><td>\(escaped(package.name))</td><td>\(package.kind.rawValue)</td><td>\(escaped(package.old ?? ""))</td><td>\(escaped(package.new ?? ""))</td>\(changeCell(package.bytes))</tr>"
        }
        return table(
            "Packages", id: "packages",
            headings: [("Package", "text"), ("Change", "text"), ("Old", "text"), ("New", "text"), ("Bytes", "number")],
            rows: rows)
    }

    private var fileTable: String {
        if files.isEmpty { return "" }
        let rows = files.map { file in
            "<tr><td><code>\(escaped(file.path))</code></td><td>\(file.kind.rawValue)</td><td>\(escaped(file.what.joined(separator: ", ")))</td>\(bytesCell(file.old ?? 0))\(bytesCell(file.new ?? 0))\(changeCell(file.bytes))</tr>"
        }
        return table(
            "Files", id: "files",
            headings: [
                ("Path", "text"), ("Change", "text"), ("What", "text"), ("Old", "number"), ("New", "number"),
                ("Bytes", "number"),
            ], rows: rows)
    }

    private func changeCell(_ bytes: Int) -> String {
        let style = bytes > 0 ? " bad" : bytes < 0 ? " good" : ""
        return "<td class=\"number\(style)\" data-value=\"\(bytes)\">\(bytes > 0 ? "+" : "")\(readable(bytes))</td>"
    }
}
