import Host
import Testing

/// What ends a trial when nodectl cannot.
@Suite struct TrialUnitTests {
    private static let units = Path.normalized(Path.join(Path.parent(#filePath), "../../packaging/units/systemd"))

    private func settings(_ file: String) throws -> Set<Substring> {
        Set(try File.readText(Path.join(Self.units, file)).split(separator: "\n").filter { !$0.hasPrefix("#") })
    }

    /// In emergency mode nothing else is left, and nodectl may be what is broken.
    @Test func systemdEndsATrialByItself() throws {
        let limit = try settings("system/nodewright-trial.timer")
        #expect(limit.isSuperset(of: ["DefaultDependencies=no", "OnBootSec=15min", "WantedBy=sysinit.target"]))
        let emergency = try settings("system/nodewright-emergency.timer")
        #expect(
            emergency.isSuperset(of: [
                "DefaultDependencies=no", "Unit=nodewright-trial.service", "WantedBy=emergency.target",
            ]))
        let end = try settings("system/nodewright-trial.service")
        #expect(
            end.isSuperset(of: [
                "DefaultDependencies=no", "FailureAction=reboot", "ConditionPathExists=!/run/nodewright/trial-over",
                "TimeoutStartSec=3min",
            ]))
        for unit in [limit, emergency, end] {
            #expect(unit.contains("ConditionKernelCommandLine=nodewright.trial"))
        }
    }

    /// Only as long as the trial: an oops of a good slot must not end all guests.
    @Test func theWatchdogEndsWithTheTrial() throws {
        let unit = try settings("system/nodewright-watchdog.service")
        #expect(
            unit.isSuperset(of: [
                "ConditionKernelCommandLine=nodewright.trial", "Conflicts=boot-complete.target shutdown.target",
                "WantedBy=sysinit.target", "ExecStop=/bin/sh -c 'echo 0 >/proc/sys/kernel/panic_on_oops'",
            ]))
        // Each driver that it tries is one that the image keeps.
        let recipe = try File.readText(Path.join(Self.units, "../../../recipes/modules.yaml"))
        let start = try #require(unit.first { $0.hasPrefix("ExecStart=") })
        let drivers = start.split(separator: " ").drop { $0 != "in" }.dropFirst().prefix { !$0.hasSuffix(";") }
        #expect(drivers.count == 5)
        for driver in drivers + ["softdog"] { #expect(recipe.contains("          - \(driver)\n"), "\(driver)") }
    }

    @Test func theyAreEnabled() throws {
        let preset = try settings("system-preset/80-nodewright.preset")
        let spec = try File.readText(Path.join(Self.units, "../../nodectl.spec"))
        for unit in [
            "nodewright-health.service", "nodewright-trial.timer", "nodewright-emergency.timer",
            "nodewright-watchdog.service",
        ] {
            #expect(preset.contains("enable \(unit)") && spec.contains(unit))
        }
    }
}
