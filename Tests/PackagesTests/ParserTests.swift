import Host
import Testing
import Transfer

@testable import Packages

/// What the small readers of this module accept and refuse.
struct ParserTests {
    // MARK: XML

    @Test func readsXML() throws {
        let text = """
            <?xml version="1.0"?>
            <!DOCTYPE comps PUBLIC "-//x//DTD" "comps.dtd">
            <!-- a comment > with -->
            <a:root one="1 &lt; 2" two='&#x41;&#66;'>text &amp; more<child/><b:child>x</b:child><![CDATA[<raw>]]></a:root>
            """
        let root = try XMLElement.parse(Array(text.utf8), document: "test")
        #expect(root.name == "root")
        #expect(root.attributes == ["one": "1 < 2", "two": "AB"])
        #expect(root.text == "text & more<raw>")
        #expect(root.all("child").map(\.text) == ["", "x"])
    }

    /// Broken documents, each with the words of its failure.
    @Test(arguments: [
        ("", "ends too early"), ("<a><b></a>", "closes nothing"), ("<a", "name is missing"),
        ("<a>&foo;</a>", "unknown entity"),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>", "document type"), ("<a b=c/>", "without quotes"),
        ("<a>", "ends too early"),
        (String(repeating: "<a>", count: 100), "nested too deeply"), ("<a>&#x110000;</a>", "unknown entity"),
    ])
    func refusesBrokenXML(text: String, message: String) {
        let failure = #expect(throws: Failure.self) { try XMLElement.parse(Array(text.utf8), document: "test") }
        #expect(failure?.status == .invalidInput)
        #expect(failure?.message.contains(message) == true, "\(String(describing: failure))")
    }

    // MARK: repomd.xml

    private func index(_ data: String) throws -> RepositoryIndex {
        try RepositoryIndex(Array("<repomd>\(data)</repomd>".utf8), repository: "test")
    }

    private static func record(
        _ location: String = "repodata/primary.xml", checksum: String = String(repeating: "a", count: 64),
        type: String = "sha256", size: String = "10"
    ) -> String {
        "<data type=\"primary\"><checksum type=\"\(type)\">\(checksum)</checksum><location href=\"\(location)\"/><size>\(size)</size></data>"
    }

    @Test func readsAnIndex() throws {
        let record = try #require(try index(Self.record()).record("primary_zck", "primary"))
        #expect(record.location == "repodata/primary.xml" && record.size == 10)
    }

    @Test(arguments: [
        ("", "names no \"primary\""), (record("../../etc/passwd"), "leads out"), (record("/etc/passwd"), "leads out"),
        (record("http://elsewhere/x"), "leads out"), (record(type: "sha1", size: "1"), "names no \"primary\""),
        (record(checksum: "zz"), "names no \"primary\""), (record(size: "99999999999999"), "is said to have"),
    ])
    func refusesBrokenIndex(data: String, message: String) {
        let failure = #expect(throws: Failure.self) { try index(data) }
        #expect(failure?.message.contains(message) == true, "\(String(describing: failure))")
    }

    // MARK: Requests

    /// A request and its readings, most specific first, as hawkey lists them.
    @Test(arguments: [
        ("bash", ["bash"]),
        ("python3.9", ["python3|9", "python3.9"]),
        (
            "bash-5.1-2.x86_64",
            [
                "bash|0|5.1|2|x86_64", "bash-5.1-2|x86_64", "bash-5.1-2.x86_64", "bash|0|5.1|2.x86_64",
                "bash-5.1|0|2.x86_64",
            ]
        ),
        ("a-1:2-3", ["a|1|2|3"]),
        ("/usr/bin/sh", []),
        ("libc.so.6()(64bit)", []),
        ("a >= 1", []),
        ("", []),
    ])
    func readsRequests(text: String, expected: [String]) {
        let forms = PackageSpecification.forms(text).map { form in
            var parts = [form.name]
            if let version = form.version { parts += ["\(form.epoch ?? 0)", version] }
            if let release = form.release { parts.append(release) }
            if let architecture = form.architecture { parts.append(architecture) }
            return parts.joined(separator: "|")
        }
        #expect(forms == expected)
    }

    // MARK: Groups

    @Test func mergesGroupsAndEnvironments() throws {
        var groups = PackageGroups()
        try groups.add(
            Array(
                """
                <comps><group><id>core</id><name>Core</name><name xml:lang="de">Kern</name><packagelist>
                <packagereq type="mandatory">bash</packagereq><packagereq type="conditional" requires="x">y</packagereq>
                </packagelist></group><environment><id>minimal</id><name>Minimal Install</name><grouplist>
                <groupid>core</groupid><groupid>absent</groupid></grouplist></environment></comps>
                """.utf8), repository: "one")
        try groups.add(
            Array(
                "<comps><group><id>core</id><packagelist><packagereq type=\"optional\">vim</packagereq></packagelist></group></comps>"
                    .utf8), repository: "two")
        #expect(groups.matching("core")?.first?.members.map(\.name) == ["bash", "y", "vim"])
        #expect(groups.matching("minimal install")?.map(\.id) == ["core"])
        #expect(groups.matching("Minimal Install")?.map(\.id) == ["core"])
        #expect(groups.matching("co*")?.map(\.id) == ["core"])
        #expect(groups.matching("nothing") == nil)
    }

    @Test(arguments: [
        "", "not a key", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!!!\n-----END PGP PUBLIC KEY BLOCK-----\n", "\u{99}",
    ])
    func refusesWhatIsNoKey(text: String) {
        let failure = #expect(throws: Failure.self) {
            try OpenPGPPackets.certificates(Array(text.utf8), named: "test")
        }
        #expect(failure?.status == .invalidInput)
    }

    // MARK: Users

    @Test func makesUsersOfSysusersFiles() throws {
        try Folder.withTemporary { root in
            try Folder.create(Path.join(root, "etc"))
            try File.write(Path.join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\ntaken:x:999:998::/:/bin/sh\n")
            try File.write(Path.join(root, "etc/group"), "root:x:0:\ntaken:x:998:\nkvm:x:36:\n")
            var users = try SystemUsers(root: root)
            users.apply(
                """
                # comment
                u qemu 107:kvm "Virtual machines" /var/empty
                u plain -
                u! locked 999 "Number is taken"
                u with 50:60 - - /bin/bash
                g with 60
                m qemu helpers
                u root 0
                u bad:name 5
                """)
            try users.write()
            let passwd = try File.readText(Path.join(root, "etc/passwd"))
            #expect(passwd.contains("qemu:x:107:36:Virtual machines:/var/empty:/usr/sbin/nologin\n"))
            #expect(passwd.contains("plain:x:997:997::/:/usr/sbin/nologin\n"))
            #expect(passwd.contains("locked:x:996:996:Number is taken:/:/usr/sbin/nologin\n"))
            #expect(passwd.contains("with:x:50:60::/:/bin/bash\n"))
            #expect(!passwd.contains("bad"))
            #expect(try File.readText(Path.join(root, "etc/group")).contains("helpers:x:995:qemu\n"))
        }
    }

    // MARK: Addresses

    @Test(arguments: [
        ("file:/a/b", "/a/b"), ("file:///a%20b", "/a b"), ("/a", "/a"), ("file://localhost/a", "/a"),
        ("http://a/b", nil),
        ("file://elsewhere/a", nil),
    ])
    func readsLocalAddresses(address: String, path: String?) {
        #expect(RepositoryAddress.localPath(address) == path)
    }
}
