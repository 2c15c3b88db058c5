import Glibc
import Host
import Node
import NodeConfig
import Synchronization
import Testing

@Suite struct BootRenderingTests {
    private static let id = "0123456789abcdef0123456789abcdef"
    private static let other = "fedcba9876543210fedcba9876543210"

    /// Renders and returns the warnings.
    private func render(_ node: FixtureNode, _ line: String, firmware: String? = nil) throws -> [String] {
        let warnings = Mutex<[String]>([])
        try BootRendering(
            root: node.root, commandLine: KernelCommandLine(line), firmwareID: firmware,
            warn: { warning in warnings.withLock { $0.append(warning) } }
        ).run()
        return warnings.withLock { $0 }
    }

    private func content(_ node: FixtureNode, _ file: String) -> String? {
        try? File.readText(Path.join(node.root, file))
    }

    private func status(_ node: FixtureNode, _ file: String) -> Glibc.stat {
        var status = Glibc.stat()
        _ = stat(Path.join(node.root, file), &status)
        return status
    }

    /// One row: the file before (nil: none), the kernel command line, the file after (nil: a random id).
    @Test(
        arguments: [
            (nil, "", nil), ("", "", nil), ("uninitialized\n", "", nil), ("rubbish\n", "", nil),
            (id + "\n", "", id), (id, "", id), (id + "\n", "systemd.machine_id=\(other)", other),
            (nil, "systemd.machine_id=FEDCBA98-7654-3210-fedc-ba9876543210", other),
            (id + "\n", "systemd.machine_id=none", id), (nil, "systemd.machine_id=none", nil),
            (nil, "systemd.machine_id=00000000000000000000000000000000", nil),
            (nil, "systemd.machine_id=firmware", other),
        ] as [(String?, String, String?)])
    func machineID(_ before: String?, _ line: String, _ after: String?) throws {
        var files = ["etc/other": ""]
        if let before { files["etc/machine-id"] = before }
        try FixtureNode.with(files) { node in
            _ = try render(node, line, firmware: "fedcba98-7654-3210-FEDC-ba9876543210")
            let written = try #require(content(node, "etc/machine-id"))
            let id = try #require(MachineID(file: Array(written.utf8)))
            if let after { #expect(id.text == after) }
            if before != Self.id { #expect(written == id.text + "\n") }
            if before == nil { #expect(status(node, "etc/machine-id").st_mode & 0o7777 == 0o444) }
        }
    }

    /// One row: the kernel command line, the host name after (nil: the image's), how many warnings.
    @Test(
        arguments: [
            ("", nil, 0), ("hostname=n1", "n1", 0),
            ("hostname=n1 nodewright.hostname=n2.example.org", "n2.example.org", 0),
            ("nodewright.hostname=\"n 2\" hostname=n1", "n1", 1), ("hostname=", nil, 1), ("hostname=../x", nil, 1),
            ("hostname=a hostname=b", "b", 0), ("ip=192.0.2.9:::24:n3:eno1:none", "n3", 0), ("hostname", nil, 1),
            ("hostname=\"a\u{1B}[2J\"", nil, 1),
        ] as [(String, String?, Int)])
    func hostname(_ line: String, _ after: String?, _ count: Int) throws {
        try FixtureNode.with(["etc/hostname": "image\n"]) { node in
            let warnings = try render(node, line)
            #expect(content(node, "etc/hostname") == (after ?? "image") + "\n")
            #expect(warnings.count == count)
            #expect(warnings.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } })
        }
    }

    @Test func aSecondRunWritesNothing() throws {
        try FixtureNode.with(["etc/other": ""]) { node in
            let line = "hostname=n1 systemd.machine_id=\(Self.id)"
            _ = try render(node, line)
            let before = ["etc/machine-id", "etc/hostname"].map { status(node, $0).st_ino }
            _ = try render(node, line)
            #expect(["etc/machine-id", "etc/hostname"].map { status(node, $0).st_ino } == before)
            #expect(try Folder.list(Path.join(node.root, "etc")) == ["hostname", "machine-id", "other"])
        }
    }

    @Test func linksAreReplacedAndNotFollowed() throws {
        try FixtureNode.with(["outside": "keep\n", "root/etc/other": ""]) { node in
            let root = FixtureNode(root: Path.join(node.root, "root"))
            for name in ["hostname", "machine-id"] {
                #expect(symlink("../../outside", Path.join(root.root, "etc/\(name)")) == 0)
            }
            _ = try render(root, "hostname=n1")
            #expect(content(node, "outside") == "keep\n")
            #expect(File.kind(Path.join(root.root, "etc/hostname")) == .regular)
            #expect(File.kind(Path.join(root.root, "etc/machine-id")) == .regular)
        }
    }

    @Test func aRootWithoutEtcIsADeviceFailure() throws {
        try FixtureNode.with([:]) { node in
            let failure = #expect(throws: Failure.self) { try render(node, "") }
            #expect(failure?.status == .device)
        }
    }
}
