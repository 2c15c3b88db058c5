import Bus
import Host

/// Reads the states of the services again and again over one connection, which it makes anew when it breaks.
public final class ServiceReader {
    private let address: String
    private let timeout: Double
    private var bus: BusConnection?

    /// A reader that connects when it is first asked.
    ///
    /// - Parameters:
    ///   - address: a D-Bus address
    ///   - timeout: seconds that connecting and each question may take
    public init(address: String = BusConnection.systemAddress, timeout: Double = 2) {
        self.address = address
        self.timeout = timeout
    }

    /// The states now; all `unknown`, with the reason, when the bus or process 1 does not answer.
    public func read() -> Services {
        do {
            let bus = try self.bus ?? BusConnection(address: address, timeout: timeout)
            self.bus = bus
            let manager = ServiceManager(bus)
            return Services(
                units: try manager.units(named: Services.watched.flatMap(\.units) + [Services.healthy]),
                failed: try manager.failedUnits())
        } catch {
            bus = nil
            return .unknown((error as? Failure)?.message ?? "\(error)")
        }
    }
}
