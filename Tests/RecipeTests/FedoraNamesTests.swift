import Document
import Host
import Recipe
import Testing

/// The product asks for packages by the names that Fedora and CentOS Stream use, whatever repository set is built from.
@Suite struct FedoraNamesTests {
    private static let project = Path.normalized(Path.join(Path.parent(#filePath), "../.."))

    /// Names that CentOS Stream does not have, each with the reason.
    private static let exceptions: Set<String> = [
        "nodectl"  // made by this project
    ]

    /// Real metadata of CentOS Stream 9, beside a checkout of the project.
    private static let metadata: String? = {
        let places = ["../shared/data", "../../shared/data"].map { Path.normalized(Path.join(project, $0)) }
        let given = Environment.variable("NODEWRIGHT_TEST_DATA").map { [$0] } ?? []
        return (given + places).map { Path.join($0, "cs9") }.first { File.exists($0) }
    }()

    @Test(.enabled(if: metadata != nil, "the metadata of CentOS Stream 9 is not there (NODEWRIGHT_TEST_DATA)"))
    func everyPackageIsKnownThere() throws {
        let folder = try #require(Self.metadata)
        let program = """
            import gzip, pathlib, re, sys
            names = set()
            for path in pathlib.Path(sys.argv[1]).glob("*/repodata/*primary.xml.gz"):
                for line in gzip.open(path, "rt"):
                    names.update(re.findall("<name>([^<]+)</name>", line))
            print("\\n".join(sorted(names)))
            """
        let text = try Command("python3", ["-c", program, folder]).run().check().text
        let known = Set(text.split(separator: "\n").map(String.init))
        #expect(known.count > 5000)
        let recipe = try Recipe.load(
            path: Path.join(Self.project, "recipes/hypervisor.yaml"), repositories: ["centos-stream"], lab: "/lab")
        let asked = recipe.packages.filter { $0.action == .install && $0.kind == .name }
        #expect(asked.count > 30)
        for package in asked where !Self.exceptions.contains(package.text) {
            #expect(known.contains(package.text), "\(package.position): \(package.text)")
        }
    }
}
