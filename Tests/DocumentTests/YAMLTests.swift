import Document
import Host
import Testing

@Suite struct YAMLTests {
    @Test(arguments: [
        ("null", "null"), ("~", "null"), ("", "null"), ("# nothing", "null"),
        ("true", "true"), ("True", "true"),
        // Words that YAML 1.1 took for booleans are text.
        ("no", #""no""#), ("on", #""on""#), ("y", #""y""#),
        ("42", "42"), ("-7", "-7"), ("+7", "7"), ("0x1F", "31"), ("0o17", "15"),
        // No octal numbers, times or grouped digits of YAML 1.1.
        ("017", "17"), ("1_000", #""1_000""#), ("12:30", #""12:30""#), ("0x", #""0x""#), ("0x-1", #""0x-1""#),
        ("1.5", "1.5"), ("1.", "1.0"), (".5", "0.5"), ("1e3", "1000.0"), (".", #"".""#), ("1e", #""1e""#),
        (".inf", "null"), ("99999999999999999999", #""99999999999999999999""#),
        ("\"42\"", #""42""#), ("'true'", #""true""#), ("|\n  a\n  b\n", #""a\nb\n""#), (">-\n  a\n  b\n", #""a b""#),
        ("\"\\ud83d\\ude00\"", "error"), ("\"\\U0001F600\"", "\"\u{1F600}\""),
        ("- a\n- -b\n- [c, {d: e}]", #"["a","-b",["c",{"d":"e"}]]"#),
        ("a: 1\n42: x\n", #"{"a":1,"42":"x"}"#),
        ("---\na: b\n...\n", #"{"a":"b"}"#),
        ("\u{FEFF}a: b", #"{"a":"b"}"#),
    ])
    func readsTheCoreSchema(text: String, json: String) {
        let node = try? YAML.parse(text, file: "x.yaml")
        #expect(node.map { JSON.text(JSONValue($0)) } ?? "error" == json)
    }

    @Test func keepsThePlacesAndTheText() throws {
        let root = try YAML.parse("name: é\nversion: 1.10\nlist:\n  - a\n  - {b: c}\n", file: "r.yaml")
        #expect(root["version"]?.text == "1.10")
        #expect(root["version"]?.position.description == "r.yaml:2:10")
        #expect(root["list"]?.sequence?[1]["b"]?.position.description == "r.yaml:5:9")
        #expect(root.mapping?[2].position.description == "r.yaml:3:1")
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: error: the key \"a\" is given twice\n  hint: it is given first in line 1"),
        (
            "- *x\n",
            "x.yaml:1:3: error: aliases are not accepted\n  hint: a value that begins with \"*\" must be in quotes; otherwise write the value out"
        ),
        (
            "a: &x 1\n",
            "x.yaml:1:4: error: anchors are not accepted\n  hint: a value that begins with \"&\" must be in quotes; otherwise write the value out where it is used"
        ),
        (
            "a: !!binary aGk=\n",
            "x.yaml:1:4: error: tags are not accepted\n  hint: a value that begins with \"!\", such as a password, must be in quotes; put text that looks like a number in quotes, too"
        ),
        ("a: 1\n---\nb: 2\n", "x.yaml:2:1: error: a second document starts here\n  hint: keep one document in a file"),
        ("? [a]\n: b\n", "x.yaml:1:3: error: a key must be text, but this is a list"),
        ("~: b\n", "x.yaml:1:1: error: a key must be text, but this is nothing"),
        (
            "packages:\n  - @core\n",
            "x.yaml:2:5: error: found character that cannot start any token while scanning for the next token\n  hint: a value that begins with \"@\", \"`\" or \"%\" must be in quotes"
        ),
        (
            "a:\n\t- b\n",
            "x.yaml:2:1: error: found character that cannot start any token while scanning for the next token\n  hint: use spaces for indentation, not tabs"
        ),
        (
            "a: b: c\n",
            "x.yaml:1:5: error: mapping values are not allowed in this context\n  hint: put a text that contains \": \" in quotes, or check the indentation"
        ),
        (
            "a: \u{1}\n",
            "x.yaml:1:4: error: control characters are not allowed\n  hint: remove this character, or write it as an escape in double quotes"
        ),
    ])
    func refuses(text: String, report: String) {
        let diagnostics = Diagnostics()
        _ = YAML.parse(Array(text.utf8), file: "x.yaml", diagnostics: diagnostics)
        #expect(diagnostics.items.map(\.description) == [report])
    }

    @Test func collectsAllMistakesThatLeaveATree() {
        let diagnostics = Diagnostics()
        let node = YAML.parse(Array("a: *x\nb: !t y\nb: 2\n".utf8), file: "x", diagnostics: diagnostics)
        #expect(node != nil)
        #expect(diagnostics.items.map(\.position.line) == [1, 2, 3])
    }

    @Test func refusesBytesThatAreNotUTF8() {
        #expect(
            failure { try YAML.parse([0x61, 0x0A, 0xFF], file: "x") }?.message == "x:2:1: this byte is not UTF-8 text")
        // UTF-16 with a byte order mark is no UTF-8 either.
        #expect(failure { try YAML.parse([0xFF, 0xFE, 0x61, 0x00], file: "x") } != nil)
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: ", "[\n"]) func endsQuicklyOnDeepNesting(piece: String) {
        let text = String(repeating: piece, count: 200_000)
        let clock = ContinuousClock()
        var mistake: String?
        let time = clock.measure { mistake = failure { try YAML.parse(text, file: "x") }?.message }
        #expect(mistake?.hasSuffix("lists and mappings nest deeper than 64 levels") == true)
        // libyaml alone needs more than 20 s for this.
        #expect(time < .seconds(5))
    }
}
