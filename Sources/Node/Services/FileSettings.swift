import Host

/// Settings that are files which a service reads: what they shall be is a pure function of the configuration and the image.
protocol FileSettings: NodeSettings {
    /// In words: `time servers`.
    var name: String { get }
    /// What is wanted, in words and without secrets.
    var wanted: String { get }
    /// Arguments of `systemctl`, run in their order when a file has changed on the running node.
    var commands: [[String]] { get }
    /// Every file and link that these settings may make.
    ///
    /// - Parameter warn: hears what the image cannot do, and is left out
    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile]
}

extension FileSettings {
    func render(root: String, warn: (String) -> Void) throws {
        let image = ImageFiles(root: root)
        for file in files(image, warn: warn) { try image.make(file) }
    }

    func differences(warn: (String) -> Void) throws -> [SettingDifference] {
        let image = ImageFiles(root: "/")
        let differs = files(image, warn: warn).contains { !image.isMade($0) }
        return differs ? [SettingDifference(name, to: wanted)] : []
    }

    func apply(warn: (String) -> Void) throws {
        let image = ImageFiles(root: "/")
        let changed = files(image, warn: { _ in }).filter { !image.isMade($0) }
        if changed.isEmpty { return }
        for file in changed { try during(name) { try image.make(file) } }
        let hasUnits = changed.contains { $0.path.hasPrefix("etc/systemd/") }
        for arguments in (hasUnits ? [["daemon-reload"]] : []) + commands {
            _ = try during(name) { try Command("systemctl", arguments).run().check(.device) }
        }
    }
}
