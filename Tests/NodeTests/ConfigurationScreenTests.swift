import Document
import Host
import Testing

@testable import Node

/// The lines about the configuration on the status screen.
@Suite struct ConfigurationScreenTests {
    private func lines(
        _ state: ConfigurationState, files: [String: String] = FixtureNode.live,
        services: Services = FixtureNode.services
    ) throws -> [String] {
        try FixtureNode.with(files) { node in
            try state.write(root: node.root)
            return StatusScreen(node.status(services: services)).lines
        }
    }

    private func state(_ phase: ConfigurationState.Phase, activity: String? = nil) -> ConfigurationState {
        ConfigurationState(
            phase: phase, activity: activity, seconds: phase == .configured ? 31.4 : nil,
            inputs: [
                .init(origin: "credential", name: "nodewright.config", use: .used),
                .init(origin: "kernel command line", name: nil, use: .ignored),
            ], inForce: "x", failure: nil, mistakes: [], notes: [], understood: nil)
    }

    @Test func aLineOrTwo() throws {
        let waiting = try lines(state(.waiting, activity: "fetching https://deploy.example.org/node.yaml"))
        #expect(waiting[4] == " Configuration     fetching https://deploy.example.org/node.yaml")
        #expect(waiting[5] == "                   found: credential nodewright.config, kernel command line")
        #expect(waiting[6] == "                   (ignored)")
        let configured = try lines(state(.configured))
        #expect(configured[4] == " Configuration     configured 31 s after the kernel's start")
    }

    @Test func longFailuresStayOnTheScreen() throws {
        var failed = state(.failed)
        failed.failure = .init(
            status: 4, message: String(repeating: "word\u{1B}[2J ", count: 80), hint: "h", details: ["d"])
        failed.notes = [String(repeating: "n", count: 300)]
        var files = FixtureNode.live
        files["proc/cmdline"] = "nodewright.slot=a nodewright.install nodewright.disk=x\n"
        files["run/nodewright/state-problem"] = "the state partition is damaged"
        for index in 0..<40 { files["sys/class/net/port\(index)/device/vendor"] = "1" }
        let services = Services(services: FixtureNode.services.services, failed: ["a", "b"], problem: "p")
        for files in [FixtureNode.live, files] {
            let lines = try lines(failed, files: files, services: services)
            #expect(lines.count <= 23)
            #expect(lines.allSatisfy { $0.utf8.count <= 79 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
            #expect(lines.contains { $0.hasPrefix(" Configuration     failed: word") })
            #expect(lines.last == " Press Enter to log in, or F2 for the menu.")
        }
    }

    @Test(
        arguments: [
            ("", 10, 2, []), ("one two", 10, 2, ["one two"]), ("one two three", 7, 2, ["one two", "three"]),
            ("one two three", 7, 1, ["one t.."]), ("abcdefghijkl x", 5, 2, ["abc..", "x"]),
            ("one two three four five six", 9, 2, ["one two", "three f.."]),
        ] as [(String, Int, Int, [String])])
    func wrapping(_ text: String, _ width: Int, _ limit: Int, _ lines: [String]) {
        #expect(PlainText.wrapped(text, width, limit: limit) == lines)
    }
}
