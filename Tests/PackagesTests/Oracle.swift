import Document
import Host
import Testing

@testable import Packages

/// dnf, asked what it would choose.
enum Oracle {
    /// What dnf says to a request.
    enum Answer {
        case packages(Set<String>)
        case impossible(String)
    }

    private static let project = Path.parent(Path.parent(Path.parent(#filePath)))

    /// Real metadata, beside a checkout of the project.
    static let data =
        Environment.variable("NODEWRIGHT_TEST_DATA") ?? Path.normalized(Path.join(project, "../shared/data"))
    static var dataFolder: String? {
        [data, Path.normalized(Path.join(project, "../../shared/data"))].first { File.exists(Path.join($0, "cs9")) }
    }
    static var hasData: Bool { dataFolder != nil }
    static var hasDNF: Bool {
        (try? Command("/usr/bin/python3", ["-c", "import dnf"]).run().status) == 0
    }
    static var labFolder: String? {
        let lab = Path.join(Environment.cacheFolder, "lab")
        return File.exists(Path.join(lab, "fedora/repodata/repomd.xml")) ? lab : nil
    }

    static func repository(_ name: String, _ folder: String, priority: Int = 99) -> RepositorySource {
        RepositorySource(
            name: name, baseURLs: ["file://" + Path.join(dataFolder ?? data, folder)], priority: priority,
            allowsUnsigned: true)
    }

    /// A package as dnf prints it.
    static func name(_ package: LockedPackage) -> String { package.nevra }

    /// dnf's answers, one for each case.
    static func choices(_ repositories: [RepositorySource], _ cases: [OracleTests.Case], platform: String? = nil) throws
        -> [Answer]
    {
        let job: JSONValue = [
            "arch": "x86_64", "platform": .string(platform ?? ""),
            "repositories": .array(
                repositories.map {
                    ["name": .string($0.name), "baseurl": .string($0.baseURLs[0]), "priority": .integer($0.priority)]
                }),
            "requests": .array(
                cases.map {
                    ["packages": .strings($0.packages), "exclude": .strings($0.exclude), "weak": .bool($0.weak)]
                }),
        ]
        let script = Path.join(project, "Tests/Oracle/dnf-choices")
        let result = try Command("/usr/bin/python3", [script], input: .bytes(JSON.bytes(job))).run().check()
        return try result.text.split(separator: "\n").map { line in
            let node = try JSON.parse(String(line), file: "dnf")
            if let packages = node["packages"]?.sequence { return .packages(Set(packages.compactMap(\.string))) }
            return .impossible(node["error"]?.string ?? "nothing")
        }
    }
}
