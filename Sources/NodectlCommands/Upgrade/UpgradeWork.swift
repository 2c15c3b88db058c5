import Boot
import Disks
import Document
import Host
import Node
import Updates

/// The work of "nodectl upgrade download" and "apply".
struct UpgradeWork {
    private let options: UpgradeOptions
    private let source: String?
    private let policy: UpgradePolicy

    init(
        _ options: UpgradeOptions, source: String?, allowsDowngrade: Bool, allowsSame: Bool, retriesFailed: Bool = true
    ) {
        self.options = options
        self.source = source
        var policy = UpgradePolicy()
        policy.allowsDowngrade = allowsDowngrade
        policy.allowsSame = allowsSame
        policy.retriesFailed = retriesFailed
        self.policy = policy
    }

    /// Does it.
    ///
    /// - Parameters:
    ///   - tries: trial starts
    ///   - activates: whether the new version is started next
    ///   - engine: who is told of it in an engine's way
    func run(tries: Int = BootState.defaultTries, activates: Bool, engine: EngineAnswer?) throws {
        UpgradeSignals.listen()
        let slots = try options.slots.slots()
        let running = try RunningRelease(root: options.slots.node.root)
        let progress = engine == nil ? WorkLines(json: options.slots.json).sink : silent
        let upgrade = SlotUpgrade(
            slots, running: running, policy: policy, progress: progress, isCancelled: { UpgradeSignals.isCancelled })
        if let source, !source.contains("://") {
            return try MediumRelease.with(source, root: options.slots.node.root, progress: progress) {
                try finish(upgrade, $0, tries, activates)
            }
        }
        var options = options
        options.repository = source ?? options.repository
        let (repository, list, offer) = try options.offer(to: running)
        // The same once more is not what a channel offers, but may be what somebody wants.
        guard let offer = offer ?? (policy.allowsSame ? list.offer(running.version) : nil) else {
            throw Failure(
                .nothingToDo,
                "\(running.name) \(running.version) is the newest that \"\(list.channel)\" offers to this node")
        }
        try finish(upgrade, repository.release(offer).seeded(by: slots), tries, activates)
    }

    private func finish(_ upgrade: SlotUpgrade, _ content: some ReleaseContent, _ tries: Int, _ activates: Bool) throws
    {
        let outcome = try upgrade.run(content, tries: tries, activates: activates)
        guard outcome != .cancelled else {
            throw Failure(
                .busy, "the upgrade was ended; slot \(upgrade.target.name) keeps what is in it",
                hint: "the same command goes on where it was")
        }
        UpgradeNotes(root: options.slots.node.root).offer(activates ? nil : content.manifest)
        let release = content.manifest
        let object: JSONValue = [
            "result": .string(outcome.rawValue), "slot": .string(upgrade.target.rawValue),
            "version": .string(release.version.description), "rootHash": .string(release.rootHash),
        ]
        if options.slots.json { return try Output.result(JSON.text(object) + "\n") }
        Output.error(
            "nodectl: \(release.name) \(release.version) is in slot \(upgrade.target.name)"
                + (activates ? ", and starts next" : ""))
    }
}
