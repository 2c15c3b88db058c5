import Host
import NodeConfig

/// A question to a name server and its answer (RFC 1035, 4), as far as names and addresses go.
struct DNSMessage {
    /// What is asked for.
    enum Kind: UInt16 {
        case v4 = 1
        case pointer = 12
        case v6 = 28
    }

    /// What was asked for.
    enum Record: Hashable {
        case address(IPAddress)
        case name(String)
    }

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A question for one name; nil for a name that cannot be asked for.
    static func question(_ name: String, _ kind: Kind, id: UInt16) -> [UInt8]? {
        let labels = name.split(separator: ".")
        guard !labels.isEmpty, labels.allSatisfy({ (1...63).contains($0.utf8.count) }), name.utf8.count < 254 else {
            return nil
        }
        // Recursion is wanted; one question of class IN.
        let head: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xFF), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let text = labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        return head + text + [0, 0, UInt8(kind.rawValue), 0, 1]
    }

    /// The records of a kind in an answer; nil when it is no answer to the question with this id, or damaged.
    func records(_ kind: Kind, id: UInt16) -> [Record]? {
        guard word(0) == id, let flags = word(2), flags & 0x8000 != 0, let questions = word(4), let answers = word(6)
        else { return nil }
        // 3: there is no such name.
        guard [0, 3].contains(flags & 0xF) else { return nil }
        var position = 12
        for _ in 0..<questions {
            guard let next = name(at: position)?.next else { return nil }
            position = next + 4
        }
        var found: [Record] = []
        for _ in 0..<answers {
            guard let next = name(at: position)?.next, let type = word(next), let length = word(next + 8) else {
                return nil
            }
            let start = next + 10
            position = start + Int(length)
            guard position <= bytes.count else { return nil }
            guard type == kind.rawValue else { continue }
            switch kind {
            case .v4, .v6:
                guard let address = IPAddress(bytes: Array(bytes[start..<position])) else { return nil }
                found.append(.address(address))
            case .pointer:
                guard let name = name(at: start)?.text else { return nil }
                found.append(.name(name))
            }
        }
        return found
    }

    private func word(_ position: Int) -> UInt16? {
        position >= 0 && position + 1 < bytes.count
            ? UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1]) : nil
    }

    /// A name and where what follows it begins; names may end with a pointer to an earlier one, which may not go in circles.
    private func name(at start: Int) -> (text: String, next: Int)? {
        var labels: [String] = []
        var position = start
        var next: Int?
        for _ in 0..<128 {
            guard position < bytes.count else { return nil }
            let length = Int(bytes[position])
            switch length {
            case 0: return (labels.joined(separator: "."), next ?? position + 1)
            case 1...63:
                guard position + length < bytes.count else { return nil }
                labels.append(String(decoding: bytes[(position + 1)...(position + length)], as: UTF8.self))
                position += 1 + length
            case 0xC0...0xFF:
                guard let pointer = word(position) else { return nil }
                next = next ?? position + 2
                position = Int(pointer & 0x3FFF)
            default: return nil
            }
        }
        return nil
    }
}
