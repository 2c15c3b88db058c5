import Bus
import Host
import NodeConfig

/// Host name, time zone, keyboard and language: through systemd's services on a running node, through files before one starts.
struct MachineSettings: NodeSettings {
    private let configuration: NodeConfiguration

    init(_ configuration: NodeConfiguration) { self.configuration = configuration }

    /// Writes what is given; what is not stays as the image has it.
    func render(root: String, warn: (String) -> Void) throws {
        let image = ImageFiles(root: root)
        if let name = configuration.hostname { try write("etc/hostname", name.text, image) }
        if let zone = configuration.time.zone {
            if File.kind(Path.join(root, "usr/share/zoneinfo/\(zone)")) == nil {
                warn("the image has no time zone \"\(PlainText.printable(zone, limit: 80))\"; ignored")
            } else {
                try link("etc/localtime", to: "../usr/share/zoneinfo/\(zone)", image)
            }
        }
        if let language = configuration.locale.language { try write("etc/locale.conf", "LANG=\(language)", image) }
        if let keyboard = configuration.locale.keyboard { try write("etc/vconsole.conf", "KEYMAP=\(keyboard)", image) }
    }

    func differences(warn: (String) -> Void) throws -> [SettingDifference] {
        try parts(SystemSettings(BusConnection(timeout: 20))).compactMap { part in
            guard let wanted = part.wanted else { return nil }
            let old = try during("asking for the \(part.name)", part.current)
            return old == wanted ? nil : SettingDifference(part.name, from: old, to: wanted)
        }
    }

    func apply(warn: (String) -> Void) throws {
        let image = ImageFiles(root: "/")
        for part in parts(SystemSettings(try BusConnection(timeout: 20))) {
            guard let wanted = part.wanted else { continue }
            if part.isGiven { try image.keep(part.file) }
            let old = try during("asking for the \(part.name)", part.current)
            if old != wanted { try during("setting the \(part.name)") { try part.set(wanted) } }
            if !part.isGiven { try image.forget(part.file) }
        }
    }

    /// One setting of the running node.
    private struct Part {
        let name: String
        let file: String
        let isGiven: Bool
        /// nil when neither the document says something nor an earlier one did.
        let wanted: String?
        let current: () throws -> String
        let set: (String) throws -> Void
    }

    private func parts(_ system: SystemSettings) -> [Part] {
        let image = ImageFiles(root: "/")
        func part(
            _ name: String, _ file: String, _ given: String?, image own: @autoclosure () -> String,
            _ current: @escaping () throws -> String, _ set: @escaping (String) throws -> Void
        ) -> Part {
            let wanted = given ?? (image.isChanged(file) ? own() : nil)
            return Part(
                name: name, file: file, isGiven: given != nil, wanted: wanted, current: current, set: set)
        }
        return [
            part(
                "host name", "etc/hostname", configuration.hostname?.text,
                image: image.text("etc/hostname").map(Self.firstLine) ?? "", system.hostname, system.setHostname),
            part(
                "time zone", "etc/localtime", configuration.time.zone, image: Self.zone(image), system.timeZone,
                system.setTimeZone),
            part(
                "keyboard", "etc/vconsole.conf", configuration.locale.keyboard,
                image: Self.value("KEYMAP", in: image.text("etc/vconsole.conf")), system.keyboard
            ) { keymap in
                // Debian's localed lets nobody do it, because another program looks after keyboards there.
                do { try system.setKeyboard(keymap) } catch { try Self.setConsoleKeyboard(keymap) }
            },
            part(
                "language", "etc/locale.conf", configuration.locale.language,
                image: Self.value("LANG", in: image.text("etc/locale.conf")),
                { try system.locale().first { $0.hasPrefix("LANG=") }.map { String($0.dropFirst(5)) } ?? "" },
                system.setLanguage),
        ]
    }

    /// What localed does: the file, and the console at once.
    private static func setConsoleKeyboard(_ keymap: String) throws {
        try SystemFile.update("/etc/vconsole.conf", to: "KEYMAP=\(keymap)\n")
        let unit = "systemd-vconsole-setup.service"
        // Debian has none: what reads the file there runs at the next start.
        guard File.exists("/usr/lib/systemd/system/" + unit) else { return }
        try Command("systemctl", ["restart", unit]).run().check(.device)
    }

    private static func firstLine(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }

    private static func zone(_ image: ImageFiles) -> String {
        let parts = (image.link("etc/localtime") ?? "").split(separator: "/").map(String.init)
        guard let folder = parts.lastIndex(of: "zoneinfo") else { return "UTC" }
        return parts[(folder + 1)...].joined(separator: "/")
    }

    private static func value(_ name: String, in text: String?) -> String {
        let line = (text ?? "").split(separator: "\n").last { $0.hasPrefix(name + "=") }
        return (line?.dropFirst(name.utf8.count + 1) ?? "").filter { $0 != "\"" && $0 != "'" }
    }

    private func write(_ file: String, _ line: String, _ image: ImageFiles) throws {
        try image.keep(file)
        try SystemFile.update(Path.join(image.root, file), to: line + "\n")
    }

    private func link(_ file: String, to target: String, _ image: ImageFiles) throws {
        let path = Path.join(image.root, file)
        if File.kind(path) == .link, (try? File.linkTarget(path)) == target { return }
        try image.keep(file)
        try File.replaceLink(path, to: target)
    }
}
