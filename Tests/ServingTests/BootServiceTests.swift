import Host
import Testing

@testable import Serving

@Suite struct BootServiceTests {
    private func interface(_ prefix: Int, _ value: UInt32 = 0xC000_0201) -> BenchInterface {
        BenchInterface(name: "eth1", address: IPv4Address(value: value), prefix: prefix)
    }

    @Test(arguments: [
        (24, "192.0.2.128", "192.0.2.254"), (29, "192.0.2.4", "192.0.2.6"), (16, "192.0.128.0", "192.0.128.199"),
    ])
    func addressesOfMachines(_ prefix: Int, _ first: String, _ last: String) throws {
        let range = try interface(prefix).range()
        #expect(range.first.text == first && range.last.text == last)
    }

    @Test(arguments: [0, 7, 30, 31, 32])
    func networksThatAreNoBench(_ prefix: Int) {
        let bench = interface(prefix)
        #expect(throws: Failure.self) { _ = try bench.range() }
    }

    /// dnsmasq itself must accept what it is told.
    @Test(arguments: [true, false])
    func dnsmasqUnderstands(_ isProxy: Bool) throws {
        guard let program = Environment.program("dnsmasq") else {
            print("skipped: dnsmasq is not installed")
            return
        }
        let service = BootService(
            interface: interface(24), folder: "/tmp", web: "http://192.0.2.1", isProxy: isProxy, user: "nobody")
        let arguments = try service.arguments()
        try Command(program, arguments + ["--test"]).run().check()
        #expect(arguments.contains("--dhcp-range=192.0.2.1,proxy") == isProxy)
        #expect(arguments.contains("--dhcp-range=192.0.2.128,192.0.2.254,1h") == !isProxy)
    }

    @Test(arguments: [
        ("dnsmasq-dhcp: 1 DHCPDISCOVER(eth1) 52:54:00:12:34:56 ", "DHCPDISCOVER(eth1) 52:54:00:12:34:56 "),
        ("dnsmasq-tftp: sent /srv/x/grub.0 to 192.0.2.130", "TFTP sent /srv/x/grub.0 to 192.0.2.130"),
        ("dnsmasq-dhcp: 1 bootfile name: grub.0", "bootfile name: grub.0"), ("dnsmasq-dhcp: 1 next server: x", nil),
    ])
    func messages(_ line: String, _ expected: String?) { #expect(BootService.message(line) == expected) }

    @Test func interfacesThatDoNotExist() {
        #expect(throws: Failure.self) { _ = try BenchInterface(named: "no-such-if", address: nil) }
        #expect(throws: Failure.self) { _ = try BenchInterface(named: "lo", address: "192.0.2.77") }
    }
}
