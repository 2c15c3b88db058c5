import Document
import Host
import TestSupport
import Testing

@testable import Packages

/// `nodewright resolve` as people run it.
@Suite(.enabled(if: PackageFixtures.available, "needs rpmbuild, rpmsign, gpg and createrepo_c"))
struct ResolveCommandTests {
    /// Runs the command on a recipe that asks for `packages`.
    private func resolve(
        _ packages: String, address: String? = nil, key: PackageFixtures.Key = .good, _ arguments: [String] = [],
        _ body: (Command.Result, String) throws -> Void
    ) throws {
        let fixtures = try PackageFixtures.shared.get()
        try Folder.withTemporary { folder in
            let place = Path.join(folder, "repository")
            try fixtures.repository(at: place, ["base", "service"])
            let recipe = Path.join(folder, "node.yaml")
            try File.write(
                recipe,
                """
                name: node
                version: 1.0.0
                arch: x86_64
                release: 1
                repositories:
                  - name: test
                    baseurl: \(address ?? "file:" + place)
                    gpgkeys: ["\(fixtures.keyFile(key))"]
                packages: [\(packages)]
                """)
            let cache = ["NODEWRIGHT_CACHE": Path.join(folder, "cache")]
            let program = try Programs.built("nodewright")
            let result = try Command(program, ["resolve", recipe] + arguments, environment: cache).run()
            try body(result, folder)
        }
    }

    @Test func writesTheLockBesideTheRecipe() throws {
        try resolve("service", ["--json"]) { result, folder in
            #expect(result.status == 0, "\(result.errorTail)")
            let last = try #require(result.text.split(separator: "\n").last.map(String.init))
            let object = try JSON.parse(last, file: "output")
            #expect(object["result"]?.string == "done" && object["packages"]?.integer == 2)
            #expect(try Lock.read(Path.join(folder, "node.lock.json")).packages.count == 2)
            #expect(try Folder.list(folder).filter { $0.contains(".new") } == [])
        }
    }

    /// Requests, the address and key of the repository, the exit status, and a part of the message.
    @Test(arguments: [
        (
            "no-such-package", nil, PackageFixtures.Key.good, Int32(2),
            "no repository has a package for \"no-such-package\""
        ),
        ("basic, servise", nil, .good, 2, "for 2 of the requests"),
        ("\"@core\"", nil, .good, 2, "no group matches \"@core\""),
        ("service, \"-base\"", nil, .good, 2, "filtered out by exclude filtering"),
        ("service", nil, .other, 5, "unknown key"),
        ("service", nil, .expired, 5, "expired on 2020-12-31"),
        ("service", "http://127.0.0.1:1/", .good, 4, "cannot download"),
    ])
    func endsWithTheDocumentedStatus(
        packages: String, address: String?, key: PackageFixtures.Key, status: Int32, message: String
    ) throws {
        try resolve(packages, address: address, key: key) { result, folder in
            #expect(result.status == status, "\(result.errorTail)")
            #expect(result.errorTail.contains(message), "\(result.errorTail)")
            #expect(!File.exists(Path.join(folder, "node.lock.json")))
        }
    }
}
