import ArgumentParser
import Document
import Host
import Publishing
import Updates

/// `nodewright publish`: puts releases into an update repository.
struct PublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish a release to an update repository, or change what the repository offers.",
        discussion: """
            The folder is the one that "nodewright build --format update" writes. The \
            repository is a folder of static files with TUF metadata, or the same in an OCI \
            registry; readers see the \
            state before or the state after, also when a run is interrupted, which the next \
            one finishes. Run --refresh regularly: nodes refuse metadata that has expired.

            EXAMPLES
              nodewright publish --repository /srv/updates --root 1.root.json
              nodewright publish out/update --repository /srv/updates --channel testing
              nodewright publish --repository /srv/updates --promote 0.2.0 --rollout 10
              nodewright publish --repository /srv/updates --rollout 100
              nodewright publish --repository /srv/updates --withdraw 0.2.0
              nodewright publish --repository /srv/updates --delegate testing
              nodewright publish --repository /srv/updates --refresh

            EXIT STATUS
              0 done; 2 wrong usage, a key that is missing or open to others, a wrong
              passphrase, or a version that is published with another content; 3 nothing
              to do; 5 the root file has expired or lacks signatures, or the repository
              is damaged; 6 a root file of the wrong version; 7 a full disk; 8 somebody
              else publishes.
            """)

    @Argument(help: ArgumentHelp("The update folder of a build.", valueName: "folder"))
    var folder: String?

    @Option(help: ArgumentHelp("The repository: a folder, or oci://HOST/NAME.", valueName: "place"))
    var repository: String

    @OptionGroup(title: "Releases") var release: ReleaseOptions
    @OptionGroup(title: "The repository") var upkeep: UpkeepOptions
    @OptionGroup(title: "Keys") var keyOptions: KeyOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let asked =
            [folder != nil, release.promote != nil, release.withdraw != nil, upkeep.refresh, upkeep.list]
            + [upkeep.delegate != nil, upkeep.prune]
        let count = asked.count { $0 }
        let alone = count == 0 && (release.rollout != nil || upkeep.root != nil)
        if count != 1, !alone {
            throw ValidationError(
                "give a folder, or one of --root, --promote, --withdraw, --rollout, --delegate, --refresh, --prune and --list"
            )
        }
        if folder == nil, release.minimumVersion != nil || release.notes != nil {
            throw ValidationError("--minimum-version and --notes belong to a folder that is published")
        }
        if release.release != nil, release.rollout == nil || count != 0 {
            throw ValidationError("--release names the release whose --rollout changes")
        }
        if upkeep.delegate == nil, !upkeep.key.isEmpty || upkeep.threshold != 1 {
            throw ValidationError("--key and --threshold belong to --delegate")
        }
    }

    func run() throws {
        let storage = try RepositoryPlace.open(
            repository, for: upkeep.list ? .reading : upkeep.root != nil ? .beginning : .changing)
        if upkeep.list {
            let overview = try RepositoryOverview(storage)
            print(output.json ? JSON.text(overview.json) : overview.text(now: wallClockSeconds()))
            return
        }
        let ring = try keyOptions.ring()
        let validity = upkeep.validity
        let now = wallClockSeconds()
        let progress = output.progress()
        var done = PublishResult()
        if let root = upkeep.root {
            let installation = RootInstallation(storage, ring, validity: validity, now: now)
            do {
                done += try installation.install(RootFile(file: root))
            } catch let failure as Failure where failure.status == .nothingToDo && hasMore {}
        }
        if hasMore {
            let update = try RepositoryUpdate(storage, ring, validity: validity, now: now)
            for warning in update.warnings { progress(.warning(warning)) }
            done += try apply(update, progress)
        }
        print(output.json ? JSON.text(done.json) : done.text)
    }

    /// Whether something is asked for besides a root file.
    private var hasMore: Bool {
        folder != nil || !release.isEmpty || upkeep.delegate != nil || upkeep.refresh || upkeep.prune
    }

    private func apply(_ update: RepositoryUpdate, _ progress: ProgressSink) throws -> PublishResult {
        if let folder {
            let folder = try ReleaseFolder(folder, progress: progress)
            return try release.publication(folder).publish(update, progress: progress)
        }
        if let channel = upkeep.delegate { return try upkeep.delegation(channel, keyOptions.folder).apply(update) }
        if upkeep.prune { return try Pruning().apply(update) }
        if upkeep.refresh { return try update.refresh(progress: progress) }
        return try release.change().apply(update)
    }
}
