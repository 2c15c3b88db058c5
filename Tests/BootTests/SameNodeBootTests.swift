import Document
import Host
import TestSupport
import Testing

/// One node with two cards, a bridge and both families, configured in each of the four ways: the configuration is the same in the
/// end, and so are the addresses that the kernel has.
@Suite(
    .serialized,
    .enabled(
        if: BootedImage.folder("pxe") != nil && Environment.variable("NODEWRIGHT_FULL") == "1",
        "runs in \"make check-full\", with a PXE folder"))
struct SameNodeBootTests {
    enum Way: CaseIterable {
        case credential, configDisk, url, kernelCommandLine
    }

    /// As `nodectl config show` prints it.
    private static let document = """
        schemaVersion: 1
        hostname: same.example.org
        locale:
          keyboard: de
        network:
          interfaces:
            - name: uplink
              match:
                mac: "52:54:00:12:34:56"
              ipv4:
                method: static
                addresses:
                  - 10.0.2.20/24
                gateway: 10.0.2.2
              ipv6:
                method: static
                addresses:
                  - "2001:db8::20/64"
            - name: lan
              match:
                mac: "52:54:00:00:00:02"
            - name: br0
              bridge:
                ports:
                  - lan
              ipv4:
                method: static
                addresses:
                  - 192.0.2.20/24
        """
    private static let words =
        "hostname=same.example.org keyboard=de ifname=uplink:52:54:00:12:34:56 ifname=lan:52:54:00:00:00:02 bridge=br0:lan "
        + "ip=10.0.2.20::10.0.2.2:24::uplink:none ip=[2001:db8::20]:::64::uplink:none ip=192.0.2.20:::24::br0:none"

    private static let questions: [(String, String)] = [
        (
            "wait",
            """
            \(BootedImage.settled(400, in: "configured|failed"))
            for second in $(seq 120); do
                ip -brief address show br0 | grep -q 192.0.2.20 && break
                sleep 1
            done
            """
        ),
        ("json", "nodectl status --json"), ("show", "nodectl config show 2>/dev/null"),
        ("origin", "nodectl config show --origin"), ("names", "cat /proc/sys/kernel/hostname /etc/vconsole.conf"),
        ("addresses", "ip -color=never -brief address"), ("ports", "cat /sys/class/net/br0/lower_*/address"),
        ("router", "ip -color=never route show default"),
    ]

    @Test(arguments: Way.allCases) func isTheSame(way: Way) throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let file = Path.join(folder, "node.yaml")
            try File.write(file, Self.document + "\n")
            var arguments = ["--network", "user,mac=52:54:00:00:00:02"]
            var words = ""
            let origin: String
            switch way {
            case .credential:
                arguments += ["--load-credential", "nodewright.config:\(file)"]
                origin = "(credential, nodewright.config:2:11)"
            case .configDisk:
                arguments += ["--disk", try ConfigDiskImage.make(Self.document + "\n", in: folder)]
                origin = "(config disk, NODECONFIG/node.yaml:2:11)"
            case .url:
                server.respond("/node.yaml", .init(body: Array((Self.document + "\n").utf8)))
                let sum = try Command("sha256sum", [file]).run().check().text.prefix(64)
                let url = "http://10.0.2.2:\(server.port)/node.yaml"
                words = "nodewright.config=\(url) nodewright.config-sha256=\(sum)"
                origin = "(URL, \(url):2:11)"
            case .kernelCommandLine:
                words = Self.words
                origin = "(kernel command line)"
            }
            let node = try BootedImage(
                arguments, questions: [:], adding: Self.questions, artefact: BootedImage.folder("pxe"),
                kernelArguments: words, timeout: 1200)
            #expect(node.result.status == 0, "\(node.result.errorTail)")
            let state = try JSON.parse(node.answers["json"] ?? "", file: "status")["configuration"]?["state"]?.string
            #expect(state == "configured", "\(node.answers["json"] ?? "")")
            #expect(node.answers["show"] == Self.document, "\(node.answers["show"] ?? "")")
            let origins = node.answers["origin"] ?? ""
            #expect(origins.contains("hostname: \"same.example.org\"  \(origin)\n"), "\(origins)")
            #expect(node.answers["names"] == "same.example.org\nKEYMAP=de", "\(node.answers["names"] ?? "")")
            let addresses = node.answers["addresses"] ?? ""
            for address in ["10.0.2.20/24", "2001:db8::20/64", "192.0.2.20/24"] {
                #expect(addresses.contains(address), "\(address)\n\(addresses)")
            }
            // What DHCP had given before is gone.
            #expect(!addresses.contains("10.0.2.15"), "\(addresses)")
            #expect(node.answers["ports"] == "52:54:00:00:00:02", "\(node.answers["ports"] ?? "")")
            let router = node.answers["router"] ?? ""
            #expect(router.contains("default via 10.0.2.2 "), "\(router)")
        }
    }
}
