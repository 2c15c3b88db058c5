import CSystemd
import Glibc
import Host

/// What process 1 says by itself when a unit has changed (org.freedesktop.systemd1, `PropertiesChanged`).
public final class UnitSignals {
    private static let match = """
        type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.DBus.Properties',\
        member='PropertiesChanged',arg0='org.freedesktop.systemd1.Unit'
        """

    private let bus: BusConnection

    /// Connects and subscribes.
    ///
    /// - Parameters:
    ///   - address: a D-Bus address
    ///   - timeout: seconds that connecting may take
    /// - Throws: `Failure` of class `device` when the bus or process 1 does not answer
    public init(address: String = BusConnection.systemAddress, timeout: Double = 2) throws {
        bus = try BusConnection(address: address, timeout: timeout)
        try bus.listen(Self.match)
        try ServiceManager(bus).subscribe()
    }

    /// What to wait for with poll(2); readable when something was said.
    public var descriptor: Int32 { bus.descriptor }

    /// Takes everything that was said.
    ///
    /// - Returns: whether there was something
    /// - Throws: when the bus is gone
    public func drain() throws -> Bool { try bus.drain() }
}
