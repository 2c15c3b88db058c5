import Host
import Testing

@testable import RootTree

@Suite struct FileCapabilitiesTests {
    /// text, canonical text, attribute as hexadecimal (little-endian words: version and flag, permitted, inheritable, high halves)
    @Test(arguments: [
        ("cap_net_raw=p", "cap_net_raw=p", "0000000200200000000000000000000000000000"),
        ("cap_net_raw=ep", "cap_net_raw=ep", "0100000200200000000000000000000000000000"),
        ("cap_net_raw,cap_net_admin+ep", "cap_net_admin,cap_net_raw=ep", "0100000200300000000000000000000000000000"),
        ("= cap_setuid+ep", "cap_setuid=ep", "0100000280000000000000000000000000000000"),
        // The second word of each kind: cap_bpf is number 39.
        ("cap_bpf=p", "cap_bpf=p", "0000000200000000000000008000000000000000"),
        ("cap_net_raw=eip cap_net_raw-i", "cap_net_raw=ep", "0100000200200000000000000000000000000000"),
    ])
    func encodes(_ text: String, _ canonical: String, _ hex: String) throws {
        let capabilities = try #require(try FileCapabilities(text))
        #expect(capabilities.text == canonical)
        let digits = capabilities.attribute.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(digits == hex)
    }

    @Test(arguments: ["", "=", "cap_net_raw="])
    func meansNone(_ text: String) throws {
        let capabilities = try FileCapabilities(text)
        #expect(capabilities == nil)
    }

    @Test(arguments: ["cap_nonsense=p", "cap_net_raw=x", "cap_net_raw"])
    func refuses(_ text: String) {
        #expect(throws: Failure.self) { try FileCapabilities(text) }
    }
}
