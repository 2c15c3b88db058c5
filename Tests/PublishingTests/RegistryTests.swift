import Document
import Glibc
import Host
import Publishing
import TestSupport
import Testing
import Transfer
import Updates

/// Repositories in an OCI registry.
@Suite struct RegistryTests {
    private func storage(
        _ server: RegistryServer, _ access: RepositoryFolder.Access, _ credentials: RegistryCredentials = .anonymous
    ) throws -> RegistryRepository {
        try RegistryRepository(client(server, credentials), for: access)
    }

    private func client(
        _ server: RegistryServer, _ credentials: RegistryCredentials = .anonymous
    ) throws -> RegistryClient {
        try RegistryClient(RegistryAddress("oci://\(server.host)/team/updates"), credentials: credentials)
    }

    private func begin(_ bench: Workbench, _ server: RegistryServer) throws {
        try bench.generate("root", "targets", "snapshot", "timestamp")
        let root = try bench.root()
        _ = try RootInstallation(storage(server, .beginning), bench.ring(), now: bench.now).install(root)
        try File.write(Path.join(bench.folder, "1.root.json"), root.bytes)
    }

    /// What a client of the registry makes of it.
    private func fetch(_ bench: Workbench, _ server: RegistryServer, _ targets: [String]) throws -> [[UInt8]] {
        let place = Path.join(bench.folder, "registry client")
        let trusted = MetadataFolder(Path.join(place, "metadata"))
        if !File.exists(trusted.path) {
            try UpdateClient.begin(with: File.read(Path.join(bench.folder, "1.root.json")), in: trusted)
        }
        let source = RegistrySource(try client(server))
        let run = UpdateClient(folder: trusted, metadata: source, targets: source, startTime: bench.now)
        try run.refresh()
        return try targets.map { path in
            let target = try #require(try run.findTarget(path), "\(path) is no target")
            return try File.read(run.download(target, to: Path.join(place, "targets")).path)
        }
    }

