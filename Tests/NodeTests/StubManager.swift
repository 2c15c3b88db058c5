import CSystemd
import Glibc
import Host
import Synchronization

/// A message bus of our own, with something on it that answers as process 1 does: sd-bus and dbus-daemon are the real ones.
final class StubManager: Sendable {
    /// What is said about a unit: name, load state, active state, sub state.
    typealias Unit = (name: String, load: String, active: String, sub: String)

    let address: String
    private let daemon: pid_t
    private let stopped = Mutex(false)
    private let thread = Mutex<Thread?>(nil)
    private let isChanged = Mutex(false)
    fileprivate let units: @Sendable (String) -> [Unit]?

    /// Starts the bus.
    ///
    /// - Parameter units: the answer to a method's name; nil to refuse
    init(folder: String, units: @escaping @Sendable (String) -> [Unit]?) throws {
        address = "unix:path=\(folder)/bus"
        self.units = units
        let printed = try Command(
            "dbus-daemon", ["--session", "--fork", "--print-pid", "--address", address]
        ).run().check().text
        daemon = pid_t(printed.filter { $0.isNumber }) ?? 0
        let ready = Mutex(false)
        let started = try Thread { [self] in serve { ready.withLock { $0 = true } } }
        thread.withLock { $0 = started }
        let end = monotonicSeconds() + 10
        while !ready.withLock({ $0 }), monotonicSeconds() < end { usleep(10_000) }
    }

    /// Ends both.
    func stop() {
        stopped.withLock { $0 = true }
        thread.withLock { $0?.join() }
        if daemon > 1 { kill(daemon, SIGTERM) }
    }

    /// Tells whoever listens that a unit has changed.
    func change() { isChanged.withLock { $0 = true } }

    private func serve(_ ready: () -> Void) {
        var new: OpaquePointer?
        guard sd_bus_new(&new) >= 0, let bus = new else { return }
        defer { sd_bus_close_unref(bus) }
        sd_bus_set_address(bus, address)
        sd_bus_set_bus_client(bus, 1)
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard sd_bus_start(bus) >= 0, sd_bus_request_name(bus, "org.freedesktop.systemd1", 0) >= 0,
            sd_bus_add_object(bus, nil, "/org/freedesktop/systemd1", answer, context) >= 0
        else { return }
        ready()
        while !stopped.withLock({ $0 }) {
            let isChanged = isChanged.withLock { value in
                defer { value = false }
                return value
            }
            if isChanged { Self.tell(bus) }
            if sd_bus_process(bus, nil) == 0 { sd_bus_wait(bus, 20_000) }
        }
    }
}

extension StubManager {
    /// What process 1 sends.
    private static func tell(_ bus: OpaquePointer) {
        var new: OpaquePointer?
        let path = "/org/freedesktop/systemd1/unit/sshd_2eservice"
        guard sd_bus_message_new_signal(bus, &new, path, "org.freedesktop.DBus.Properties", "PropertiesChanged") >= 0
        else { return }
        defer { sd_bus_message_unref(new) }
        "org.freedesktop.systemd1.Unit".withCString {
            _ = sd_bus_message_append_basic(new, CChar(UInt8(ascii: "s")), $0)
        }
        sd_bus_message_open_container(new, CChar(UInt8(ascii: "a")), "{sv}")
        sd_bus_message_close_container(new)
        sd_bus_message_open_container(new, CChar(UInt8(ascii: "a")), "s")
        sd_bus_message_close_container(new)
        sd_bus_send(bus, new, nil)
    }
}

/// Handles one method call on the object.
private func answer(
    _ call: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<sd_bus_error>?
) -> Int32 {
    guard let context, let member = sd_bus_message_get_member(call) else { return 0 }
    let stub = Unmanaged<StubManager>.fromOpaque(context).takeUnretainedValue()
    guard let units = stub.units(String(cString: member)) else {
        return sd_bus_error_set_const(error, "org.freedesktop.DBus.Error.AccessDenied", "Access denied by the test")
    }
    var reply: OpaquePointer?
    guard sd_bus_message_new_method_return(call, &reply) >= 0 else { return -EIO }
    defer { sd_bus_message_unref(reply) }
    func append(_ type: Character, _ text: String) {
        sd_bus_message_append_basic(reply, CChar(bitPattern: type.asciiValue ?? 0), text)
    }
    sd_bus_message_open_container(reply, CChar(UInt8(ascii: "a")), "(ssssssouso)")
    for unit in units {
        sd_bus_message_open_container(reply, CChar(UInt8(ascii: "r")), "ssssssouso")
        for text in [unit.name, "Description", unit.load, unit.active, unit.sub, ""] { append("s", text) }
        append("o", "/org/freedesktop/systemd1/unit/x")
        var job: UInt32 = 0
        sd_bus_message_append_basic(reply, CChar(UInt8(ascii: "u")), &job)
        append("s", "")
        append("o", "/")
        sd_bus_message_close_container(reply)
    }
    sd_bus_message_close_container(reply)
    return sd_bus_send(nil, reply, nil) < 0 ? -EIO : 1
}
