import CSystemd
import Host

/// A message that is being written or read, field by field.
struct BusMessage: ~Copyable {
    let handle: OpaquePointer

    init(adopting handle: OpaquePointer) { self.handle = handle }

    deinit { sd_bus_message_unref(handle) }

    /// Appends an argument of a call.
    func append(_ argument: BusArgument) throws {
        switch argument {
        case .text(let text): try append("s", text)
        case .path(let path): try append("o", path)
        case .texts(let texts): try append(list: "s", texts)
        case .paths(let paths): try append(list: "o", paths)
        // sd-bus takes a boolean as an int.
        case .boolean(let value): try append("b", number: value ? 1 : 0)
        case .number(let value): try append("u", number: value)
        }
    }

    private func append(_ type: Character, _ text: String) throws {
        try BusConnection.check(
            text.withCString { sd_bus_message_append_basic(handle, Self.code(type), $0) }, Self.writing)
    }

    private func append(_ type: Character, number: UInt32) throws {
        var number = number
        try BusConnection.check(sd_bus_message_append_basic(handle, Self.code(type), &number), Self.writing)
    }

    private func append(list type: Character, _ texts: [String]) throws {
        try BusConnection.check(sd_bus_message_open_container(handle, Self.code("a"), String(type)), Self.writing)
        for text in texts { try append(type, text) }
        try BusConnection.check(sd_bus_message_close_container(handle), Self.writing)
    }

    private static let writing = "write a bus message"

    private static func code(_ type: Character) -> CChar { CChar(bitPattern: type.asciiValue ?? 0) }

    /// The next text; `type` is `s` or, for an object path, `o`.
    func text(_ type: Character = "s") throws -> String {
        var pointer: UnsafePointer<CChar>?
        let code = CChar(bitPattern: type.asciiValue ?? 0)
        let result = try BusConnection.check(sd_bus_message_read_basic(handle, code, &pointer), "read a bus message")
        guard result > 0, let pointer else { throw Failure(.device, "a bus message ends too early") }
        return String(cString: pointer)
    }

    /// The next 32-bit number.
    func number() throws -> UInt32 {
        var number: UInt32 = 0
        let type = CChar(UInt8(ascii: "u"))
        let result = try BusConnection.check(sd_bus_message_read_basic(handle, type, &number), "read a bus message")
        guard result > 0 else { throw Failure(.device, "a bus message ends too early") }
        return number
    }

    /// Reads a list of structures, each with `body`.
    ///
    /// - Parameter structure: the types of the structure's fields
    func list<Value>(of structure: String, _ body: (borrowing BusMessage) throws -> Value) throws -> [Value] {
        let activity = "read a bus message"
        let struct_ = CChar(UInt8(ascii: "r"))
        try BusConnection.check(
            sd_bus_message_enter_container(handle, CChar(UInt8(ascii: "a")), "(\(structure))"), activity)
        var values: [Value] = []
        while try BusConnection.check(sd_bus_message_enter_container(handle, struct_, structure), activity) > 0 {
            values.append(try body(self))
            try BusConnection.check(sd_bus_message_exit_container(handle), activity)
        }
        try BusConnection.check(sd_bus_message_exit_container(handle), activity)
        return values
    }
}
