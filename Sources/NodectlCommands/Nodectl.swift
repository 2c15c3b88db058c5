public import ArgumentParser
import Glibc
import Host

/// The program `nodectl`: what a node knows about itself, and the console in front of it.
public struct Nodectl: ParsableCommand {
    /// Its name, help and commands.
    public static let configuration = CommandConfiguration(
        commandName: "nodectl",
        abstract: "Look after this Nodewright node.",
        discussion: """
            Example: nodectl status

            Exit status: 0 done, 1 internal error, 2 usage or invalid input, 3 nothing to do, 4 network, 5 signature or \
            expiry, 6 version policy, 7 device or input/output, 8 busy, 9 incompatible, 10 reboot required.
            """,
        version: version,
        subcommands: [
            StatusCommand.self, ConfigCommand.self, ApplyCommand.self, ConfirmCommand.self, RegisterCommand.self,
            CheckCommand.self, SetupCommand.self, InstallCommand.self, UninstallCommand.self, SlotsCommand.self,
            RollbackCommand.self, UpgradeCommand.self, UpdatesCommand.self,
            HealthCommand.self, StateCommand.self, PersistCommand.self, UnpersistCommand.self,
            ConsoleCommand.self, RenderCommand.self,
            ConfigureCommand.self, GrowCommand.self, FetchRootCommand.self, RecoverNetworkCommand.self,
            ForwardLogsCommand.self, SendKernelMessagesCommand.self, FetchKdumpKeyCommand.self,
        ])

    /// For the parser.
    public init() {}

    /// Parses the arguments, runs the command and ends the process with the documented exit status.
    public static func start() -> Never {
        do {
            // Swift reads the arguments from there; without them every command would end as the help, with status 0.
            guard File.exists("/proc/self/cmdline") else {
                throw Failure(
                    .device, "the arguments cannot be read: /proc is not mounted here", hint: "mount it first")
            }
            var command = try parseAsRoot()
            try command.run()
            Glibc.exit(ExitStatus.done.rawValue)
        } catch let failure as Failure {
            Output.error(failure)
            Glibc.exit(failure.status.rawValue)
        } catch {
            let code = exitCode(for: error)
            if code.isSuccess { exit(withError: error) }
            Output.error(fullMessage(for: error))
            Glibc.exit(code == .validationFailure ? ExitStatus.invalidInput.rawValue : code.rawValue)
        }
    }
}
