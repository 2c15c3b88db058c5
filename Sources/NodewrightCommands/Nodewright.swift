public import ArgumentParser
import Build
import Glibc
import Host
import Packages
import Recipe
import RootTree
public import Sandbox

/// The program `nodewright`: from a recipe to the artefacts of a hypervisor image.
public struct Nodewright: ParsableCommand {
    /// Its name, help and commands.
    public static let configuration = CommandConfiguration(
        commandName: "nodewright",
        abstract: "Build small KVM hypervisor images from a recipe of packages and overlays.",
        discussion: """
            Example: nodewright build recipes/hypervisor.yaml --repositories lab --output out

            Exit status: 0 done, 1 internal error, 2 usage or invalid input, 3 nothing to do, 4 network, 5 signature or \
            expiry, 6 version policy, 7 device or input/output, 8 busy, 9 incompatible, 10 reboot required.
            """,
        version: version,
        subcommands: [
            LabCommand.self, CheckCommand.self, ResolveCommand.self, BuildCommand.self, BootCommand.self,
            InspectCommand.self, DiffCommand.self, ReportCommand.self, KeysCommand.self, PublishCommand.self,
            ServeCommand.self, DoctorCommand.self,
        ])

    /// What runs inside namespaces, by name.
    public static let workers: [String: Worker.Body] = [Installer.workers, Customisation.workers, RootPacking.workers]
        .reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    /// For the parser.
    public init() {}

    /// Parses the arguments, runs the command and ends the process with the documented exit status.
    public static func start() -> Never {
        let wantsJSON = CommandLine.arguments.contains("--json")
        do {
            var command = try parseAsRoot()
            try command.run()
            Glibc.exit(ExitStatus.done.rawValue)
        } catch let errors as RecipeErrors {
            Renderer.report(errors, json: wantsJSON)
            Glibc.exit(ExitStatus.invalidInput.rawValue)
        } catch let failure as Failure {
            Renderer.report(failure, json: wantsJSON)
            Glibc.exit(failure.status.rawValue)
        } catch {
            let code = exitCode(for: error)
            if code.isSuccess { exit(withError: error) }
            let usage = code == .validationFailure
            print(fullMessage(for: error), to: &standardError)
            Glibc.exit(usage ? ExitStatus.invalidInput.rawValue : code.rawValue)
        }
    }
}

/// Standard error as a text stream.
struct StandardError: TextOutputStream {
    mutating func write(_ text: String) { try? File.append(Array(text.utf8), to: 2, named: "standard error") }
}

nonisolated(unsafe) var standardError = StandardError()
