/// Process 1, asked over the bus about its units (org.freedesktop.systemd1).
public struct ServiceManager {
    /// What a unit is doing, in systemd's own words.
    public struct Unit: Hashable, Sendable {
        /// `sshd.service`
        public let name: String
        /// `loaded`, `not-found`, `masked`, `error` …
        public let load: String
        /// `active`, `inactive`, `failed`, `activating` …
        public let active: String
        /// `running`, `listening`, `dead`, `auto-restart` …
        public let sub: String

        /// The state of a unit.
        public init(name: String, load: String, active: String, sub: String) {
            self.name = name
            self.load = load
            self.active = active
            self.sub = sub
        }
    }

    private static let target = BusTarget(
        destination: "org.freedesktop.systemd1", path: "/org/freedesktop/systemd1",
        interface: "org.freedesktop.systemd1.Manager")

    private let bus: BusConnection

    /// The manager at the other end of a connection.
    public init(_ bus: BusConnection) { self.bus = bus }

    /// The states of these units, also of those that do not exist (`not-found`), in any order.
    public func units(named names: [String]) throws -> [Unit] {
        try Self.read(bus.call("ListUnitsByNames", of: Self.target, [.texts(names)]))
    }

    /// The units that `systemctl --failed` shows.
    public func failedUnits() throws -> [Unit] {
        try Self.read(bus.call("ListUnitsFiltered", of: Self.target, [.texts(["failed"])]))
    }

    /// Wants to be told of changes: process 1 says nothing of them until somebody does.
    func subscribe() throws { _ = try bus.call("Subscribe", of: Self.target) }

    // name, description, load, active, sub, followed unit, path, job, job type, job path
    private static func read(_ reply: consuming BusMessage) throws -> [Unit] {
        try reply.list(of: "ssssssouso") { message in
            let name = try message.text()
            _ = try message.text()
            let unit = Unit(name: name, load: try message.text(), active: try message.text(), sub: try message.text())
            _ = try message.text()
            _ = try message.text("o")
            _ = try message.number()
            _ = try message.text()
            _ = try message.text("o")
            return unit
        }
    }
}
