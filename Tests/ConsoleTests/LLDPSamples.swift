/// LLDP frames of the tests.
enum LLDPSamples {
    /// A destination, a source and the EtherType.
    static let header: [UInt8] = [0x01, 0x80, 0xC2, 0, 0, 0x0E, 0x00, 0x01, 0x30, 0xF9, 0xAD, 0xA0, 0x88, 0xCC]

    /// A TLV.
    static func field(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
        [type << 1 | UInt8(value.count >> 8), UInt8(value.count & 255)] + value
    }

    /// A TLV with a subtype and a text.
    static func field(_ type: UInt8, _ subtype: UInt8, _ text: String) -> [UInt8] { field(type, [subtype] + text.utf8) }

    /// A frame of TLVs, with an end.
    static func frame(_ fields: [UInt8]...) -> [UInt8] { header + fields.flatMap { $0 } + [0, 0] }

    /// `switch1`, port `port`.
    static func frame(port: String, seconds: Int = 120, name: String = "switch1") -> [UInt8] {
        frame(
            field(1, [4, 0x52, 0x54, 0, 0, 0, 1]), field(2, 5, port),
            field(3, [UInt8(seconds >> 8), UInt8(seconds & 255)]), field(5, Array(name.utf8)))
    }

    /// What an Extreme Networks Summit300-48 sends: Wireshark's sample capture lldp.detailed.pcap. Its texts end with
    /// NUL.
    static let summit: [UInt8] =
        header
        + bytes(
            """
            02 07 04 00 01 30 f9 ad a0   04 04 05 31 2f 31   06 02 00 78
            08 17 53 75 6d 6d 69 74 33 30 30 2d 34 38 2d 50 6f 72 74 20 31 30 30 31 00
            0a 0d 53 75 6d 6d 69 74 33 30 30 2d 34 38 00
            0c 4c 53 75 6d 6d 69 74 33 30 30 2d 34 38 20 2d 20 56 65 72 73 69 6f 6e 20 37 2e 34 65 2e 31 20 28 42 75 69
                  6c 64 20 35 29 20 62 79 20 52 65 6c 65 61 73 65 5f 4d 61 73 74 65 72 20 30 35 2f 32 37 2f 30 35 20 30
                  34 3a 35 33 3a 31 31 00
            0e 04 00 14 00 14   10 0e 07 06 00 01 30 f9 ad a0 02 00 00 03 e9 00   fe 07 00 12 0f 02 07 01 00
            fe 09 00 12 0f 01 03 6c 00 00 10   fe 09 00 12 0f 03 01 00 00 00 00   fe 06 00 12 0f 04 05 f2
            fe 06 00 80 c2 01 01 e8   fe 07 00 80 c2 02 01 00 00
            fe 17 00 80 c2 03 01 e8 10 76 32 2d 30 34 38 38 2d 30 33 2d 30 35 30 35 00
            fe 05 00 80 c2 04 00   00 00
            """)

    /// Bytes in hexadecimal.
    private static func bytes(_ text: String) -> [UInt8] {
        text.split { $0 == " " || $0 == "\n" }.compactMap { UInt8($0, radix: 16) }
    }
}
