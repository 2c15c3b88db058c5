import Host
import Testing

@testable import Lab

@Suite struct MapTests {
    @Test func theEmbeddedMapIsValid() throws {
        let map = try LabMap.embedded()
        #expect(map.entries.count > 250)
        #expect(map.groups.contains { $0.id == "core" })
        #expect(map.entries.contains { $0.name == "kernel-core" })
    }

    /// One row is one mistake and a part of what is said about it.
    @Test(arguments: [
        ("a: {fron: [x]}", "unknown key \"fron\""),
        ("a: {from: [x]}\n  b: {from: [x]}", "all files of x are given to a and to b"),
        ("a: {summary: nothing}", "a has neither \"from\" nor \"version\""),
        ("a: {from: [x], attributes: {/x: 0999}}", "must be \"MODE [USER [GROUP [CAPABILITIES]]]\""),
        ("a: {from: [x], requires: [\"b >> 1\"]}", "is not a dependency"),
        ("a: {from: x}", "\"from\" must be a list"),
        ("a: {from: [x], links: [b]}", "\"links\" must be a mapping"),
    ])
    func mistakesAreNamed(packages: String, message: String) {
        let failure = #expect(throws: Failure.self) { try Self.map(packages) }
        #expect(failure?.status == .invalidInput)
        #expect(failure?.description.contains(message) == true, "\(failure?.description ?? "no failure")")
    }

    @Test func groupsNameOnlyKnownPackages() {
        let failure = #expect(throws: Failure.self) {
            try Self.map(
                "bash: {from: [bash]}", groups: "[{id: core, name: Core, description: d, mandatory: [bsh]}]")
        }
        #expect(failure?.description.contains("did you mean \"bash\"") == true)
    }

    static func map(_ packages: String, groups: String = "[]") throws -> LabMap {
        let text = """
            layout: {move: {}, drop: [], replace: [], interpreters: [/bin/sh], ignore: [debconf]}
            updates: {backports: [], repack: []}
            groups: \(groups)
            packages:
              \(packages)
            """
        return try LabMap(Array(text.utf8), file: "map.yaml")
    }
}

/// The names of the map against those of a real distribution.
@Suite struct NameTests {
    static let data: String? = {
        let package = Path.parent(Path.parent(Path.parent(#filePath)))
        let shared = Environment.variable("NODEWRIGHT_SHARED") ?? Path.normalized(Path.join(package, "../shared"))
        let folder = Path.join(shared, "data/cs9")
        return File.exists(folder) ? folder : nil
    }()

    static func names(below folder: String) throws -> Set<String> {
        var names = Set<String>()
        for repository in try Folder.list(folder) {
            let metadata = Path.join(folder, "\(repository)/repodata")
            for name in try Folder.list(metadata) where name.hasSuffix("primary.xml.gz") {
                // Not in Swift: a debug build takes half a minute for the 150 MB.
                let found = try Command("zgrep", ["-o", "^  <name>[^<]*", Path.join(metadata, name)]).run().check().text
                names.formUnion(found.split(separator: "\n").map { String($0.dropFirst(8)) })
            }
        }
        return names
    }

    @Test(.enabled(if: data != nil, "the metadata of CentOS Stream 9 (../shared/data/cs9) is not here"))
    func namesAreThoseOfCentOSStream() throws {
        let names = try Self.names(below: #require(Self.data))
        #expect(names.count > 5000)
        for entry in try LabMap.embedded().entries {
            let isKnown = names.contains(entry.name)
            if entry.exception == nil {
                #expect(isKnown, "\(entry.name) is no name of CentOS Stream 9; give a reason or rename")
            } else {
                #expect(!isKnown, "\(entry.name) is a name of CentOS Stream 9 and needs no exception")
            }
        }
    }
}
