import NodeConfig
import Testing

/// Addresses, sizes and names: what is read, how it is written, what is refused.
@Suite struct ValueTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("2001:DB8::0:1", "2001:db8::1"), ("::", "::"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("fe80::1", "fe80::1"),
    ])
    func addressesAreWrittenCanonically(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "192.0.2", "192.0.2.256", "192.0.2.1 ", " 192.0.2.1", "192.0.2.01", "0x7f.1.1.1", "192.0.2.1/24",
        "fe80::1%eth0",
        "[::1]", ":::1", "1:2:3:4:5:6:7:8:9", "192.0.2.1\0", "host", "12345::",
    ])
    func whatIsNoAddressIsRefused(text: String) { #expect(IPAddress(text) == nil) }

    @Test(arguments: [
        ("192.0.2.10/24", "192.0.2.10/24", "192.0.2.0"), ("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0"),
        ("10.1.2.3/9", "10.1.2.3/9", "10.0.0.0"), ("10.255.2.3/9", "10.255.2.3/9", "10.128.0.0"),
        ("192.0.2.1/32", "192.0.2.1/32", "192.0.2.1"),
        ("2001:db8:ffff::1/33", "2001:db8:ffff::1/33", "2001:db8:8000::"),
        ("2001:db8::1/128", "2001:db8::1/128", "2001:db8::1"), ("::/0", "::/0", "::"),
    ])
    func prefixesKeepTheAddress(text: String, canonical: String, network: String) {
        let prefix = IPPrefix(text)
        #expect(prefix?.description == canonical)
        #expect(prefix?.network.description == network)
    }

    @Test(arguments: [
        "192.0.2.10", "192.0.2.10/", "192.0.2.10/33", "192.0.2.10/024", "192.0.2.10/24/1", "/24", "192.0.2.10/-1",
        "192.0.2.10/+1", "::1/129", "192.0.2.10/255.255.255.0",
    ])
    func whatIsNoPrefixIsRefused(text: String) { #expect(IPPrefix(text) == nil) }

    @Test(arguments: [
        ("255.255.255.0", 24), ("0.0.0.0", 0), ("255.255.255.255", 32), ("255.128.0.0", 9),
    ])
    func masksAreLengths(mask: String, length: Int) throws {
        let address = try #require(IPAddress("192.0.2.1"))
        #expect(IPPrefix(address, netmask: try #require(IPAddress(mask)))?.length == length)
    }

    @Test(arguments: ["255.0.255.0", "0.0.0.255", "255.255.255.1"])
    func masksWithGapsAreRefused(mask: String) throws {
        let address = try #require(IPAddress("192.0.2.1"))
        #expect(IPPrefix(address, netmask: try #require(IPAddress(mask))) == nil)
    }

    @Test func networksContainTheirAddresses() throws {
        let prefix = try #require(IPPrefix("192.0.2.10/25"))
        #expect(prefix.contains(try #require(IPAddress("192.0.2.127"))))
        #expect(!prefix.contains(try #require(IPAddress("192.0.2.128"))))
        #expect(!prefix.contains(try #require(IPAddress("::1"))))
    }

    @Test(arguments: [
        ("52:54:00:AA:bb:cc", "52:54:00:aa:bb:cc"), ("52-54-00-aa-bb-cc", "52:54:00:aa:bb:cc"),
        (
            "80:00:02:08:fe:80:00:00:00:00:00:00:f4:52:14:03:00:7b:cb:a1",
            "80:00:02:08:fe:80:00:00:00:00:00:00:f4:52:14:03:00:7b:cb:a1"
        ),
    ])
    func hardwareAddressesAreWrittenWithColons(text: String, canonical: String) {
        #expect(MACAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "525400aabbcc", "52:54:00:aa:bb", "52:54:00:aa:bb:cc:dd", "52:54:00:aa:bb:gg", "52:54:00-aa:bb:cc",
        "5:54:00:aa:bb:cc",
        "+5:54:00:aa:bb:cc", "52:54:00:aa:bb:cc:",
    ])
    func whatIsNoHardwareAddressIsRefused(text: String) { #expect(MACAddress(text) == nil) }

    @Test(
        arguments: [
            ("log.example.org", "log.example.org", nil), ("log.example.org:514", "log.example.org:514", 514),
            ("192.0.2.1:1", "192.0.2.1:1", 1), ("2001:db8::1", "2001:db8::1", nil),
            ("[2001:db8::1]", "2001:db8::1", nil),
            ("[2001:db8::1]:65535", "[2001:db8::1]:65535", 65535),
        ] as [(String, String, Int?)])
    func endpointsAreHostAndPort(text: String, canonical: String, port: Int?) {
        #expect(Endpoint(text)?.description == canonical)
        #expect(Endpoint(text)?.port == port)
    }

    @Test(arguments: [
        "", ":514", "log:", "log:0", "log:65536", "log:5x", "[192.0.2.1]:1", "[2001:db8::1", "2001:db8::g", "300.0.0.1",
        "log_1",
        "[]", "a:b:c", "[::1]x:5",
    ])
    func whatIsNoEndpointIsRefused(text: String) { #expect(Endpoint(text) == nil) }

    @Test(arguments: [
        "33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A", "332ba5d81a332ba5d81a332ba5d81a332ba5d81a",
    ])
    func fingerprintsAreWrittenWithColons(text: String) {
        let fingerprint = CertificateFingerprint(text)
        #expect(fingerprint?.description == "33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A")
        #expect(fingerprint?.algorithm == "SHA-1")
    }

    @Test(arguments: [
        "", "33:2B", "332ba5d81a332ba5d81a332ba5d81a332ba5d81", "332ba5d81a332ba5d81a332ba5d81a332ba5d81g",
    ])
    func whatIsNoFingerprintIsRefused(text: String) { #expect(CertificateFingerprint(text) == nil) }

    @Test func secretsAreNeverShown() {
        let secret = Secret("hunter2hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret)\(String(reflecting: secret))\(dumped)".contains("hunter"))
    }
}
