import CSystemd
import Glibc
import Host

/// A connection to a D-Bus message bus on which every wait has an end.
///
/// sd-bus alone waits 90 s for a bus that accepts a connection and then says nothing, longer than any screen may stand still.
public final class BusConnection {
    /// Where the system bus listens.
    public static var systemAddress: String {
        Environment.variable("DBUS_SYSTEM_BUS_ADDRESS") ?? "unix:path=/run/dbus/system_bus_socket"
    }

    /// What the bus itself answers when nobody has the name that a call goes to.
    private static let absences: Set = [
        "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
    ]

    private let handle: OpaquePointer

    /// Connects and waits until the bus has greeted.
    ///
    /// - Parameters:
    ///   - address: a D-Bus address
    ///   - timeout: seconds that connecting, and later every call, may take
    /// - Throws: `Failure` of class `device` when nobody answers there
    public init(address: String = BusConnection.systemAddress, timeout: Double = 2) throws {
        var new: OpaquePointer?
        try Self.check(sd_bus_new(&new), "make a bus connection")
        guard let new else { throw Failure(.internalError, "cannot make a bus connection") }
        handle = new
        let deadline = monotonicSeconds() + timeout
        let activity = "connect to the bus at \"\(address)\""
        try Self.check(sd_bus_set_address(handle, address), activity)
        try Self.check(sd_bus_set_bus_client(handle, 1), activity)
        try Self.check(sd_bus_set_method_call_timeout(handle, UInt64(timeout * 1e6)), activity)
        try Self.check(sd_bus_start(handle), activity)
        while try Self.check(sd_bus_is_ready(handle), activity) == 0 {
            if try Self.check(sd_bus_process(handle, nil), activity) > 0 { continue }
            let left = deadline - monotonicSeconds()
            guard left > 0 else { throw systemFailure(ETIMEDOUT, activity) }
            let waited = sd_bus_wait(handle, UInt64(left * 1e6))
            if waited != -EINTR { try Self.check(waited, activity) }
        }
    }

    deinit { sd_bus_close_unref(handle) }

    /// Calls a method and waits for its reply.
    ///
    /// - Throws: `Failure` with the error that the peer sent, or when it does not answer in time
    func call(_ member: String, of target: BusTarget, _ arguments: [BusArgument] = []) throws -> BusMessage {
        let activity = "call \(target.interface).\(member)"
        var new: OpaquePointer?
        try Self.check(
            sd_bus_message_new_method_call(
                handle, &new, target.destination, target.path, target.interface, member), activity)
        guard let new else { throw Failure(.internalError, "cannot \(activity)") }
        let message = BusMessage(adopting: new)
        for argument in arguments { try message.append(argument) }
        var error = sd_bus_error()
        defer { sd_bus_error_free(&error) }
        var reply: OpaquePointer?
        let result = sd_bus_call(handle, message.handle, 0, &error, &reply)
        if result < 0, let name = error.name, Self.absences.contains(String(cString: name)) {
            throw Failure(.device, "cannot \(activity): the service is not running")
        }
        if result < 0, let text = error.message {
            throw Failure(.device, "cannot \(activity): \(String(cString: text))")
        }
        try Self.check(result, activity)
        guard let reply else { throw Failure(.internalError, "cannot \(activity)") }
        return BusMessage(adopting: reply)
    }

    /// Wants to hear signals (D-Bus specification, "Match Rules").
    func listen(_ match: String) throws {
        // What they say does not matter here: `drain` tells that there were some.
        let ignore: sd_bus_message_handler_t = { _, _, _ in 0 }
        try Self.check(sd_bus_add_match(handle, nil, match, ignore, nil), "listen on the bus")
    }

    /// What to wait for with poll(2).
    var descriptor: Int32 { sd_bus_get_fd(handle) }

    /// Takes every message that has come.
    ///
    /// - Returns: whether there was one
    func drain() throws -> Bool {
        var isFirst = true
        while try Self.check(sd_bus_process(handle, nil), "read from the bus") > 0 { isFirst = false }
        return !isFirst
    }

    /// Who has a name now, as the bus numbers its peers (`:1.7`); nil when nobody does.
    ///
    /// A service that was started again has another number.
    public func owner(of name: String) -> String? {
        try? call("GetNameOwner", of: .bus, [.text(name)]).text()
    }

    /// sd-bus answers with a negative errno.
    @discardableResult
    static func check(_ result: Int32, _ activity: String) throws -> Int32 {
        if result < 0 { throw Failure(.device, "cannot \(activity): \(String(cString: strerror(-result)))") }
        return result
    }
}

/// The object of a peer that a call goes to.
struct BusTarget {
    let destination: String
    let path: String
    let interface: String

    /// The bus itself.
    static let bus = BusTarget(
        destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus")
}
