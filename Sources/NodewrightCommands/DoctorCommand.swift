import ArgumentParser
import Artefacts
import Document
import Host
import Sandbox

/// `nodewright doctor`: what this host has and lacks.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "List the programs and abilities of this host that nodewright uses.",
        discussion: """
            Names the package of whatever is missing.

            EXAMPLES
              nodewright doctor
              nodewright doctor --only build

            EXIT STATUS
              0 nothing is missing; 9 something is.
            """)

    @Option(help: "Look only at what one purpose needs: build, boot, inspect, lab or serve.")
    var only: ExternalProgram.Purpose?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func run() throws {
        let purposes = only.map { [$0] } ?? ExternalProgram.Purpose.allCases
        let checks = purposes.flatMap { purpose in
            ExternalProgram.all.filter { $0.purpose == purpose }.map(HostCheck.init) + HostCheck.abilities(purpose)
        }
        if json {
            print(
                JSON.text(
                    .object([
                        .init("result", .string(missing(checks).isEmpty ? "done" : "missing")),
                        .init("checks", .array(checks.map(\.json))),
                    ])))
        } else {
            for check in checks { print(check.line) }
        }
        guard missing(checks).isEmpty else {
            throw Failure(
                .incompatible, "missing: " + missing(checks).map(\.name).joined(separator: ", "),
                hint: install(missing(checks)))
        }
    }

    private func missing(_ checks: [HostCheck]) -> [HostCheck] { checks.filter { $0.state == .missing } }

    /// The command that brings what is missing.
    private func install(_ checks: [HostCheck]) -> String? {
        let tool = File.exists("/usr/bin/apt-get") ? "apt-get" : "dnf"
        let packages = Set(checks.compactMap { tool == "apt-get" ? $0.apt : $0.dnf }).sorted()
        return packages.isEmpty ? nil : "\(tool) install " + packages.joined(separator: " ")
    }
}

extension ExternalProgram.Purpose: ExpressibleByArgument {}
