import Document
import Host
import Packages
import Testing

@testable import Inspection

@Suite struct BillOfMaterialsTests {
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))
    private static let python = Path.join(package, ".build/validators/bin/python")

    private func example() throws -> BillOfMaterials {
        BillOfMaterials(
            manifest: try Example.manifest(),
            bootLoader: [
                Example.package("shim-x64", .request("shim-x64"), license: "BSD-3-Clause OR (MIT AND Zlib)"),
                Example.package("bash", .request("bash")),
            ],
            artefacts: [
                .init(name: "tiny-1-x86_64.iso", sha256: String(repeating: "a", count: 64)),
                .init(name: "tiny-1-x86_64.raw", sha256: String(repeating: "b", count: 64)),
            ])
    }

    @Test(.enabled(if: File.exists(python), "the validators are not installed; \"make setup\" does it"))
    func theOfficialValidatorsAccept() throws {
        try Folder.withTemporary { folder in
            let files = try example().documents.map { document in
                let path = Path.join(folder, "tiny" + document.ending)
                try File.write(path, JSON.text(document.json, pretty: true))
                return path
            }
            let result = try Command(Self.python, [Path.join(Self.package, "Tests/Oracle/validate-sbom.py")] + files)
                .run()
            #expect(result.status == 0, "\(result.text)\(result.errorTail)")
        }
    }

    @Test func theSameBuildGivesTheSameBytes() throws {
        let first = try example().documents.map { JSON.text($0.json) }
        #expect(try example().documents.map { JSON.text($0.json) } == first)
        var other = try example()
        other = BillOfMaterials(manifest: other.manifest, bootLoader: other.bootLoader, artefacts: [])
        #expect(other.identifier != (try example()).identifier)
    }

    @Test func spdxSaysWhatIsInWhat() throws {
        let spdx = try example().spdx
        guard case .array(let relations)? = spdx["relationships"] else { return #expect(Bool(false)) }
        let lines = relations.map { relation in
            ["spdxElementId", "relationshipType", "relatedSpdxElement"].map { key -> String in
                guard case .string(let text)? = relation[key] else { return "" }
                // Without the checksum at the end.
                return text.hasPrefix("SPDXRef-Package-") ? String(text.dropLast(9)) : text
            }.joined(separator: " ")
        }
        let bash = "SPDXRef-Package-bash-1-1.0-2.fc43.x86-64"
        for line in [
            "SPDXRef-DOCUMENT DESCRIBES SPDXRef-Artefact-2", "SPDXRef-Artefact-1 CONTAINS SPDXRef-Image",
            "SPDXRef-Image CONTAINS \(bash)",
            "SPDXRef-Package-libtinfo-1.0-2.fc43.x86-64 DEPENDENCY_OF \(bash)",
            "SPDXRef-Artefact-1 CONTAINS SPDXRef-Package-shim-x64-1.0-2.fc43.x86-64",
        ] {
            #expect(lines.contains(line), "\(line) is missing in \(lines)")
        }
        #expect(spdx["creationInfo"]?["created"] == "2023-11-14T22:13:20Z")
    }

    @Test func packagesHaveURLs() {
        var facts = Example.facts("bash")
        #expect(
            facts.packageURL == "pkg:rpm/fedora/bash@1.0-2.fc43?arch=x86_64&epoch=1&upstream=bash-1.0-2.fc43.src.rpm")
        facts.epoch = 0
        facts.source = nil
        facts.vendor = ""
        facts.version = "1.0+git~1^2"
        #expect(facts.packageURL == "pkg:rpm/bash@1.0%2Bgit~1%5E2-2.fc43?arch=x86_64")
        facts.vendor = "Nodewright lab"
        #expect(facts.packageURL.hasPrefix("pkg:rpm/nodewright-lab/bash@"))
    }

    @Test(arguments: [
        ("MIT", LicenseExpression.expression("MIT")),
        (
            "GPL-2.0-or-later WITH GCC-exception-3.1 AND (MIT OR Zlib)",
            .expression("GPL-2.0-or-later WITH GCC-exception-3.1 AND ( MIT OR Zlib )")
        ),
        ("", .none), ("  ", .none),
        ("GPLv3+", .text("GPLv3+")),  // the names that Fedora used before
        ("MIT AND", .text("MIT AND")), ("(MIT", .text("(MIT")), ("MIT)", .text("MIT)")), ("MIT MIT", .text("MIT MIT")),
        ("MIT WITH MIT", .text("MIT WITH MIT")), ("see /usr/share/licenses/x", .text("see /usr/share/licenses/x")),
    ])
    func licensesAreExpressionsOrTexts(tag: String, expected: LicenseExpression) {
        #expect(LicenseExpression(tag) == expected)
    }

    @Test func parenthesesMayNotNestForEver() {
        let text = String(repeating: "(", count: 100_000)
        #expect(LicenseExpression(text) == .text(text))
    }
}
