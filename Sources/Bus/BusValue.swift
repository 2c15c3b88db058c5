import CSystemd
import Host

/// What a reply holds, whatever its types are.
indirect enum BusValue: Hashable {
    /// A text, a path or a signature.
    case text(String)
    /// A number of any width; one that does not fit is the largest that does.
    case number(Int)
    case boolean(Bool)
    case double(Double)
    /// The elements of an array or the fields of a structure.
    case list([BusValue])
    /// Entries with a text or a path as the key.
    case dictionary([String: BusValue])

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Int? { if case .number(let number) = self { number } else { nil } }
    var boolean: Bool? { if case .boolean(let boolean) = self { boolean } else { nil } }
    var list: [BusValue] { if case .list(let list) = self { list } else { [] } }
    var texts: [String] { list.compactMap(\.text) }

    /// The entries of a dictionary; an empty one also for what is none.
    var entries: [String: BusValue] { if case .dictionary(let entries) = self { entries } else { [:] } }

    subscript(key: String) -> BusValue? { entries[key] }
}

extension BusMessage {
    private static var reading: String { "read a bus message" }

    /// The next value with all that is in it; nil at the end of the message or of the container that is being read.
    ///
    /// sd-bus has checked the message when it came: no nesting beyond D-Bus's own limit of 64.
    func value() throws -> BusValue? {
        var code: CChar = 0
        var contents: UnsafePointer<CChar>?
        guard try BusConnection.check(sd_bus_message_peek_type(handle, &code, &contents), Self.reading) > 0 else {
            return nil
        }
        let type = Character(UnicodeScalar(UInt8(bitPattern: code)))
        switch type {
        case "s", "o", "g": return .text(try text(type))
        case "v":
            return try inside(code, contents) { try value() ?? .list([]) }
        case "a" where contents?.pointee == CChar(UInt8(ascii: "{")):
            return try inside(code, contents) { .dictionary(try entries()) }
        case "a", "r":
            return try inside(code, contents) {
                var values: [BusValue] = []
                while let value = try value() { values.append(value) }
                return .list(values)
            }
        default: return try basic(code)
        }
    }

    private func entries() throws -> [String: BusValue] {
        var entries: [String: BusValue] = [:]
        var code: CChar = 0
        var contents: UnsafePointer<CChar>?
        while try BusConnection.check(sd_bus_message_peek_type(handle, &code, &contents), Self.reading) > 0 {
            let entry = try inside(code, contents) { (try value(), try value()) }
            // NetworkManager's keys are all texts or paths.
            if let key = entry.0?.text { entries[key] = entry.1 }
        }
        return entries
    }

    private func inside<Value>(_ code: CChar, _ contents: UnsafePointer<CChar>?, _ body: () throws -> Value) throws
        -> Value
    {
        try BusConnection.check(sd_bus_message_enter_container(handle, code, contents), Self.reading)
        let value = try body()
        try BusConnection.check(sd_bus_message_exit_container(handle), Self.reading)
        return value
    }

    private func basic(_ code: CChar) throws -> BusValue {
        var room: UInt64 = 0
        try BusConnection.check(sd_bus_message_read_basic(handle, code, &room), Self.reading)
        // The value stands in the first bytes of the room, as its C type.
        return withUnsafeBytes(of: &room) { bytes in
            switch Character(UnicodeScalar(UInt8(bitPattern: code))) {
            case "b": .boolean(bytes.load(as: Int32.self) != 0)
            case "y": .number(Int(bytes.load(as: UInt8.self)))
            case "n": .number(Int(bytes.load(as: Int16.self)))
            case "q": .number(Int(bytes.load(as: UInt16.self)))
            case "i", "h": .number(Int(bytes.load(as: Int32.self)))
            case "u": .number(Int(bytes.load(as: UInt32.self)))
            case "x": .number(Int(bytes.load(as: Int64.self)))
            case "t": .number(Int(clamping: bytes.load(as: UInt64.self)))
            default: .double(bytes.load(as: Double.self))
            }
        }
    }
}
