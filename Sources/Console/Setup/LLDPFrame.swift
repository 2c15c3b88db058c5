import NodeConfig

/// What a neighbour says of itself in one Ethernet frame (LLDP, IEEE Std 802.1AB-2016).
///
/// Whoever is on the cable can send anything: nothing that does not keep to the standard is taken, and texts are fit
/// for a terminal.
struct LLDPFrame: Equatable {
    /// The device, as its chassis ID tells it: a hardware address, a network address or a text.
    let chassis: String
    /// The port of the device that the frame came from, as its port ID tells it.
    let port: String
    /// The port in words, when the device says so.
    let portDescription: String?
    /// The device's name, when it says so.
    let systemName: String?
    /// Seconds for which this holds; 0 when the neighbour says goodbye (8.5.4).
    let timeToLive: Int

    private let naming: Naming

    /// How well the port ID tells people which port it is.
    private enum Naming { case name, number, address }

    /// `switch1 port Gi1/0/3`.
    var description: String {
        let port =
            switch (naming, portDescription) {
            // A port's address stands on no front panel.
            case (.address, let description?): description
            // Some devices number their ports within (512) and have the name in the description, some the other way
            // round.
            case (.number, let description?) where description != self.port: "\(self.port) (\(description))"
            default: self.port
            }
        return "\(systemName ?? chassis) port \(port)"
    }

    /// Whether both came from the same port of the same device.
    func isSamePort(as other: LLDPFrame) -> Bool { chassis == other.chassis && port == other.port }

    // TLV types (table 8-1).
    private static let end: UInt8 = 0
    private static let chassisID: UInt8 = 1
    private static let portID: UInt8 = 2
    private static let timeToLive: UInt8 = 3
    private static let portDescription: UInt8 = 4
    private static let systemName: UInt8 = 5
    /// "Nearest bridge", the only group address that no bridge passes on: what comes to others may be from farther away
    /// (7.1).
    private static let group: [UInt8] = [0x01, 0x80, 0xC2, 0x00, 0x00, 0x0E]
    /// Characters of a text that is shown; the standard allows 255 bytes.
    private static let textLimit = 64
    /// Bytes of an identifier that is shown in hexadecimal: an InfiniBand address.
    private static let hexLimit = 20

    /// What a frame says, from its destination address on and without its checksum; nil when it is not LLDP, or
    /// malformed.
    init?(_ frame: [UInt8]) {
        guard frame.starts(with: Self.group), frame.count > 14, frame[12] == 0x88, frame[13] == 0xCC,
            let fields = Self.fields(frame.dropFirst(14)), fields.count >= 3
        else { return nil }
        // These three come first, in this order, and once (8.2).
        guard fields[0].type == Self.chassisID, fields[1].type == Self.portID, fields[2].type == Self.timeToLive,
            !fields.dropFirst(3).contains(where: { (Self.chassisID...Self.timeToLive).contains($0.type) })
        else { return nil }
        let (device, port, seconds) = (fields[0].value, fields[1].value, Array(fields[2].value))
        // A subtype and 1 to 255 bytes (8.5.2, 8.5.3); longer ones of time to live may come with another version
        // (9.2.7.7.1).
        guard (2...256).contains(device.count), (2...256).contains(port.count), seconds.count >= 2 else { return nil }
        let (kind, value) = (port[port.startIndex], port.dropFirst())
        timeToLive = Int(seconds[0]) << 8 | Int(seconds[1])
        // Tables 8-2 and 8-3: the same kinds with other numbers.
        switch device[device.startIndex] {
        case 4: chassis = Self.hex(device.dropFirst())
        case 5: chassis = Self.networkAddress(device.dropFirst())
        default: chassis = Self.text(device.dropFirst()) ?? Self.hex(device.dropFirst())
        }
        switch kind {
        case 3: (self.port, naming) = (Self.hex(value), .address)
        case 4: (self.port, naming) = (Self.networkAddress(value), .address)
        default: (self.port, naming) = (Self.text(value) ?? Self.hex(value), kind == 7 ? .number : .name)
        }
        let descriptions = fields.filter { $0.type == Self.portDescription }.map(\.value)
        let names = fields.filter { $0.type == Self.systemName }.map(\.value)
        // At most one of each, of at most 255 bytes (8.5.5, 8.5.6).
        guard descriptions.count <= 1, names.count <= 1, (descriptions + names).allSatisfy({ $0.count <= 255 }) else {
            return nil
        }
        portDescription = descriptions.first.flatMap(Self.text)
        systemName = names.first.flatMap(Self.text)
    }

    /// The TLVs of an LLDPDU: 7 bits of type, 9 of length, and the value (8.4); nil when one is longer than what is
    /// left.
    private static func fields(_ bytes: ArraySlice<UInt8>) -> [(type: UInt8, value: ArraySlice<UInt8>)]? {
        var fields: [(type: UInt8, value: ArraySlice<UInt8>)] = []
        var rest = bytes
        while !rest.isEmpty {
            let head = Array(rest.prefix(2))
            rest = rest.dropFirst(2)
            guard head.count == 2 else { return nil }
            let length = Int(head[0] & 1) << 8 | Int(head[1])
            guard length <= rest.count else { return nil }
            // What follows the end fills the frame up to Ethernet's shortest. A full frame may have no end.
            if head[0] >> 1 == end { return length == 0 ? fields : nil }
            fields.append((head[0] >> 1, rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return fields
    }

    /// A text without what a terminal would obey instead of showing it, or what would show it in another order; nil
    /// when nothing is left. Bytes that are not UTF-8 become U+FFFD.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars where text.count < textLimit {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: continue
            // Accents on accents grow into the lines above.
            case .nonspacingMark, .enclosingMark, .spacingMark: continue
            // One blank between words, none in front.
            case .spaceSeparator: if let last = text.last, last != " " { text.append(" ") }
            default: text.append(scalar)
            }
        }
        if text.last == " " { text.removeLast() }
        return text.isEmpty ? nil : String(text)
    }

    /// `52:54:00:aa:bb:cc`.
    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.prefix(hexLimit).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }

    /// The number of an address family (IANA) and an address of it.
    private static func networkAddress(_ bytes: ArraySlice<UInt8>) -> String {
        let address = IPAddress(bytes: Array(bytes.dropFirst()))
        let number: UInt8? = address.map { $0.family == .v4 ? 1 : 2 }
        return number == bytes.first ? address?.description ?? hex(bytes) : hex(bytes)
    }
}
