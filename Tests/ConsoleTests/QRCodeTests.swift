import Host
import Testing

@testable import Console

/// QR Codes as they are drawn, read back by `QRReader`.
@Suite(.enabled(if: QRCode([0]) != nil, "libqrencode.so.4 is not installed"))
struct QRCodeTests {
    /// Texts, bytes that are none, and all lengths up to the most that version 5 holds, among which all eight masks
    /// come up.
    private static let contents: [[UInt8]] =
        ["A", "https://192.0.2.10:9090/", "https://[2001:db8::10]:9090/", "Grüße"].map { Array($0.utf8) }
        + (1...106).map { count in (0..<count).map { UInt8($0 * 37 & 255) } }

    @Test(arguments: [true, false]) func whatIsDrawnReadsBack(utf8: Bool) throws {
        for content in Self.contents {
            let code = try #require(QRCode(content))
            let reader = try #require(QRReader(code.lines(utf8: utf8), utf8: utf8, quietZone: QRCode.quietZone))
            #expect(reader.bytes == content)
            #expect(reader.isQuiet(QRCode.quietZone))
            // The subscript is row and column, too.
            #expect(reader.modules == (0..<code.size).map { row in (0..<code.size).map { code[row, $0] } })
        }
    }

    /// Three corners have the finder pattern (6.3.3), the fourth has not.
    @Test func findersAreInThreeCorners() throws {
        let code = try #require(QRCode(Array("https://192.0.2.10:9090/".utf8)))
        #expect(code.size == 25)
        func hasFinder(_ top: Int, _ left: Int) -> Bool {
            (0..<7).allSatisfy { row in
                (0..<7).allSatisfy { column in
                    let ring = max(abs(row - 3), abs(column - 3))
                    return code[top + row, left + column] == (ring != 2)
                }
            }
        }
        #expect(hasFinder(0, 0) && hasFinder(0, 18) && hasFinder(18, 0) && !hasFinder(18, 18))
    }

    @Test func anAddressFitsOnAConsole() throws {
        let code = try #require(QRCode(Array("https://[2001:db8:1234:5678:9abc:def0:1234:5678]:9090/".utf8)))
        let lines = code.lines(utf8: true)
        #expect(lines.count == 19 && lines.allSatisfy { $0.count == code.size + 4 })
        let plain = code.lines(utf8: false)
        #expect(plain.count == code.size + 4 && plain.allSatisfy { $0.utf8.count == 2 * (code.size + 4) })
        #expect(plain.first?.allSatisfy { $0 == "#" } == true && lines.first?.allSatisfy { $0 == "█" } == true)
    }

    /// Version 40 with level L holds 2953 bytes (table 7).
    @Test func thereIsALimit() {
        #expect(QRCode([UInt8](repeating: 0xA5, count: 2953))?.size == 177)
        #expect(QRCode([UInt8](repeating: 0xA5, count: 2954)) == nil)
        // Bytes are never taken for digits, of which more would fit.
        #expect(QRCode([UInt8](repeating: 0x30, count: 2954)) == nil)
        #expect(QRCode([]) == nil)
    }

    /// The same matrix as the program of the library makes.
    @Test(.enabled(if: Environment.program("qrencode") != nil, "qrencode is not installed"))
    func theProgramAgrees() throws {
        let text = "https://192.0.2.10:9090/"
        let output = try Command("qrencode", ["-8", "-l", "L", "-m", "2", "-t", "ASCIIi", text]).run().check().text
        #expect(QRCode(Array(text.utf8))?.lines(utf8: false) == output.split(separator: "\n").map(String.init))
    }
}
