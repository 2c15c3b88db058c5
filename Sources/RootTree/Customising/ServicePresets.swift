import Host
import Recipe
import Sandbox

/// Enables, disables and masks units as a recipe says: by a preset file, so that the image itself knows why.
struct ServicePresets {
    private static let file = "/usr/lib/systemd/system-preset/00-nodewright.preset"
    private static let folders = ["/etc/systemd/system", "/usr/lib/systemd/system", "/run/systemd/system"]

    let tree: Tree

    /// Writes the preset file and the links of masked units.
    ///
    /// - Throws: when a unit that is to be enabled does not exist
    func write(_ services: ResolvedRecipe.Services) throws {
        for unit in services.enable where try !exists(unit.value) {
            throw Failure(
                .invalidInput, "\(unit.position): the unit \"\(unit.value)\" does not exist in the root tree",
                hint: "install the package that has it, or correct the name")
        }
        let lines = services.enable.map { "enable \($0.value)" } + services.disable.map { "disable \($0.value)" }
        if !lines.isEmpty { try tree.write(Self.file, lines.joined(separator: "\n") + "\n") }
        for unit in services.mask { try tree.link("/etc/systemd/system/\(unit.value)", to: "/dev/null") }
    }

    /// Makes the links of all presets, with the tree's own systemctl.
    func apply(_ mounts: RootMounts, progress: @escaping ProgressSink) throws {
        guard try tree.resolve("/usr/bin/systemctl") != nil else { return }
        var command = mounts.command("/usr/bin/systemctl", ["preset-all"], environment: ["SYSTEMD_OFFLINE": "1"])
        command.progress = progress
        try command.run().check()
    }

    private func exists(_ unit: String) throws -> Bool {
        var names = [unit]
        // A unit of a template: sshd@4.service comes from sshd@.service.
        if let at = unit.firstIndex(of: "@"), let dot = unit.lastIndex(of: "."), at < dot {
            names.append(String(unit[...at] + unit[dot...]))
        }
        for folder in Self.folders {
            for name in names where try tree.resolve("\(folder)/\(name)") != nil { return true }
        }
        return false
    }
}