    @Test(.enabled(if: RegistryServer.isHere, Comment(rawValue: RegistryServer.missing)))
    func aRepositoryInARegistryIsPublishedAndRead() throws {
        try Workbench.run { bench in
            try RegistryServer.with { server in
                let none = failure { _ = try storage(server, .changing) }
                #expect(none?.status == .invalidInput && none?.hint?.contains("--root") == true)
                try begin(bench, server)
                for version in ["1.0", "1.1", "1.2"] {
                    try bench.publish(version, storage: storage(server, .changing))
                }
                let again = failure { try bench.publish("1.0", storage: storage(server, .changing)) }
                #expect(again?.status == .nothingToDo)
                let names = ["1.0", "1.2"].flatMap { version in
                    ["manifest.json", "root.squashfs", "root.caibx"].map { "releases/node/\(version)/x86_64/\($0)" }
                }
                let contents = try fetch(bench, server, names)
                #expect(contents[4] == (try File.read(Path.join(bench.folder, "update-node-1.2-x86_64/root.squashfs"))))
                // Parts of a file, as a delta download asks for them.
                let source = RegistrySource(try client(server))
                let url = try #require(
                    try source.address(
                        ofTarget: "\(names[4])".replacing(
                            "root.squashfs", with: "\(Checksum.of(contents[4]).hex).root.squashfs")))
                let part = try Command("curl", ["-s", "-r", "100-199", url]).run().check().output
                #expect(part == Array(contents[4][100..<200]))
                // Old metadata is not dragged along for ever.
                let metadata = try source.state().layers.keys.filter { $0.hasSuffix(".snapshot.json") }
                #expect(metadata.count == 2)
                #expect(try RepositoryOverview(storage(server, .reading)).lists.first?.offers.count == 3)
            }
        }
    }

    @Test(.enabled(if: RegistryServer.isHere, Comment(rawValue: RegistryServer.missing)))
    func keysAreReplacedInARegistryToo() throws {
        try Workbench.run { bench in
            try RegistryServer.with { server in
                try begin(bench, server)
                try bench.publish("1.0", storage: storage(server, .changing))
                let first = try RootFile(file: Path.join(bench.folder, "1.root.json"))
                var change = RootChange()
                change.removed = first.signers(.timestamp).keyIDs
                change.added = try bench.generate("timestamp")
                var next = try change.next(after: first, expires: Validity.expiry(days: 365, from: bench.now))
                try next.sign(bench.ring(), previous: first)
                _ = try RootInstallation(storage(server, .changing), bench.ring(), now: bench.now).install(next)
                try bench.publish("1.1", storage: storage(server, .changing))
                _ = try fetch(bench, server, ["releases/node/1.1/x86_64/manifest.json"])
                #expect(try RepositoryOverview(storage(server, .reading)).metadata.first?.version == 2)
            }
        }
    }

    @Test(.enabled(if: RegistryServer.isHere, Comment(rawValue: RegistryServer.missing)))
    func twoPublishersAreToldApart() throws {
        try Workbench.run { bench in
            try RegistryServer.with { server in
                try begin(bench, server)
                let late = try storage(server, .changing)
                try bench.publish("1.0", storage: storage(server, .changing))
                #expect(failure { try bench.publish("1.1", storage: late) }?.status == .busy)
                _ = try fetch(bench, server, ["releases/node/1.0/x86_64/manifest.json"])
            }
        }
    }

    @Test(.enabled(if: RegistryServer.isHere, Comment(rawValue: RegistryServer.missing)))
    func aRegistryAsksForAPassword() throws {
        try Workbench.run { bench in
            try RegistryServer.with(login: "ci:swordfish") { server in
                let refused = failure { _ = try storage(server, .beginning) }
                #expect(refused?.status == .signature && refused?.hint?.contains("docker login") == true)
                func credentials(_ login: String) throws -> RegistryCredentials {
                    let file = Path.join(bench.folder, "config.json")
                    let auth = Base64.text(Array(login.utf8))
                    try File.write(file, "{\"auths\": {\"\(server.host)\": {\"auth\": \"\(auth)\"}}}", mode: 0o600)
                    return try RegistryCredentials(host: server.host, file: file)
                }
                let wrong = failure { _ = try storage(server, .beginning, credentials("ci:guess")) }
                #expect(wrong?.status == .signature && wrong.map { "\($0)".contains("guess") } == false)
                try bench.generate("root", "targets", "snapshot", "timestamp")
                let place = try storage(server, .beginning, credentials("ci:swordfish"))
                _ = try RootInstallation(place, bench.ring(), now: bench.now).install(bench.root())
                #expect("\(try credentials("ci:swordfish"))" == "(credentials)")
            }
        }
    }

    /// A token is got with the password, and the registry itself never sees that.
    @Test func aRegistryAsksForAToken() throws {
        try Workbench.run { bench in
            let script = """
                import http.server, sys
                class Registry(http.server.BaseHTTPRequestHandler):
                    def log_message(self, *_): pass
                    def do_GET(self):
                        given = self.headers.get("Authorization", "")
                        print(self.path.split("?")[0], given.split(" ")[0], file=log, flush=True)
                        body = b""
                        if self.path.startswith("/token"):
                            right = "scope=repository%3Ateam%2Fupdates%3Apull&service=the%20registry" in self.path
                            body = b'{"token": "abc"}' if right and given == "Basic Y2k6c3dvcmRmaXNo" else b"{}"
                            self.send_response(200)
                        elif given == "Bearer abc":
                            self.send_response(404)
                        else:
                            self.send_response(401)
                            self.send_header("WWW-Authenticate",
                                f'Bearer realm="http://{self.headers["Host"]}/token",service="the registry"')
                        self.send_header("Content-Length", str(len(body)))
                        self.end_headers()
                        self.wfile.write(body)
                log = open(sys.argv[2], "w")
                server = http.server.HTTPServer(("127.0.0.1", 0), Registry)
                with open(sys.argv[1] + ".new", "w") as file: file.write(str(server.server_address[1]))
                import os; os.rename(sys.argv[1] + ".new", sys.argv[1])
                server.serve_forever()
                """
            let ready = Path.join(bench.folder, "port")
            let log = Path.join(bench.folder, "log")
            try RegistryServer.while("python3", ["-c", script, ready, log]) {
                while !File.exists(ready) { usleep(20_000) }
                let host = "127.0.0.1:\(try File.readText(ready))"
                let file = Path.join(bench.folder, "config.json")
                try File.write(file, "{\"auths\": {\"http://\(host)/v1/\": {\"auth\": \"Y2k6c3dvcmRmaXNo\"}}}")
                let client = try RegistryClient(
                    RegistryAddress("oci://\(host)/team/updates"),
                    credentials: RegistryCredentials(host: host, file: file))
                #expect(try client.manifest() == nil)
                let path = "/v2/team/updates/manifests/latest"
                #expect(try File.readText(log) == "\(path) \n/token Basic\n\(path) Bearer\n")
            }
        }
    }

    @Test(arguments: [
        "oci://", "oci://host", "oci://host/", "oci:///name", "oci://host/UPPER", "oci://host/a/../b",
        "oci://host/a:b:c",
        "https://host/a", "oci://ho st/a", "oci://user@host/a", "oci://host/a:.b",
    ])
    func whatIsNoAddress(text: String) { #expect(failure { _ = try RegistryAddress(text) }?.status == .invalidInput) }

    /// Unencrypted only on this machine.
    @Test(arguments: [
        ("oci://127.0.0.1:5000/a", "http://127.0.0.1:5000/v2/a/"), ("oci://localhost/a/b", "http://localhost/v2/a/b/"),
        ("oci://[::1]:5000/a", "http://[::1]:5000/v2/a/"),
        ("oci://registry.example.org/a", "https://registry.example.org/v2/a/"),
        ("oci://127.0.0.1.example.org/a", "https://127.0.0.1.example.org/v2/a/"),
        ("oci://localhost.example.org/a:old", "https://localhost.example.org/v2/a/"),
    ])
    func addresses(text: String, base: String) throws { #expect(try RegistryAddress(text).base == base) }
}
