import Host

/// The status screen of the consoles, in printable ASCII: at least 80 columns and 24 lines, more where there is room.
public struct StatusScreen: Hashable, Sendable {
    /// Columns up to the values.
    private static let indent = 19

    /// The lines, without line ends. They hold nothing that changes by itself, such as a clock, but for the load; so lines which
    /// differ otherwise mean a node that has changed. The machine id is left out: it is not for whoever stands before the rack
    /// (machine-id(5)).
    public let lines: [String]
    /// Those of them that say how far the configuration is.
    let configuration: [String]
    /// All others that do not change by themselves.
    let rest: [String]

    /// The screen of a status.
    ///
    /// - Parameters:
    ///   - size: of the terminal. The last column is not written, because a terminal may wrap after it, and the last line is
    ///     for the cursor
    ///   - holder: the terminal on which the wizard runs; nil when it runs nowhere
    public init(_ status: NodeStatus, size: (columns: Int, lines: Int) = (80, 24), setupOn holder: String? = nil) {
        let width = min(max(size.columns, 80) - 1, 160)
        let parts = StatusLines(status)
        let configurationLines = max(1, 4 - min(3, parts.problems.count) - (status.wantsInstallation ? 2 : 0))
        let configuration = Self.rows(
            "Configuration", parts.configuration(width: width - Self.indent, limit: configurationLines))
        let load = parts.load.map { [Self.row("Load", $0)] } ?? []
        let interfaces = parts.interfaces(brief: true)

        var screen = StatusLayout(width: width, height: max(size.lines, 24) - 1)
        let rule = String(repeating: "-", count: width)
        screen.add([
            " " + PlainText.column("Nodewright \(version)", width - 2 - parts.boot.utf8.count) + parts.boot, rule,
        ])
        screen.add([
            Self.row("Product", parts.product + (parts.image.map { " (image \($0))" } ?? "")),
            Self.row("Host name", parts.hostname),
        ])
        screen.add(Self.wrapped("Engine", parts.engine, width, limit: 3), importance: 70)
        // Each has a line; the first ones take those that are left, so that a reason is not cut off.
        screen.add(Self.problems(parts.problems, width, limit: status.wantsInstallation ? 2 : 3))
        screen.add(configuration)
        screen.add(Self.rows("Health", [parts.health, parts.slots].compactMap { $0 }), importance: 80)
        screen.add(Self.wrapped("Last failure", parts.lastFailure.map { [$0] } ?? [], width, limit: 2), importance: 50)
        screen.add(Self.rows("Upgrade", [parts.upgrade].compactMap { $0 }), importance: 60)
        screen.add(load, importance: 40)
        screen.add(Self.rows("SSH host keys", parts.hostKeys), importance: 30)
        if status.wantsInstallation {
            screen.addBlank()
            screen.add([
                (status.offersSetup ? " To install, press Enter; or log in:" : " To install, log in:")
                    + " \"nodectl install --list\" shows the disks, and",
                " \"nodectl install DISK\" copies this system to one of them.",
            ])
        }
        screen.addBlank()
        screen.add([" Network"] + (interfaces.isEmpty ? ["   no interface"] : []))
        screen.addList(interfaces.map { "   " + $0 }) { "   and \($0) more lines: nodectl status" }
        screen.addBlank()
        screen.add(Self.services(parts.services))
        screen.add([Self.row("Failed units", parts.failed)])
        screen.add(parts.problem.map { [Self.row("", "(\($0))")] } ?? [])
        screen.add([Self.row("Virtualization", parts.virtualization)])
        screen.addBlank()
        screen.add([rule, Self.keys(status, setupOn: holder)])

        lines = screen.lines
        self.configuration = configuration.map { Self.trimmed(PlainText.cut($0, width)) }
        let others = Set(self.configuration + load.map { Self.trimmed(PlainText.cut($0, width)) })
        rest = lines.filter { !others.contains($0) }
    }

    private static func problems(_ all: [String], _ width: Int, limit: Int) -> [String] {
        var lines: [String] = []
        for (index, problem) in all.prefix(limit).enumerated() {
            let others = max(0, min(all.count, limit) - index - 1)
            lines += wrapped("Problem", [problem], width, limit: limit - lines.count - others)
        }
        return lines
    }

    /// Two in a row.
    private static func services(_ all: [(name: String, state: String)]) -> [String] {
        rows(
            "Services",
            stride(from: 0, to: all.count, by: 2).map { index in
                all[index..<min(index + 2, all.count)].map {
                    PlainText.column($0.name, 16) + PlainText.column($0.state, 14)
                }.joined()
            })
    }

    /// What can be done here.
    private static func keys(_ status: NodeStatus, setupOn holder: String?) -> String {
        if let holder { return " This node is being set up on \(PlainText.printable(holder)). Press F3 to log in." }
        if status.offersSetup { return " Press Enter to set up this node, or F3 to log in." }
        if status.acceptsLogin { return " Press Enter to log in, or F2 for the menu." }
        return status.hasMenu ? " Press F2 for the menu." : " Logging in here is switched off."
    }

    private static func wrapped(_ label: String, _ texts: [String], _ width: Int, limit: Int) -> [String] {
        rows(label, texts.flatMap { PlainText.wrapped($0, width - indent, limit: limit) })
    }

    private static func rows(_ label: String, _ values: [String]) -> [String] {
        values.enumerated().map { row($0 == 0 ? label : "", $1) }
    }

    private static func row(_ label: String, _ value: String) -> String {
        " " + PlainText.column(label, indent - 1) + value
    }

    static func trimmed(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line = line.dropLast() }
        return String(line)
    }
}
