import Host

extension TrimCheck {
    private static let unitFolders = [
        "/usr/lib/systemd/system", "/etc/systemd/system", "/usr/lib/systemd/user", "/etc/systemd/user",
    ]

    /// Interpreters that went, though a script that stays begins with them.
    func scripts() throws -> [String] {
        let folders = ["/usr/bin", "/usr/sbin", "/usr/libexec", "/usr/lib", "/etc"]
        var broken: [String] = []
        for folder in folders {
            guard let found = try tree.resolve(folder)?.path, found == folder else { continue }
            for name in try Folder.walk(tree.host(folder)) where !name.hasPrefix("modules/") {
                let path = "\(folder)/\(name)"
                let file = tree.host(path)
                guard File.kind(file) == .regular, File.isExecutable(file), let interpreter = try interpreter(file),
                    let cause = try missingProgram(interpreter)
                else { continue }
                broken.append(line(cause, needer: "the script \(named(path))"))
            }
        }
        return broken
    }

    /// The program of a `#!` line; behind env(1), what env looks for.
    private func interpreter(_ file: String) throws -> String? {
        let head = try File.head(file, 256)
        guard head.starts(with: Array("#!".utf8)) else { return nil }
        let line = String(decoding: head.dropFirst(2).prefix { $0 != 0x0A }, as: UTF8.self)
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let first = words.first else { return nil }
        if Path.name(first) == "env", let program = words.dropFirst().first(where: { !$0.hasPrefix("-") }) {
            return program
        }
        return first
    }

    /// Programs that went, though a systemd unit that stays runs them.
    func units() throws -> [String] {
        var broken: [String] = []
        for folder in Self.unitFolders {
            guard let found = try tree.resolve(folder)?.path else { continue }
            for name in try Folder.walk(tree.host(found)) {
                let path = "\(found)/\(name)"
                guard File.kind(tree.host(path)) == .regular, try !isMasked(Path.name(path)) else { continue }
                for program in UnitPrograms.names(in: try tree.lines(path).joined(separator: "\n")) {
                    guard let cause = try missingProgram(program) else { continue }
                    broken.append(line(cause, needer: "the unit \(named(path))"))
                }
            }
        }
        return broken
    }

    private func isMasked(_ unit: String) throws -> Bool {
        let path = tree.host("/etc/systemd/system/\(unit)")
        return File.kind(path) == .link ? try File.linkTarget(path) == "/dev/null" : false
    }
}
