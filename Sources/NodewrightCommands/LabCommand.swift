import ArgumentParser
import Document
import Host
import Lab

/// `nodewright lab`: the local repository for places without a Fedora mirror.
struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "Make the lab: a Fedora-shaped package repository from Debian's archive.",
        discussion: "Example: nodewright lab create",
        subcommands: [LabCreateCommand.self])
}

/// `nodewright lab create`.
struct LabCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Download packages of Debian and publish them as signed RPMs with Fedora's names and layout.",
        discussion: """
            Example: nodewright lab create && nodewright build recipes/hypervisor.yaml --repositories lab

            A complete lab is left as it is, without a look at the network; --refresh takes newer packages in. An
            interrupted run continues where it stopped.

            EXIT STATUS
              0 the lab is complete; 2 wrong usage; 4 the mirror cannot be reached; 5 a signature or checksum of the
              archive does not hold; 9 the archive lacks packages.
            """)

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Where the repositories go (default: lab/ in the cache).", valueName: "folder"))
    var folder: String?

    @Option(help: ArgumentHelp("Debian's archive (default: the mirror in this host's apt sources).", valueName: "URL"))
    var mirror: String?

    @Option(help: "The suite of Debian.")
    var suite = "trixie"

    @Option(
        help: ArgumentHelp(
            "The nodectl program to package (default: the one beside this program).", valueName: "file"))
    var nodectl: String?

    @Flag(help: "Look for newer packages although the lab is complete.")
    var refresh = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let cache = try Environment.usableCacheFolder()
        var request = LabRequest(
            output: Path.absolute(folder ?? Path.join(cache, "lab")), cache: Path.join(cache, "lab-cache"))
        request.mirror = mirror
        request.suite = suite
        request.refresh = refresh
        let own = try Environment.ownProgram()
        request.nodectl = try program(own)
        request.packaging = Self.packaging(own)
        let summary = try LabBuilder(request, progress: output.progress()).create()
        print(output.json ? JSON.text(summary.json) : summary.text)
    }

    private func program(_ own: String) throws -> String? {
        if let nodectl {
            guard File.exists(nodectl) else { throw Failure(.invalidInput, "there is no \"\(nodectl)\" (--nodectl)") }
            return Path.absolute(nodectl)
        }
        let beside = Path.join(Path.parent(own), "nodectl")
        return File.exists(beside) ? beside : nil
    }

    /// The folder with the spec file: in the sources that the program was built from, or where it is installed.
    private static func packaging(_ own: String) -> String? {
        var folder = Path.parent(own)
        var candidates = [Path.join(Path.parent(folder), "share/nodewright/packaging")]
        while folder != "/", folder != "." {
            candidates.append(Path.join(folder, "packaging"))
            folder = Path.parent(folder)
        }
        return candidates.first { File.exists(Path.join($0, "nodectl.spec")) }
    }
}
