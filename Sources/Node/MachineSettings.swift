import Bus
import Glibc
import Host
import NodeConfig

/// Host name, time zone, keyboard and language: through systemd's services on a running node, through files before one starts.
public struct MachineSettings {
    /// One setting that differs.
    public struct Difference: Hashable, Sendable {
        /// `host name`
        public let name: String
        /// What it is now.
        public let old: String
        /// What it is to be.
        public let new: String
    }

    private let configuration: NodeConfiguration

    /// The settings of a configuration.
    public init(_ configuration: NodeConfiguration) { self.configuration = configuration }

    /// What differs on the running node.
    ///
    /// - Throws: when a service that is needed does not answer
    public func differences() throws -> [Difference] {
        try pairs(SystemSettings(BusConnection(timeout: 20))).compactMap { name, wanted, current, _ in
            guard let wanted else { return nil }
            let old = try during("asking for the \(name)", current)
            return old == wanted ? nil : Difference(name: name, old: old, new: wanted)
        }
    }

    /// Sets what differs on the running node.
    ///
    /// - Returns: what was set
    @discardableResult
    public func apply() throws -> [Difference] {
        let differences = try differences()
        if differences.isEmpty { return [] }
        for (name, wanted, _, set) in pairs(SystemSettings(try BusConnection(timeout: 20))) {
            guard let wanted, differences.contains(where: { $0.name == name }) else { continue }
            try during("setting the \(name)") { try set(wanted) }
        }
        return differences
    }

    private typealias Pair = (
        name: String, wanted: String?, current: () throws -> String, set: (String) throws -> Void
    )

    private func pairs(_ system: SystemSettings) -> [Pair] {
        [
            ("host name", configuration.hostname?.text, system.hostname, system.setHostname),
            ("time zone", configuration.time.zone, system.timeZone, system.setTimeZone),
            ("keyboard", configuration.locale.keyboard, system.keyboard, system.setKeyboard),
            (
                "language", configuration.locale.language,
                { try system.locale().first { $0.hasPrefix("LANG=") }.map { String($0.dropFirst(5)) } ?? "" },
                system.setLanguage
            ),
        ]
    }

    /// Writes them into a root before process 1 of it runs; what is not given stays as the image has it.
    ///
    /// - Parameters:
    ///   - root: where the root is mounted
    ///   - warn: hears what the image does not know, and is left out
    /// - Throws: when the root cannot be written
    public func render(root: String, warn: (String) -> Void) throws {
        let etc = Path.join(root, "etc")
        if let name = configuration.hostname { try SystemFile.update(Path.join(etc, "hostname"), to: name.text + "\n") }
        if let zone = configuration.time.zone {
            if File.kind(Path.join(root, "usr/share/zoneinfo/\(zone)")) == nil {
                warn("the image has no time zone \"\(PlainText.printable(zone, limit: 80))\"; ignored")
            } else {
                try link(Path.join(etc, "localtime"), to: "../usr/share/zoneinfo/\(zone)")
            }
        }
        if let language = configuration.locale.language {
            try SystemFile.update(Path.join(etc, "locale.conf"), to: "LANG=\(language)\n")
        }
        if let keyboard = configuration.locale.keyboard {
            try SystemFile.update(Path.join(etc, "vconsole.conf"), to: "KEYMAP=\(keyboard)\n")
        }
    }

    private func link(_ path: String, to target: String) throws {
        if File.kind(path) == .link, let present = try? File.linkTarget(path), present == target { return }
        try Folder.create(Path.parent(path))
        let aside = path + ".new"
        try File.remove(aside)
        try check("make the link \"\(path)\"") { symlink(target, aside) }
        try File.rename(aside, to: path)
    }
}
