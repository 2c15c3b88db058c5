import Document
import Host
import TestSupport
import Testing

@testable import Lab

/// Whole labs of three packages, from an archive that misbehaves.
@Suite(.enabled(if: Environment.program("createrepo_c") != nil, "createrepo_c is not here"))
struct LabBuilderTests {
    private static let main = ["one", "two", "three"].map { DebianFixture.Package(name: $0, version: "1.0-1") }
    private static let security = [DebianFixture.Package(name: "one", version: "1.0-1+deb13u1")]

    private func request(_ fixture: DebianFixture, _ folder: String, _ name: String) throws -> LabRequest {
        var request = LabRequest(
            output: Path.join(folder, "\(name)/lab"), cache: Path.join(folder, "\(name)/lab-cache"))
        request.mirror = fixture.server.url("/debian")
        request.keyring = fixture.keyring
        let text = """
            layout: {move: {}, drop: [], replace: [], interpreters: [], ignore: []}
            updates: {backports: [], repack: [two]}
            groups: []
            packages: {one: {from: [one]}, two: {from: [two]}, three: {from: [three]}}
            """
        request.map = try LabMap(Array(text.utf8), file: "map.yaml")
        return request
    }

    /// Repository, name, version and checksum of every package.
    private func listing(_ lab: String) throws -> [String] {
        try Folder.walk(lab).filter { $0.hasSuffix(".rpm") }.map { file in
            let format = "%{nevra} %{sha256header}"
            let text = try Command("rpm", ["-qp", "--nosignature", "--queryformat", format, Path.join(lab, file)]).run()
            return String(file.prefix { $0 != "/" }) + " " + text.text
        }
    }

    @Test func anInterruptedRunGoesOnWhereItStopped() throws {
        try DebianFixture.with(main: Self.main, security: Self.security) { fixture, folder in
            let server = fixture.server
            let request = try request(fixture, folder, "interrupted")
            let three = "/debian/pool/three_1.0-1_amd64.deb"
            let whole = try #require(server.response(three))
            server.respond(three, .init(body: [], status: 503))
            let failure = #expect(throws: Failure.self) { try LabBuilder(request).create() }
            #expect(failure?.status == .network)
            #expect(failure?.description.contains(three) == true)
            #expect(!File.exists(request.output))

            server.respond(three, whole)
            let summary = try LabBuilder(request).create()
            #expect(summary.parts.map(\.packages) == [3, 2, 0])
            for package in ["/debian/pool/one_1.0-1_amd64.deb", "/debian/pool/two_1.0-1_amd64.deb"] {
                #expect(server.requests.filter { $0 == package }.count == 1, "\(package) came twice")
            }
            // The third was asked for once in vain.
            #expect(server.requests.filter { $0 == three }.count == 2)
            let count = server.requests.count
            #expect(try LabBuilder(request).create().isUnchanged)
            #expect(server.requests.count == count, "a complete lab needs no network")

            // One that nothing interrupted is the same.
            let other = try self.request(fixture, folder, "whole")
            try Folder.create(other.cache)
            try Command("cp", ["-r", Path.join(request.cache, "key"), other.cache]).run().check()
            _ = try LabBuilder(other).create()
            let listing = try listing(other.output)
            #expect(listing.count == 5)
            #expect(try self.listing(request.output) == listing)
        }
    }

    /// Another nodectl is packaged without a look at the archive, which may be out of reach.
    @Test(.enabled(if: Environment.program("rpmbuild") != nil, "rpmbuild is not here"))
    func anotherNodectlNeedsNoNetwork() throws {
        try DebianFixture.with(main: Self.main, security: Self.security) { fixture, folder in
            var request = try request(fixture, folder, "another")
            let program = Path.join(folder, "nodectl")
            try File.copy(try Programs.built("nodectl"), to: program)
            request.nodectl = program
            request.packaging = Path.normalized(Path.join(Path.parent(#filePath), "../../packaging"))
            #expect(try LabBuilder(request).create().parts.map(\.packages) == [3, 3, 1])
            let before = try listing(request.output)

            try File.write(program, try File.read(program) + [0], mode: 0o755)
            fixture.server.stop()
            let summary = try LabBuilder(request).create()
            #expect(!summary.isUnchanged && summary.converted == 0)
            #expect(
                try listing(request.output).filter { !$0.contains("nodectl") }
                    == before.filter { !$0.contains("nodectl") })
            // Looking for newer packages does need it.
            request.refresh = true
            let failure = #expect(throws: Failure.self) { try LabBuilder(request).create() }
            #expect(failure?.status == .network)
        }
    }

    @Test func indexesMustBeSignedByTheArchive() throws {
        try DebianFixture.with(main: Self.main, security: Self.security) { fixture, folder in
            let path = "/debian/dists/trixie/InRelease"
            let good = try #require(fixture.server.response(path)).body
            let changed = String(decoding: good, as: UTF8.self).replacing("Suite: trixie", with: "Suite: trixie2")
            for damaged in [Array(changed.utf8), Array(good.prefix(good.count / 2)), [], Array("<html>".utf8)] {
                fixture.server.respond(path, .init(body: damaged))
                let failure = #expect(throws: Failure.self) {
                    try LabBuilder(try request(fixture, folder, "damaged")).create()
                }
                #expect(failure?.status == .signature, "\(damaged.count) bytes: \(failure?.description ?? "accepted")")
                #expect(failure?.description.contains("trixie") == true)
            }
            fixture.server.respond(path, .init(body: good))
            _ = try LabBuilder(try request(fixture, folder, "damaged")).create()
        }
    }

    /// What a user sees of it.
    @Test func exitStatusAndNameOfTheMirror() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/debian/dists/trixie/InRelease", .init(body: Array("no signature\n".utf8)))
        let hasKeys = LabRequest.installedKeyring != nil
        for (mirror, status) in [
            ("http://127.0.0.1:1/debian", ExitStatus.network),
            (server.url("/debian"), hasKeys ? .signature : .invalidInput),
        ] {
            try Folder.withTemporary { folder in
                let result = try Command(
                    Programs.built("nodewright"), ["lab", "create", "--mirror", mirror],
                    environment: ["NODEWRIGHT_CACHE": folder]
                ).run()
                #expect(result.status == status.rawValue, "\(result.errorTail)")
                #expect(!hasKeys || result.errorTail.contains(status == .network ? mirror : "trixie"))
                #expect(!File.exists(Path.join(folder, "lab")))
            }
        }
    }
}
