import Host
import Testing

@Suite struct Base64Tests {
    /// The examples of RFC 4648, section 10, and every digit.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
        ("\u{0}\u{10}\u{7F}~?>", "ABB/fj8+"),
    ])
    func bothWays(_ plain: String, _ encoded: String) {
        #expect(Base64.text(Array(plain.utf8)) == encoded)
        #expect(Base64.bytes(encoded) == Array(plain.utf8))
    }

    @Test func everyByteComesBack() {
        for length in 0...258 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) }
            #expect(Base64.bytes(Base64.text(bytes)) == bytes)
        }
    }

    /// One row, one way to be wrong: length, digit, padding in the middle, bits behind the end.
    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "====", "Zm8=Zm8=", "Zm9v\n", "Zm-v", "Zm_v", "Zm9 ", "Zh==", "Zm9="])
    func malformed(_ text: String) { #expect(Base64.bytes(text) == nil) }
}
