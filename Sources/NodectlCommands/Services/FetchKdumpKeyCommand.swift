import ArgumentParser
import Node

/// `nodectl fetch-kdump-key`: what kdump.service runs first when its target is a host over SSH.
struct FetchKdumpKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch-kdump-key", abstract: "Fetch the private key for crash dumps over SSH, once.",
        discussion: "Example: nodectl fetch-kdump-key https://config.example.org/kdump.key", shouldDisplay: false)

    @Argument(help: "The https:// address of the key.")
    var url: String

    func run() throws { try CrashDumpKey.fetch(url) }
}
