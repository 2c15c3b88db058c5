import Host

/// The status screen of the consoles: 80 columns, at most 23 lines, printable ASCII.
public struct StatusScreen: Hashable, Sendable {
    /// What every terminal has. Only 79 columns are written, because a terminal may wrap after the last one.
    static let width = 79
    /// One line less than every terminal has, for the cursor.
    static let height = 23

    /// The lines, without line ends. They hold nothing that changes by itself, such as a clock, so lines which differ
    /// therefore mean a node that has changed. The machine id is left out: it is not for whoever stands before the rack (machine-id(5)).
    public let lines: [String]
    /// Those of them that say how far the configuration is.
    let configuration: [String]
    /// All others.
    var rest: [String] { lines.filter { !configuration.contains($0) } }

    /// The screen of a status.
    ///
    /// - Parameter holder: the terminal on which the wizard runs; nil when it runs nowhere
    public init(_ status: NodeStatus, setupOn holder: String? = nil) {
        let parts = StatusLines(status)
        let rule = String(repeating: "-", count: Self.width)
        let title = "Nodewright \(version)"
        let boot = parts.boot
        var head = [
            " " + PlainText.column(title, Self.width - 2 - boot.utf8.count) + boot, rule,
            Self.row("Product", parts.product + (parts.image.map { " (image \($0))" } ?? "")),
            Self.row("Host name", parts.hostname),
        ]
        // Each has a line; the first ones take those that are left, so that a reason is not cut off.
        let limit = status.wantsInstallation ? 2 : 3
        var problems: [String] = []
        for (index, problem) in parts.problems.prefix(limit).enumerated() {
            let others = max(0, min(parts.problems.count, limit) - index - 1)
            problems += PlainText.wrapped(problem, Self.width - 19, limit: limit - problems.count - others)
                .enumerated().map { Self.row($0 == 0 ? "Problem" : "", $1) }
        }
        head += problems
        let configurationLines = max(1, 4 - problems.count - (status.wantsInstallation ? 2 : 0))
        configuration = parts.configuration(width: Self.width - 19, limit: configurationLines).enumerated().map {
            Self.trimmed(Self.row($0 == 0 ? "Configuration" : "", $1))
        }
        head += configuration
        if status.wantsInstallation {
            head += [
                "",
                (status.offersSetup ? " To install, press Enter; or log in:" : " To install, log in:")
                    + " \"nodectl install --list\" shows the disks, and",
                " \"nodectl install DISK\" copies this system to one of them.",
            ]
        }
        head += ["", " Network"]
        var tail = ["", " Services"]
        let services = parts.services
        for index in stride(from: 0, to: services.count, by: 2) {
            tail.append(
                "   "
                    + services[index..<min(index + 2, services.count)].map {
                        PlainText.column($0.name, 16) + PlainText.column($0.state, 20)
                    }.joined())
        }
        tail.append(Self.row("Failed units", parts.failed))
        if let problem = parts.problem { tail.append(Self.row("", "(\(problem))")) }
        let last = Self.keys(status, setupOn: holder)
        tail += [Self.row("Virtualization", parts.kvm), "", rule, last]

        // The reason of a failure is worth more than a third address, and less than the first.
        let spare = max(0, min(4, Self.height - head.count - tail.count - 2))
        let engine = parts.engine.flatMap { PlainText.wrapped($0, Self.width - 19, limit: 3) }.prefix(spare)
        head.insert(contentsOf: engine.enumerated().map { Self.row($0 == 0 ? "Engine" : "", $1) }, at: 4)

        let room = Self.height - head.count - tail.count
        let interfaces = parts.interfaces(brief: true)
        if interfaces.isEmpty {
            head.append("   no interface")
        } else if interfaces.count <= room {
            head += interfaces.map { "   " + $0 }
        } else {
            head += interfaces.prefix(room - 1).map { "   " + $0 }
            head.append("   and \(interfaces.count - room + 1) more lines: nodectl status")
        }
        lines = (head + tail).map { Self.trimmed(PlainText.cut($0, Self.width)) }
    }

    /// What can be done here.
    private static func keys(_ status: NodeStatus, setupOn holder: String?) -> String {
        if let holder { return " This node is being set up on \(PlainText.printable(holder)). Press F3 to log in." }
        if status.offersSetup { return " Press Enter to set up this node, or F3 to log in." }
        if status.acceptsLogin { return " Press Enter to log in, or F2 for the menu." }
        return status.hasMenu ? " Press F2 for the menu." : " Logging in here is switched off."
    }

    private static func row(_ label: String, _ value: String) -> String { " " + PlainText.column(label, 18) + value }

    private static func trimmed(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line = line.dropLast() }
        return String(line)
    }
}
