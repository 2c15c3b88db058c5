import Boot
import Disks
import Glibc
import Host
import NodeConfig
import Synchronization

/// Carries out what the inputs ask for, with nobody there to confirm it.
///
/// It never goes round in circles: a disk with a node is left alone unless somebody asks for it anew, and then a node that has
/// never been started since it was installed is left alone all the same, because this machine starts its medium first.
struct UnattendedInstallation {
    /// How it has ended.
    enum Outcome: Hashable {
        /// It was done, which is said in a sentence.
        case done(String)
        /// There was nothing to do, and why.
        case notNeeded(String)
    }

    /// Seconds for which a disk is waited for: controllers find theirs one after the other.
    private static let patience = 30

    let wish: InstallationWish
    /// `/`, or a fixture.
    let root: String
    /// Hears what is being done, for people.
    let say: @Sendable (String) -> Void
    /// The disks of this machine.
    var disks: () throws -> [Disk]
    /// Waits for a second.
    var pause: () -> Void = { _ = sleep(1) }

    init(_ wish: InstallationWish, root: String, say: @escaping @Sendable (String) -> Void) {
        self.wish = wish
        self.root = root
        self.say = say
        disks = { try DiskInventory(root: root).disks() }
    }

    /// Does it.
    ///
    /// - Parameters:
    ///   - configuration: for the installed node, with the places where its values come from
    ///   - warn: hears what did not work and is not needed
    /// - Throws: when it cannot be done; the disk is as it was, or nothing starts from it
    func run(
        _ configuration: NodeConfiguration, sources: [String: String], warn: (String) -> Void
    ) throws -> Outcome {
        switch try choose() {
        case .left(let reason): return .notNeeded(reason)
        case .taken(let disk) where wish.action == .uninstall: return try uninstall(disk, warn)
        case .taken(let disk): return try install(disk, configuration, sources, warn)
        }
    }

    // MARK: Which disk

    private enum Choice {
        case taken(Disk)
        case left(String)
    }

    private func choose() throws -> Choice {
        var last: Failure?
        for second in 0...Self.patience {
            if second > 0 {
                if second == 1 { say("waiting for the disk") }
                pause()
            }
            do {
                return try choose(from: disks().filter { !$0.isBootMedium })
            } catch let failure as Failure where failure.isAboutMissingDisk {
                last = failure
            }
        }
        throw last ?? Failure(.internalError, "no disk was looked for")
    }

    private func choose(from disks: [Disk]) throws -> Choice {
        let targets = wish.settings.targets
        guard !targets.isEmpty else {
            guard wish.action != .install else {
                throw Failure(
                    .invalidInput, "an installation is asked for, but no disk is named",
                    hint: "add storage_init= or installation: targets, or run nodectl install DISK")
            }
            return try node(among: disks)
        }
        var reasons: [String] = []
        for target in targets {
            let fitting = target.fitting(among: disks)
            guard !fitting.isEmpty else {
                reasons.append("no disk is \(target.text)")
                continue
            }
            if wish.action != .install { return try node(among: fitting) }
            for disk in fitting where disk.isNode {
                if let reason = reasonToLeave(disk) { return .left(reason) }
            }
            if wish.keepsState, case .taken(let disk) = try node(among: fitting) { return .taken(disk) }
            return .taken(try target.choose(from: fitting))
        }
        throw Failure.missingDisk(reasons)
    }

    /// The only node among some disks.
    private func node(among disks: [Disk]) throws -> Choice {
        let nodes = disks.filter { $0.isNode && $0.unfinished != .anew }
        guard let first = nodes.first else {
            switch wish.action {
            case .install, .uninstall: return .left("there is no node on any disk")
            case .upgrade:
                throw Failure.missingDisk(["there is no node on " + disks.map(\.path).joined(separator: ", ")])
            }
        }
        guard nodes.count == 1 else {
            throw Failure(
                .invalidInput, "there are nodes on several disks: " + nodes.map(\.path).joined(separator: ", "),
                hint: "say which one is meant: storage_init=" + first.path)
        }
        if wish.action == .upgrade, let reason = reasonToLeave(first) { return .left(reason) }
        return .taken(first)
    }

