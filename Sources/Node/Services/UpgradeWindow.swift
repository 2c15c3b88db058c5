import NodeConfig

/// When the node looks for upgrades by itself: a timer, off unless the configuration names a time.
struct UpgradeWindow: FileSettings {
    private static let timer = "nodewright-upgrade.timer"

    private let upgrade: UpgradeSettings

    init(_ configuration: NodeConfiguration) { upgrade = configuration.upgrade }

    private var isOn: Bool { upgrade.window != nil && upgrade.repository != nil }

    var name: String { "upgrades" }

    var wanted: String { isOn ? upgrade.window ?? "" : "by hand" }

    var commands: [[String]] { [[isOn ? "restart" : "stop", Self.timer]] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        if upgrade.window != nil, upgrade.repository == nil {
            warn("upgrades: a window without a repository; ignored")
        }
        let text = isOn ? upgrade.window.map { "[Timer]\nOnCalendar=\nOnCalendar=\($0)\n" } : nil
        return [.text("etc/systemd/system/\(Self.timer).d/window.conf", text), .start(Self.timer, if: isOn)]
    }
}
