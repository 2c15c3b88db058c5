import Host
import Testing

/// Holds the sources to the module table of ARCHITECTURE.md.
@Suite struct ArchitectureTests {
    /// The root of the package, from where this file was compiled.
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))

    /// Module name to the modules that its row allows.
    private func table() throws -> [String: Set<String>] {
        let text = try File.readText(Path.join(Self.package, "ARCHITECTURE.md"))
        var rows: [String: Set<String>] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| ") && !line.hasPrefix("| **") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map(trim)
            guard cells.count == 5, cells[1] != "module" else { continue }
            rows[cells[1]] = Set(cells[3].split(separator: ",").map(trim))
        }
        return rows
    }

    private func trim(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    /// The modules that a source file imports.
    private func imports(_ file: String) throws -> [String] {
        try File.readText(file).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").drop {
                ["public", "internal", "private", "package", "@preconcurrency"].contains($0)
            }
            guard words.first == "import", let module = words.last else { return nil }
            return String(module)
        }
    }

    @Test func everyModuleImportsOnlyWhatItsRowNames() throws {
        let rows = try table()
        let sources = Path.join(Self.package, "Sources")
        let free: Set<String> = ["Glibc", "Synchronization"]
        var checked = 0
        for module in try Folder.list(sources) where File.kind(Path.join(sources, module)) == .folder {
            let files = try Folder.walk(Path.join(sources, module)).filter { $0.hasSuffix(".swift") }
            if files.isEmpty { continue }  // a C library
            let allowed = try #require(rows[module], "\(module) has no row in ARCHITECTURE.md")
            for file in files {
                for name in try imports(Path.join(sources, module + "/" + file)) {
                    #expect(allowed.union(free).contains(name), "Sources/\(module)/\(file) imports \(name)")
                    checked += 1
                }
            }
        }
        #expect(checked > 50)
    }

    @Test func importsPointDownward() throws {
        // A row may name only rows above it, so that no circle can arise.
        var above: Set<String> = ["ArgumentParser"]
        let text = try File.readText(Path.join(Self.package, "ARCHITECTURE.md"))
        for line in text.split(separator: "\n") where line.hasPrefix("| ") && !line.hasPrefix("| **") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map(trim)
            guard cells.count == 5, cells[1] != "module" else { continue }
            let modules = cells[3].split(separator: ",").map(trim).filter { $0 != "C" && !isCLibrary($0) }
            for name in modules {
                #expect(above.contains(name), "\(cells[1]) names \(name), which does not stand above it")
            }
            above.insert(cells[1])
        }
    }

    /// A folder of `Sources` without Swift: a module map with a header, or C that only carries data.
    private func isCLibrary(_ name: String) -> Bool {
        let folder = Path.join(Self.package, "Sources/\(name)")
        guard File.kind(folder) == .folder, let files = try? Folder.walk(folder) else { return false }
        return !files.contains { $0.hasSuffix(".swift") }
    }
}
