import Glibc
import Host
import NodeConfig

/// The installation that the inputs ask for.
extension UnattendedConfiguration {
    /// Whether there is anything to be done after it.
    enum Continuation {
        /// The machine restarts.
        case ends
        /// The system goes on, perhaps after a failure.
        case goesOn(Failure?)
    }

    /// Seconds for which the consoles show that the medium is to be removed.
    static let defaultDelay = 10

    /// Installs when it is asked for and this is a system that can.
    mutating func installUnlessOvertaken() throws -> Continuation {
        guard let wish = InstallationWish(reading), !isOvertaken else { return .goesOn(nil) }
        guard InstallationSource.isPortable(inputs.words, root: root) else {
            note(
                .init(
                    .notNeeded, "nothing is installed: this system runs from the disk that it is installed on",
                    hint: "start this machine from a medium or over the network"))
            return .goesOn(nil)
        }
        // Somebody has chosen it at the boot menu, and goes on at the console.
        if wish.action == .install, wish.settings.targets.isEmpty {
            note(
                .init(
                    .notNeeded, "nothing is installed: no disk is named",
                    hint: "log in and run nodectl install --list, or add storage_init= to the kernel command line"))
            return .goesOn(nil)
        }
        guard state.failure == nil else {
            note(
                .init(
                    .failed,
                    "the configuration has mistakes, and nothing is written to a disk before they are corrected"))
            return .goesOn(nil)
        }
        do {
            switch try carryOut(wish) {
            case .notNeeded(let reason):
                note(.init(.notNeeded, "nothing is \(wish.action == .uninstall ? "removed" : "installed"): \(reason)"))
                return .goesOn(nil)
            case .done(let sentence): return try end(wish.settings, sentence)
            }
        } catch let failure as Failure {
            note(.init(.failed, failure.message, hint: failure.hint, details: failure.details))
            return .goesOn(failure)
        }
    }

    private mutating func carryOut(_ wish: InstallationWish) throws -> UnattendedInstallation.Outcome {
        let (configuration, sources) = try inputs.base(of: reading)
        note(.init(.running, "looking for the disk to install to"))
        let (state, root) = (state, root)
        let installation = UnattendedInstallation(wish, root: root) { text in
            var shown = state
            shown.installation = .init(.running, text)
            // For people only.
            try? shown.write(root: root)
        }
        var warnings: [String] = []
        let outcome = try installation.run(configuration, sources: sources) { warnings.append($0) }
        warnings.forEach(warn)
        self.state.notes += warnings
        return outcome
    }

    /// Says what was done, and restarts the machine unless it shall stay.
    private mutating func end(_ settings: InstallationSettings, _ sentence: String) throws -> Continuation {
        let delay = settings.delay ?? Self.defaultDelay
        let (words, verb): (String, String)
        switch settings.completion ?? .reboot {
        case .stay:
            note(.init(.done, "\(sentence); it starts when this machine is restarted without the medium"))
            return .goesOn(nil)
        case .reboot: (words, verb) = ("RESTART", "reboot")
        case .powerOff: (words, verb) = ("POWER OFF", "poweroff")
        }
        let medium = inputs.words.contains("nodewright.root") ? "" : "REMOVE THE MEDIUM, "
        // First what is to be done: a console has few columns.
        note(.init(.done, "\(medium)\(words) IN \(delay) S: \(sentence)"))
        sleep(UInt32(delay))
        try Command("systemctl", ["--no-block", verb]).run().check()
        return .ends
    }

    private mutating func note(_ installation: ConfigurationState.Installation) {
        state.installation = installation
        if installation.phase != .running { ConsoleMessage.say(installation.line, root: root) }
        do { try state.write(root: root) } catch { warn("\(error)") }
    }
}
