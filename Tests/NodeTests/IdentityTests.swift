import Node
import NodeConfig
import Testing

@Suite struct HostnameTests {
    @Test(arguments: [
        "a", "node1", "node-1.example.org", "3com", "10", "NODE", String(repeating: "a", count: 63),
        "1.2.3", "1.2.3.4.5", "10.0.0.a",
    ]) func accepts(_ text: String) {
        #expect(Hostname(text)?.text == text)
    }

    @Test(arguments: [
        "", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a_b", "a b", "ä", "a\n", "a\u{1B}[2J", "192.0.2.1",
        String(repeating: "a", count: 64), String(repeating: "a.", count: 32) + "a",
    ]) func refuses(_ text: String) {
        #expect(Hostname(text) == nil)
    }
}

@Suite struct MachineIDTests {
    private static let digits = "0123456789abcdef0123456789abcdef"

    @Test func readsDigitsAndUUIDs() {
        #expect(MachineID(Self.digits)?.text == Self.digits)
        #expect(MachineID(Self.digits.uppercased())?.text == Self.digits)
        #expect(MachineID("01234567-89AB-cdef-0123-456789abcdef")?.text == Self.digits)
    }

    @Test(arguments: [
        "", "uninitialized", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdeg",
        "00000000000000000000000000000000", "0123456-789ab-cdef-0123-456789abcdef", "firmware",
    ]) func refuses(_ text: String) {
        #expect(MachineID(text) == nil)
    }

    /// machine-id(5): one line, with or without its end.
    @Test(arguments: [
        (digits + "\n", true), (digits, true), (digits + "\n\n", false), (digits + " \n", false), ("\n", false),
        ("uninitialized\n", false),
    ]) func readsTheFile(_ content: String, _ valid: Bool) {
        #expect((MachineID(file: Array(content.utf8)) != nil) == valid)
    }

    @Test func randomIDsAreUUIDsOfVersion4() {
        let ids = (0..<100).map { _ in MachineID.random() }
        #expect(Set(ids).count == 100)
        for id in ids {
            let digits = Array(id.text)
            #expect(MachineID(id.text) == id)
            #expect(digits[12] == "4")
            #expect("89ab".contains(digits[16]))
        }
    }
}

@Suite struct OSReleaseTests {
    @Test(arguments: [
        ("NAME=Fedora", "Fedora"), ("NAME=\"Fedora Linux\"\r\n", "Fedora Linux"), ("NAME='a \"b\" \\c'", "a \"b\" \\c"),
        ("NAME=\"a \\\"b\\\" \\$c \\\\ \\d\"", "a \"b\" $c \\ \\d"), ("NAME=a\\ b c", "a b"), ("NAME=\"a\"'b'c", "abc"),
        ("# NAME=x\nNAME=1\nNAME=2", "2"), ("  NAME=a", "a"), ("NAME=Köln", "Köln"),
        // Not closed, empty, or no assignment: as if it were not there.
        ("NAME=\"a", nil), ("NAME=", nil), ("NAME", nil), ("name=a", nil), ("export NAME=a", nil), ("=a", nil),
    ]) func readsValues(_ text: String, _ expected: String?) {
        #expect(OSRelease(Array(text.utf8))["NAME"] == expected)
    }

    @Test func namesProductAndImage() {
        let release = OSRelease(Array("NAME=\"N\"\nVERSION_ID=43\nIMAGE_ID=hypervisor\nIMAGE_VERSION=7\n".utf8))
        #expect(release.product == "N 43")
        #expect(release.image == "hypervisor 7")
        #expect(OSRelease([]).product == nil)
        #expect(OSRelease([]).image == nil)
    }
}
