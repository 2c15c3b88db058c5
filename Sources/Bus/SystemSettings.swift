/// Host name, time zone and keyboard of the running system: systemd's hostnamed, timedated and localed.
public struct SystemSettings {
    private let bus: BusConnection

    /// The services at the other end of a connection; each is started by the bus when it is asked.
    public init(_ bus: BusConnection) { self.bus = bus }

    private static func service(_ name: String) -> BusTarget {
        BusTarget(
            destination: "org.freedesktop.\(name)", path: "/org/freedesktop/\(name)",
            interface: "org.freedesktop.\(name)")
    }

    /// The host name that is set for good; empty when there is none.
    public func hostname() throws -> String { try property("StaticHostname", of: "hostname1") }

    /// Sets the host name for good, and at once.
    public func setHostname(_ name: String) throws {
        _ = try bus.call("SetStaticHostname", of: Self.service("hostname1"), [.text(name), .boolean(false)])
        _ = try bus.call("SetHostname", of: Self.service("hostname1"), [.text(name), .boolean(false)])
    }

    /// The time zone, such as `Europe/Berlin`.
    public func timeZone() throws -> String { try property("Timezone", of: "timedate1") }

    /// Sets the time zone.
    public func setTimeZone(_ name: String) throws {
        _ = try bus.call("SetTimezone", of: Self.service("timedate1"), [.text(name), .boolean(false)])
    }

    /// The keymap of the console; empty for the kernel's own.
    public func keyboard() throws -> String { try property("VConsoleKeymap", of: "locale1") }

    /// Sets the keymap of the console.
    public func setKeyboard(_ keymap: String) throws {
        // Nothing on a node has an X keyboard that it could be converted to.
        _ = try bus.call(
            "SetVConsoleKeyboard", of: Self.service("locale1"),
            [.text(keymap), .text(""), .boolean(false), .boolean(false)])
    }

    /// Locale variables of the system: `LANG=de_DE.UTF-8`.
    public func locale() throws -> [String] {
        try value("Locale", of: "locale1")?.texts ?? []
    }

    /// Sets the language.
    public func setLanguage(_ language: String) throws {
        _ = try bus.call("SetLocale", of: Self.service("locale1"), [.texts(["LANG=\(language)"]), .boolean(false)])
    }

    private func property(_ name: String, of service: String) throws -> String {
        try value(name, of: service)?.text ?? ""
    }

    private func value(_ name: String, of service: String) throws -> BusValue? {
        let target = Self.service(service)
        let properties = BusTarget(
            destination: target.destination, path: target.path, interface: "org.freedesktop.DBus.Properties")
        return try bus.call("Get", of: properties, [.text(target.interface), .text(name)]).value()
    }
}
