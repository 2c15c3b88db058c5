import Glibc
import Host
import TestSupport
import Testing
import Transfer

@testable import Packages

/// Repositories and packages that must not be believed, and what the failures say.
@Suite(.enabled(if: PackageFixtures.available, "needs rpmbuild, rpmsign, gpg and createrepo_c"))
struct TrustTests {
    /// One repository and the way in which it is wrong.
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        /// Signs the packages.
        var key: PackageFixtures.Key? = .good
        /// Signs repomd.xml.
        var indexKey: PackageFixtures.Key? = .good
        /// Those that the recipe names.
        var believed: [PackageFixtures.Key] = [.good]
        var allowsUnsigned = false
        /// Damages the repository in a folder.
        var damage: @Sendable (String) throws -> Void = { _ in }
        /// The class of the failure, and a part of its text; nil when all is well.
        var status: Host.ExitStatus? = .signature
        var message = ""
    }

    static let cases: [Case] = [
        Case(testDescription: "all is well", status: nil),
        Case(testDescription: "several keys, one of them expired", believed: [.expired, .good], status: nil),
        Case(
            testDescription: "unsigned and allowed", key: nil, indexKey: nil, believed: [], allowsUnsigned: true,
            status: nil),
        Case(testDescription: "no keys", believed: [], message: "has no keys"),
        Case(testDescription: "unsigned index", indexKey: nil, message: "not signed"),
        Case(testDescription: "unsigned package", key: nil, message: "is not signed"),
        Case(testDescription: "index by a stranger", indexKey: .other, message: "unknown key"),
        Case(testDescription: "package by a stranger", key: .other, message: "none of the keys"),
        Case(
            testDescription: "only an expired key", key: .expired, indexKey: .expired, believed: [.expired],
            message: "expired on 2020-12-31"),
        Case(
            testDescription: "package by an expired key", key: .expired, believed: [.expired, .good],
            message: "expired on 2020-12-31"),
        Case(
            testDescription: "index by an expired key", indexKey: .expired, believed: [.expired, .good],
            message: "expired on 2020-12-31"),
        Case(
            testDescription: "index by a key of the future", indexKey: .future, believed: [.future, .good],
            message: "not valid before 2060-01-01"),
        Case(testDescription: "only a key of the future", believed: [.future], message: "not valid before 2060-01-01"),
        Case(
            testDescription: "only a revoked key", believed: [.revoked],
            message: "was revoked on \(CalendarTime(wallClockSeconds()).date)"),
        Case(
            testDescription: "changed index",
            damage: { try append(" ", to: Path.join($0, "repodata/repomd.xml")) }, message: "does not match the content"
        ),
        Case(
            testDescription: "changed primary metadata",
            damage: { folder in try append("x", to: try metadata(folder, "primary.xml")) }, message: "is damaged"),
        Case(
            testDescription: "truncated package",
            damage: { try truncate(Path.join($0, "base-1-1.noarch.rpm"), by: 100) },
            message: "bytes, not"),
        Case(
            testDescription: "changed package", damage: { try flip(Path.join($0, "base-1-1.noarch.rpm"), at: -20) },
            message: "checksum is"),
        Case(
            testDescription: "package behind new metadata, damaged",
            damage: { folder in
                // The metadata vouch for the damage; the package's own digests do not.
                try flip(Path.join(folder, "base-1-1.noarch.rpm"), at: -20)
                try Folder.remove(Path.join(folder, "repodata"))
                try Command("createrepo_c", ["--quiet", folder]).run().check()
                try PackageFixtures.shared.get().signDetached(Path.join(folder, "repodata/repomd.xml"), with: .good)
            }, message: "package base-1-1.noarch of repository \"test\" is damaged"),
        Case(
            testDescription: "missing package", damage: { try File.remove(Path.join($0, "base-1-1.noarch.rpm")) },
            status: .invalidInput, message: "No such file"),
        Case(
            testDescription: "missing index", damage: { try Folder.remove(Path.join($0, "repodata")) },
            status: .invalidInput, message: "No such file"),
    ]

    @Test(arguments: cases)
    func believesOnlyWhatIsSound(one: Case) throws {
        let fixtures = try PackageFixtures.shared.get()
        try Folder.withTemporary { folder in
            let place = Path.join(folder, "repository")
            try fixtures.repository(at: place, ["base"], key: one.key, indexKey: one.indexKey)
            try one.damage(place)
            let source = RepositorySource(
                name: "test", baseURLs: ["file:" + place], keys: one.believed.map(fixtures.keyFile),
                allowsUnsigned: one.allowsUnsigned)
            try expect(one.status, one.message) { try fetch(source, cache: Path.join(folder, "cache")) }
        }
    }

    /// Resolves `base` and fetches it.
    @discardableResult
    private func fetch(_ source: RepositorySource, cache: String, offline: Bool = false) throws -> [StoredPackage] {
        let request = ResolutionRequest(packages: ["base"], repositories: [source])
        let lock = try Resolver(cacheFolder: cache, offline: offline).resolve(request)
        return try PackageStore(cacheFolder: cache, offline: offline).fetch(lock, from: [source])
    }

    private func expect(_ status: Host.ExitStatus?, _ message: String, _ body: () throws -> Void) throws {
        do {
            try body()
            #expect(status == nil)
        } catch let failure as Failure {
            #expect(failure.status == status, "\(failure)")
            #expect(failure.description.contains(message), "\(failure)")
        }
    }

    // MARK: Networks

    /// A server that has the repository in `place` under /repo.
    private func serve(_ place: String, on server: LoopbackServer, under prefix: String = "/repo") throws {
        for name in try Folder.walk(place) where File.kind(Path.join(place, name)) == .regular {
            server.respond(prefix + "/" + name, .init(body: try File.read(Path.join(place, name))))
        }
    }

    @Test func goesOnWithTheNextMirrorAndWorksOffline() throws {
        let fixtures = try PackageFixtures.shared.get()
        try Folder.withTemporary { folder in
            let place = Path.join(folder, "repository")
            try fixtures.repository(at: place, ["base"])
            let server = try LoopbackServer()
            try serve(place, on: server)
            // A mirror whose index is from a stranger and whose package is cut.
            try serve(place, on: server, under: "/bad")
            server.respond("/bad/repodata/repomd.xml", .init(body: Array("<repomd/>".utf8)))
            let base = "http://127.0.0.1:\(server.port)"
            let source = RepositorySource(
                name: "test", baseURLs: ["http://127.0.0.1:1/nothing", base + "/bad", base + "/repo"],
                keys: [fixtures.keyFile(.good)])
            let cache = Path.join(folder, "cache")
            #expect(try fetch(source, cache: cache).count == 1)
            for name in try Folder.walk(place) {
                server.respond("/repo/" + name, .init(body: [], status: 503))
                server.respond("/bad/" + name, .init(body: [], status: 503))
            }
            #expect(try fetch(source, cache: cache, offline: true).count == 1)
            try expect(.network, "cannot download") { try fetch(source, cache: cache) }
            try expect(.network, "not in the cache") { try fetch(source, cache: cache + "-new", offline: true) }
        }
    }

    @Test func believesAnUnsignedIndexThatALocalMetalinkNames() throws {
        let fixtures = try PackageFixtures.shared.get()
        try Folder.withTemporary { folder in
            let place = Path.join(folder, "repository")
            try fixtures.repository(at: place, ["base"], indexKey: nil)
            func metalink(_ checksum: String) throws -> RepositorySource {
                let path = Path.join(folder, "metalink.xml")
                try File.write(
                    path,
                    """
                    <?xml version="1.0"?>
                    <metalink version="3.0" xmlns="http://www.metalinker.org/"><files><file name="repomd.xml">
                    <verification><hash type="md5">00</hash><hash type="sha256">\(checksum)</hash></verification>
                    <resources><url protocol="rsync" preference="100">rsync://nowhere/repodata/repomd.xml</url>
                    <url protocol="file" preference="90">file:\(folder)/absent/repodata/repomd.xml</url>
                    <url protocol="file" preference="80">file:\(place)/repodata/repomd.xml</url></resources>
                    </file></files></metalink>
                    """)
                return RepositorySource(name: "test", metalink: path, keys: [fixtures.keyFile(.good)])
            }
            let right = try Checksum.of(file: Path.join(place, "repodata/repomd.xml")).hex
            #expect(try fetch(metalink(right), cache: Path.join(folder, "cache")).count == 1)
            try expect(.signature, "does not name") {
                _ = try fetch(metalink(String(repeating: "0", count: 64)), cache: Path.join(folder, "cache"))
            }
        }
    }

    @Test func verifiesOnceForAGivenSetOfKeys() throws {
        let fixtures = try PackageFixtures.shared.get()
        try Folder.withTemporary { folder in
            let place = Path.join(folder, "repository")
            try fixtures.repository(at: place, ["base"])
            var source = RepositorySource(
                name: "test", baseURLs: ["file:" + place], keys: [fixtures.keyFile(.good)])
            let cache = Path.join(folder, "cache")
            let stored = try fetch(source, cache: cache)
            // Not read again: only its size counts.
            try flip(stored[0].path, at: -20)
            #expect(try fetch(source, cache: cache).count == 1)
            // Another set of keys: verified again.
            source.keys.append(fixtures.keyFile(.other))
            try expect(.signature, "is damaged") { try fetch(source, cache: cache) }
        }
    }
}

private func append(_ text: String, to path: String) throws {
    try File.write(path, try File.read(path) + Array(text.utf8))
}

private func truncate(_ path: String, by count: Int) throws {
    try File.write(path, try File.read(path).dropLast(count))
}

private func flip(_ path: String, at offset: Int) throws {
    var content = try File.read(path)
    content[offset < 0 ? content.count + offset : offset] ^= 0xFF
    try File.write(path, content)
}

private func metadata(_ folder: String, _ kind: String) throws -> String {
    let names = try Folder.list(Path.join(folder, "repodata"))
    return Path.join(folder, "repodata/" + (try #require(names.first { $0.contains(kind) })))
}
