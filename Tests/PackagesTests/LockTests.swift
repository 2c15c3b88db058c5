import Host
import Testing
import Transfer

@testable import Packages

/// The lock and the commands around it, on a small signed repository.
@Suite(.enabled(if: PackageFixtures.available, "needs rpmbuild, rpmsign, gpg and createrepo_c"))
struct LockTests {
    private func withRepository(
        _ names: [String] = ["base", "service", "scripted"],
        _ body: (ResolutionRequest, Resolver, String) throws -> Void
    ) throws {
        let fixtures = try PackageFixtures.shared.get()
        try Folder.withTemporary { folder in
            try fixtures.repository(at: Path.join(folder, "repository"), names)
            let source = RepositorySource(
                name: "test", baseURLs: ["file:" + Path.join(folder, "repository")], keys: [fixtures.keyFile(.good)])
            let resolver = Resolver(cacheFolder: Path.join(folder, "cache"))
            try body(ResolutionRequest(packages: ["service"], repositories: [source]), resolver, folder)
        }
    }

    @Test func readsWhatItWrites() throws {
        try withRepository { request, resolver, folder in
            let lock = try resolver.resolve(request)
            #expect(lock.packages.map(\.nevra) == ["base-1-1.noarch", "service-1-1.noarch"])
            #expect(lock.packages.map(\.reason) == [.dependency(of: "service"), .request("service")])
            #expect(lock.newestBuildTime == lock.packages.map(\.buildTime).max())
            let path = Path.join(folder, "a.lock.json")
            try lock.write(path)
            #expect(try Lock.read(path) == lock)
            let first = try File.read(path)
            try resolver.resolve(request).write(path)
            #expect(try File.read(path) == first)
        }
    }

    @Test func isFollowedUntilTheRequestChanges() throws {
        try withRepository { request, resolver, folder in
            let file = LockFile(recipe: Path.join(folder, "node.yaml"))
            #expect(Path.name(file.path) == "node.lock.json")
            let none = #expect(throws: Failure.self) { try file.lock(for: request, with: resolver, locked: true) }
            #expect(none?.status == .invalidInput)
            try resolver.resolve(request).write(file.path)
            // Followed without looking at the repository.
            try Folder.remove(Path.join(folder, "repository"))
            let lock = try file.lock(for: request, with: resolver, locked: true)
            #expect(lock.packages.count == 2)
        }
        try withRepository { request, resolver, folder in
            let file = LockFile(path: Path.join(folder, "lock"))
            try resolver.resolve(request).write(file.path)
            var more = request
            more.packages.append("scripted")
            let failure = #expect(throws: Failure.self) { try file.lock(for: more, with: resolver, locked: true) }
            #expect(failure?.status == .invalidInput)
            #expect(failure?.details == ["added scripted-1-1.noarch"])
            #expect(try file.lock(for: more, with: resolver, locked: false).packages.count == 3)
        }
    }

    /// A change of the text, and what the failure must say.
    @Test(arguments: [
        ("\"format\": 1", "\"format\": 9", "format 9"),
        ("\"checksum\": \"sha256:", "\"checksum\": \"sha1:", "\"checksum\" must be"),
        ("\"location\": \"base", "\"location\": \"../../base", "leads out of the repository"),
        ("\"required-by\"", "\"because-of\"", "\"reason\""),
        ("\"size\": ", "\"size\": -", "\"size\" must be"),
        ("\"arch\"", "\"arc\"", "the key \"arch\" is missing"),
    ])
    func refusesWhatItDoesNotUnderstand(old: String, new: String, message: String) throws {
        try withRepository { request, resolver, folder in
            let path = Path.join(folder, "lock")
            try resolver.resolve(request).write(path)
            try File.write(path, try File.readText(path).replacing(old, with: new))
            let failure = #expect(throws: Failure.self) { try Lock.read(path) }
            #expect(failure?.status == .invalidInput)
            #expect(failure?.message.contains(message) == true, "\(String(describing: failure))")
        }
    }
}
