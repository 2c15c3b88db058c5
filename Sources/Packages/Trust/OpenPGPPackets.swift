import Host

/// Just enough of OpenPGP's framing (RFC 9580) to take key files apart; no cryptography.
enum OpenPGPPackets {
    /// The certificates (public keys with their subkeys and signatures) of a key file, armored or binary.
    ///
    /// - Parameters:
    ///   - file: the content
    ///   - name: what the file is called in failures
    static func certificates(_ file: [UInt8], named name: String) throws -> [[UInt8]] {
        let marker = Array("-----BEGIN PGP ".utf8)
        let bytes = file.firstRange(of: marker) == nil ? file : try dearmor(file, named: name)
        var certificates: [[UInt8]] = []
        var position = 0
        while position < bytes.count {
            let (tag, length) = try packet(bytes, at: position, named: name)
            if tag == publicKeyTag { certificates.append([]) }
            guard !certificates.isEmpty else { throw broken(name) }
            certificates[certificates.count - 1] += bytes[position..<position + length]
            position += length
        }
        if certificates.isEmpty { throw broken(name) }
        return certificates
    }

    private static let publicKeyTag = 6

    /// Tag and whole length, header included, of the packet at a position.
    private static func packet(_ bytes: [UInt8], at start: Int, named name: String) throws -> (tag: Int, length: Int) {
        func byte(_ offset: Int) throws -> Int {
            guard start + offset < bytes.count else { throw broken(name) }
            return Int(bytes[start + offset])
        }
        func number(_ offset: Int, _ count: Int) throws -> Int {
            try (0..<count).reduce(0) { $0 << 8 | (try byte(offset + $1)) }
        }
        let header = try byte(0)
        guard header & 0x80 != 0 else { throw broken(name) }
        let tag: Int
        let total: Int
        if header & 0x40 != 0 {
            tag = header & 0x3F
            let first = try byte(1)
            switch first {
            case ..<192: total = 2 + first
            case ..<224: total = 3 + (first - 192) << 8 + (try byte(2)) + 192
            case 255: total = 6 + (try number(2, 4))
            default: throw broken(name)  // partial lengths are for data, not for keys
            }
        } else {
            tag = header >> 2 & 0x0F
            switch header & 3 {
            case 0: total = 2 + (try byte(1))
            case 1: total = 3 + (try number(1, 2))
            case 2: total = 5 + (try number(1, 4))
            default: throw broken(name)
            }
        }
        guard start + total <= bytes.count else { throw broken(name) }
        return (tag, total)
    }

    /// The binary content of every armored block.
    private static func dearmor(_ file: [UInt8], named name: String) throws -> [UInt8] {
        var result: [UInt8] = []
        var state = 0  // 0 outside, 1 in the headers, 2 in the data
        var bits = 0
        var pending = 0
        for line in file.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let text = line.last == 0x0D ? line.dropLast() : line
            if text.starts(with: Array("-----BEGIN PGP PUBLIC KEY BLOCK".utf8)) {
                (state, bits, pending) = (1, 0, 0)
            } else if text.starts(with: Array("-----END PGP".utf8)) {
                state = 0
            } else if state == 1 {
                if text.isEmpty { state = 2 }
            } else if state == 2, text.first != UInt8(ascii: "=") {
                for byte in text where byte != UInt8(ascii: "=") && byte > 0x20 {
                    guard let value = base64Value(byte) else { throw broken(name) }
                    bits = (bits << 6 | value) & 0xFFFFFF
                    pending += 6
                    if pending >= 8 {
                        pending -= 8
                        result.append(UInt8(bits >> pending & 0xFF))
                    }
                }
            }
        }
        return result
    }

    private static func base64Value(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func broken(_ name: String) -> Failure {
        Failure(
            .invalidInput, "\"\(name)\" is not an OpenPGP public key",
            hint: "expected is what \"gpg --armor --export\" writes")
    }
}
