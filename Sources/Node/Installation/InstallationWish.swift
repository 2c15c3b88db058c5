import NodeConfig

/// What the inputs of a node ask for besides its configuration: that a system which was not started from a disk installs
/// itself to one, or removes a node from one.
struct InstallationWish: Hashable {
    /// What is to be done.
    enum Action: Hashable {
        case install
        /// The node that is on the disk gets this version, and keeps its state.
        case upgrade
        case uninstall
    }

    /// What is to be done.
    let action: Action
    /// How it is to be done.
    let settings: InstallationSettings
    /// Whether a word asks for it to be done again (`reinstall`): anything may be on the disk, and the inputs replace a
    /// configuration that is stored there.
    let isAnew: Bool

    /// What may be on the disk.
    var wipe: InstallationSettings.WipePolicy { isAnew ? .anything : settings.wipe ?? .emptyOnly }
    /// Whether the state of a node that is on the disk stays.
    var keepsState: Bool { action == .upgrade || settings.keepState ?? false }

    init(_ action: Action, _ settings: InstallationSettings, isAnew: Bool = false) {
        self.action = action
        self.settings = settings
        self.isAnew = isAnew
    }

    /// What was asked for; nil for nothing.
    init?(_ reading: NodeInputs.Reading) {
        let requests = reading.commandLine.requests
        let settings = reading.configuration.installation
        let action: Action
        if requests.contains(.uninstall) {
            action = .uninstall
        } else if requests.contains(.upgrade) {
            action = .upgrade
        } else if !settings.targets.isEmpty || requests.contains(.install) {
            action = .install
        } else {
            return nil
        }
        self.init(action, settings, isAnew: requests.contains(.reinstall))
    }
}
