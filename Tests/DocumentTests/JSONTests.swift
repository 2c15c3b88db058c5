import Document
import Host
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        // What is read, and the canonical form that is written again.
        (#"{"b":1,"a":[true,false,null]}"#, #"{"a":[true,false,null],"b":1}"#),
        (" [ ] ", "[]"),
        ("{ }", "{}"),
        (#""A\/\u00e9\n\"\\""#, #""A/é\n\"\\""#),
        // A surrogate pair is one character outside of the basic plane.
        (#""\ud83d\ude00""#, "\"\u{1F600}\""),
        (#""\u0000\u001f""#, #""\u0000\u001f""#),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("1.5e3", "1500.0"),
        ("0.1", "0.1"),
        ("-0", "0"),
    ])
    func readsAndWrites(text: String, canonical: String) throws {
        let node = try JSON.parse(text, file: "x.json")
        #expect(String(decoding: JSON.canonical(JSONValue(node)), as: UTF8.self) == canonical)
    }

    @Test(arguments: [
        ("", "x.json:1:1: expected a value, but the text ends here"),
        ("{\"a\":1,\n \"a\":2}", "x.json:2:2: the key \"a\" is given twice"),
        // The same key, once with an escape.
        (#"{"a":1,"\u0061":2}"#, "x.json:1:8: the key \"a\" is given twice"),
        ("[1,]", "x.json:1:4: expected a value, but found \"]\""),
        ("[1 2]", "x.json:1:4: expected \",\" or \"]\", but found \"2\""),
        ("{\"a\" 1}", "x.json:1:6: expected \":\", but found \"1\""),
        ("{a:1}", "x.json:1:2: expected a key in double quotes, but found \"a\""),
        ("[1] 2", "x.json:1:5: expected the end of the text after the value"),
        ("01", "x.json:1:1: a number cannot start with 0"),
        ("1.", "x.json:1:3: expected a digit after the point, but the text ends here"),
        ("+1", "x.json:1:1: expected a value, but found \"+\""),
        ("NaN", "x.json:1:1: expected a value, but found \"N\""),
        ("tru", "x.json:1:1: expected \"true\""),
        ("9223372036854775808", "x.json:1:1: the number 9223372036854775808 does not fit into 64 bits"),
        ("1e999", "x.json:1:1: the number 1e999 is out of range"),
        (#""\ud83d""#, "x.json:1:2: this half of a surrogate pair stands alone"),
        (#""\ude00""#, "x.json:1:2: this half of a surrogate pair stands alone"),
        (#""\ud83d\u0041""#, "x.json:1:2: this half of a surrogate pair stands alone"),
        (#""\x""#, "x.json:1:2: this is no JSON escape"),
        ("\"a", "x.json:1:1: this text has no closing quote"),
        ("\"a\nb\"", "x.json:1:3: a control character inside of text must be written as an escape"),
        // Columns count characters, not bytes.
        ("[\"é\",x]", "x.json:1:6: expected a value, but found \"x\""),
    ])
    func refuses(text: String, message: String) {
        #expect(failure { try JSON.parse(text, file: "x.json") }?.message == message)
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let mistake = failure { try JSON.parse([0x5B, 0x0A, 0x22, 0xC3, 0x28, 0x22, 0x5D], file: "x.json") }
        #expect(mistake?.message == "x.json:2:2: this byte is not UTF-8 text")
        #expect(mistake?.status == .invalidInput)
    }

    @Test func holdsItsLimits() throws {
        let mistake = failure {
            try JSON.parse("\"" + String(repeating: "a", count: 100) + "\"", file: "x", limit: 100)
        }
        #expect(mistake?.message == "x: the file has 102 bytes, but at most 100 are allowed")
        _ = try JSON.parse(nested(JSON.depthLimit), file: "x")
        let deep = failure { try JSON.parse(nested(JSON.depthLimit + 1), file: "x") }
        #expect(deep?.message == "x:1:65: lists and mappings nest deeper than 64 levels")
        #expect(failure { try JSON.parse(String(repeating: "[", count: 200_000), file: "x") } != nil)
    }

    @Test func writesForPeople() {
        let value: JSONValue = ["z": 1, "a": [true, nil, 1.5], "e": [], "o": .object([])]
        #expect(JSON.text(value) == #"{"z":1,"a":[true,null,1.5],"e":[],"o":{}}"#)
        #expect(
            JSON.text(value, pretty: true, sortedKeys: true) == """
                {
                  "a": [
                    true,
                    null,
                    1.5
                  ],
                  "e": [],
                  "o": {},
                  "z": 1
                }

                """)
        #expect(JSON.text(.number(.infinity)) == "null")
    }

    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
}

/// The failure that `body` throws.
func failure(_ body: () throws -> some Any) -> Failure? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? Failure
    }
}
