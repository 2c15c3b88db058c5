import Document
import Glibc
import Host
import TestSupport
import Testing

/// `nodewright serve` on a bench of network namespaces, with a machine that asks as firmware does.
@Suite struct ServeTests {
    private static let bench = Path.normalized(Path.join(Path.parent(#filePath), "../Oracle/bench.py"))

    /// Whether this process may make namespaces with interfaces of their own, and has what that takes.
    private static let canMakeBenches: Bool = {
        guard geteuid() == 0, ["dnsmasq", "ip", "python3", "nsenter"].allSatisfy({ Environment.program($0) != nil })
        else { return false }
        let made = try? Command("unshare", ["--net", "ip", "link", "add", "eth1", "type", "veth"]).run()
        return made?.status == 0
    }()

    /// What happened on a bench whose folder everybody may read.
    private func bench(_ mode: String) throws -> JSONValue {
        try Folder.withTemporary { outside in
            let folder = Path.join(outside, "x-pxe")
            try Folder.create(folder)
            try File.write(Path.join(outside, "secret"), "secret")
            for name in ["boot.ipxe", "vmlinuz", "grub.0"] {
                try File.write(Path.join(folder, name), "\(name) content")
            }
            for path in [outside, folder] { chmod(path, 0o755) }
            let result = try Command(
                "unshare", ["--net", "python3", Self.bench, try Programs.built("nodewright"), folder, mode]
            ).run().check()
            return JSONValue(try JSON.parse(result.output, file: "bench"))
        }
    }

    private func serve(_ arguments: [String]) throws -> Command.Result {
        try Command(try Programs.built("nodewright"), ["serve"] + arguments).run()
    }

    private func answer(_ file: String, address: String = "192.0.2.238", class name: String = "") -> JSONValue {
        .object([
            .init("address", .string(address)), .init("server", "192.0.2.1"), .init("file", .string(file)),
            .init("class", .string(name)), .init("routers", false), .init("menu", nil),
        ])
    }

    @Test(.enabled(if: canMakeBenches, "it takes root, dnsmasq and iproute2")) func everyFirmwareIsTold() throws {
        let result = try bench("dhcp")
        let told = try #require(result["told"])
        #expect(told["bios"] == answer("grub.0"))
        #expect(told["uefi"] == answer("shimx64.efi"))
        #expect(told["http"] == answer("http://192.0.2.1/shimx64.efi", class: "HTTPClient"))
        #expect(told["ipxe"] == answer("http://192.0.2.1/start.ipxe"))
        #expect(told["tftp"] == ["grub.0": "grub.0 content", "../secret": "error", "/etc/passwd": "error"])
        #expect(told["web"]?["/boot.ipxe"] == [200, "boot.ipxe content"])
        #expect(told["web"]?["/start.ipxe"] == [200, "#!ipxe\nset base http://192.0.2.1/\nchain ${base}boot.ipxe\n"])
        #expect(told["web"]?["/../secret"] == [403, ""])
        guard case .string(let output) = result["output"] else {
            Issue.record("it said nothing")
            return
        }
        let lines = output.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasSuffix(" on eth1: http://192.0.2.1/ and TFTP; Ctrl-C ends it") == true)
        #expect(lines.contains("DHCPOFFER(eth1) 192.0.2.238 52:54:00:12:34:56 "))
        #expect(lines.contains("192.0.2.77 HTTP GET /boot.ipxe 200, 17 bytes"))
        #expect(lines.contains("192.0.2.77 HTTP GET /../secret 403, 0 bytes"))
        #expect(lines.contains { $0.hasPrefix("TFTP sent /") && $0.hasSuffix("/grub.0 to 192.0.2.77") })
        // Ctrl-C is the ordinary end, and leaves neither processes nor words.
        #expect(lines.last == "ended" && result["status"] == 0 && result["errors"] == "" && result["left"] == [])
    }

    @Test(.enabled(if: canMakeBenches, "it takes root, dnsmasq and iproute2")) func besideAnotherServer() throws {
        let result = try bench("proxy")
        let offer = try #require(result["told"]?["offer"])
        #expect(offer["address"] == "0.0.0.0" && offer["class"] == "PXEClient" && offer["menu"] == [32768, "Start"])
        #expect(result["told"]?["bios"] == answer("grub.0", address: "192.0.2.77", class: "PXEClient"))
        #expect(result["status"] == 0 && result["left"] == [])
    }

    @Test(
        .enabled(if: canMakeBenches, "it takes root, dnsmasq and iproute2"),
        arguments: [
            ("web", "error: cannot listen on 192.0.2.1 port 80: Address already in use"),
            ("dhcp-port", "failed to bind DHCP server socket: Address already in use"),
        ])
    func portsThatAreTaken(_ mode: String, _ message: String) throws {
        let result = try bench("taken-" + mode)
        #expect(result["status"] == 7 && result["left"] == [])
        guard case .string(let errors) = result["errors"] else { return }
        #expect(errors.contains(message) && errors.contains("hint: "), "\(errors)")
    }

    @Test func wrongUse() throws {
        try Folder.withTemporary { folder in
            let noFolder = try serve([folder, "--interface", "lo"])
            #expect(noFolder.status == 2)
            #expect(noFolder.errorTail.contains("\"\(folder)\" is no PXE folder: it has no boot.ipxe and vmlinuz"))
            for name in ["boot.ipxe", "vmlinuz"] { try File.write(Path.join(folder, name), name) }
            let noInterface = try serve([folder, "--interface", "eth99"])
            #expect(noInterface.status == 2)
            #expect(noInterface.errorTail.contains("there is no network interface \"eth99\""))
            #expect(try serve([folder]).status == 2)
            #expect(try serve([folder, "--interface", "lo", "--http-port", "0"]).status == 2)
        }
    }
}