    /// Why a node on a disk is not overwritten; nil when it is.
    private func reasonToLeave(_ disk: Disk) -> String? {
        guard disk.unfinished == nil else { return nil }
        let control = disk.parts.compactMap(\.partition).first { $0.role == .efi }.flatMap {
            try? GRUBBootControl(disk.path, offset: $0.start).read()
        }
        let slot = control?.choice.slot
        let title = slot.flatMap { control?.entries[$0]?.title }
        let node = "\(disk.path) holds a node" + (title.map { " (\(PlainText.printable($0)))" } ?? "")
        let advice =
            "to start it, remove the medium or put the disk before it (or before the network) in the firmware's boot order"
        if control?.state == .installed() {
            return "\(node) that has not been started since it was installed: \(advice)"
        }
        if wish.action == .upgrade {
            guard let image = try? InstalledImage(root: root), image.title == title else { return nil }
            return "\(node), which is this version: \(advice)"
        }
        guard wish.wipe == .emptyOnly else { return nil }
        return "\(node) already: \(advice); \"reinstall\" on the kernel command line overwrites it"
    }

    // MARK: What is done

    private func install(
        _ disk: Disk, _ configuration: NodeConfiguration, _ sources: [String: String], _ warn: (String) -> Void
    ) throws -> Outcome {
        say("preparing the installation to \(disk.path)")
        let source = try InstallationSource.running(root: root, patience: 300) { say($0) }
        var wishes = InstallationPlan.Wishes()
        wishes.wipe = wish.wipe
        wishes.keepsState = wish.keepsState && disk.isNode
        wishes.sizes = wish.settings.sizes
        // Stored beside the state that is kept, one counts unless the inputs are to be read anew.
        wishes.configuration = wishes.keepsState && !wish.isAnew ? nil : configuration
        wishes.sources = sources
        let plan = try InstallationPlan(source, to: disk, wishes)
        let progress = Self.reporter("installing to \(disk.path)", say)
        try Installation(plan, root: root, progress: progress).run().warnings.forEach(warn)
        return .done("\(source.image.title) is installed on \(disk.title)")
    }

    private func uninstall(_ disk: Disk, _ warn: (String) -> Void) throws -> Outcome {
        if let name = disk.protectedNames.first {
            throw Failure(
                .invalidInput, "\(disk.path) holds guests' data (\(name)), which nobody has given up",
                hint: "run nodectl uninstall \(disk.path)")
        }
        say("removing the node from \(disk.path)")
        try Uninstallation(disk, root: root).run().forEach(warn)
        return .done("the node is removed from \(disk.title)")
    }

    /// Tells each phase, and every quarter of a long one.
    private static func reporter(_ what: String, _ say: @escaping @Sendable (String) -> Void) -> ProgressSink {
        let told = Mutex(0)
        return { event in
            switch event {
            case .started(let phase, _, _):
                told.withLock { $0 = 0 }
                say("\(what): \(phase)")
            case .advanced(let phase, let done, let total?) where total > 0:
                let quarter = done * 4 / total
                let isNew = told.withLock { last in
                    defer { last = max(last, quarter) }
                    return quarter > last
                }
                if isNew, quarter < 4 { say("\(what): \(phase), \(quarter * 25) %") }
            default: break
            }
        }
    }
}

extension Failure {
    private static let missing = "no disk is one of those that are asked for"

    /// None of the selectors finds a disk.
    fileprivate static func missingDisk(_ reasons: [String]) -> Failure {
        Failure(
            .invalidInput, reasons.count == 1 ? "\(missing): \(reasons[0])" : missing,
            hint: "nodectl install --list shows all disks", details: reasons.count > 1 ? reasons : [])
    }

    /// Whether the disk may be found later.
    fileprivate var isAboutMissingDisk: Bool { message.hasPrefix(Self.missing) }
}
