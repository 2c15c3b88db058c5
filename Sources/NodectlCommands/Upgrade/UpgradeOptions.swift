import ArgumentParser
import Document
import Glibc
import Host
import Node
import NodeConfig
import Synchronization
import Updates

/// Where an upgrade comes from.
struct UpgradeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The update repository, in place of the configured one.", valueName: "url"))
    var repository: String?
    @Option(help: "The channel of the repository; \"stable\" unless configured.")
    var channel: String?
    @Option(help: ArgumentHelp("A version that the channel offers, in place of the newest.", valueName: "version"))
    var release: String?
    @Option(help: ArgumentHelp("Root metadata to trust in place of the image's.", valueName: "file"))
    var trustedRoot: String?
    @Option(
        help: ArgumentHelp(
            "Authorities (PEM) that may vouch for the server, in place of the system's.", valueName: "file"))
    var ca: String?
    @OptionGroup var slots: SlotOptions

    private var settings: UpgradeSettings {
        get throws {
            guard slots.node.root == "/" || File.exists(slots.node.kernelCommandLine) else { return UpgradeSettings() }
            let inputs = try slots.node.inputs()
            return (try? inputs.base(of: inputs.read(warn: { _ in })).0.upgrade) ?? UpgradeSettings()
        }
    }

    /// The settings with what was given here.
    func chosen() throws -> UpgradeSettings {
        var chosen = try settings
        chosen.repository = repository ?? chosen.repository
        chosen.channel = channel ?? chosen.channel ?? "stable"
        return chosen
    }

    /// The channel of the repository, and what it offers to this node.
    func offer(to running: RunningRelease) throws -> (
        repository: UpgradeRepository, list: ChannelList, offer: ChannelList.Offer?
    ) {
        let settings = try chosen()
        guard let place = settings.repository else {
            throw Failure(
                .invalidInput, "nobody has said where upgrades come from",
                hint: "name a repository (--repository), or configure one (upgrade: repository)")
        }
        let opened = try UpgradeRepository(
            place, root: slots.node.root, trustedRoot: trustedRoot,
            access: .init(authorities: ca, proxy: settings.proxy))
        let list = try opened.channel(settings.channel ?? "stable", for: running)
        guard let release else {
            return (
                opened, list,
                list.newest(after: running.version, machine: try UpgradeNotes.machine(root: slots.node.root))
            )
        }
        guard let wanted = ReleaseVersion(release), let offer = list.offer(wanted) else {
            throw Failure(
                .invalidInput, "the channel \"\(list.channel)\" does not offer version \(release)",
                hint: "it offers "
                    + (list.offers.isEmpty
                        ? "nothing" : list.offers.prefix(5).map(\.version.description).joined(separator: ", ")))
        }
        return (opened, list, offer)
    }
}

/// Ends an upgrade in good order: what is in the slot stays for the next run.
enum UpgradeSignals {
    private static let isWanted = Atomic(false)

    /// SIGTERM, SIGINT and SIGHUP ask for the end; a second one does not wait for it.
    static func listen() {
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number) { number in
                guard UpgradeSignals.isWanted.exchange(true, ordering: .relaxed) else { return }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static var isCancelled: Bool { isWanted.load(ordering: .relaxed) }
}
