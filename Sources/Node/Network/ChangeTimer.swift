import Host

/// Has process 1 look after a change of the network when its time is over.
///
/// NetworkManager's own timer goes back without any process of ours, but not all the way: a VLAN whose number was changed stays away.
/// Whoever made the change does the rest, unless it was stopped; then `nodectl recover-network` does.
enum ChangeTimer {
    private static let service = "nodewright-recover-network.service"
    private static let timer = "nodewright-recover-network.timer"

    /// Starts it, in the place of an earlier one.
    static func start(seconds: Int) {
        guard isAvailable else { return }
        stop()
        // A change may be made without it.
        _ = try? Command(
            "systemd-run",
            ["--quiet", "--unit=\(service)", "--on-active=\(seconds + 5)", "--timer-property=AccuracySec=1s"]
        ).run()
    }

    /// Stops it.
    static func stop() {
        if isAvailable { _ = try? Command("systemctl", ["--quiet", "stop", timer]).run() }
    }

    private static var isAvailable: Bool { File.exists("/run/systemd/system") }
}
