import Document
import Host
import Packages
import Transfer

/// SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3).
extension BillOfMaterials {
    var spdx: JSONValue {
        let packages = packages
        var relationships: [JSONValue] = []
        func relate(_ from: String, _ type: String, _ to: String) {
            relationships.append([
                "spdxElementId": .string(from), "relationshipType": .string(type), "relatedSpdxElement": .string(to),
            ])
        }
        let loader = Set(bootLoader.map(\.facts.nevra))
        let installed = Set(manifest.packages.map(\.facts.nevra))
        let names = Dictionary(packages.map { ($0.facts.name, Self.id($0)) }) { first, _ in first }
        relate("SPDXRef-DOCUMENT", "DESCRIBES", Self.image)
        for (index, _) in artefacts.enumerated() {
            relate("SPDXRef-DOCUMENT", "DESCRIBES", Self.artefact(index))
            relate(Self.artefact(index), "CONTAINS", Self.image)
            for package in packages where loader.contains(package.facts.nevra) {
                relate(Self.artefact(index), "CONTAINS", Self.id(package))
            }
        }
        for package in packages {
            if installed.contains(package.facts.nevra) { relate(Self.image, "CONTAINS", Self.id(package)) }
            if case .dependency(let other) = package.reason, let user = names[other], user != Self.id(package) {
                relate(Self.id(package), "DEPENDENCY_OF", user)
            }
        }
        var document: [JSONValue.Member] = [
            .init("spdxVersion", "SPDX-2.3"), .init("dataLicense", "CC0-1.0"), .init("SPDXID", "SPDXRef-DOCUMENT"),
            .init("name", .string(manifest.baseName)),
            // The form that the specification suggests for documents that are published nowhere.
            .init("documentNamespace", .string("https://spdx.org/spdxdocs/\(manifest.baseName)-\(identifier)")),
            .init(
                "creationInfo",
                [
                    "created": .string(CalendarTime(manifest.sourceDate).iso),
                    "creators": .strings(["Tool: nodewright-\(version)"]),
                ]),
            .init("packages", .array([spdxImage] + artefacts.enumerated().map(spdx) + packages.map(spdx))),
            .init("relationships", .array(relationships)),
        ]
        let texts = Self.texts(packages)
        if !texts.isEmpty {
            document.append(
                .init(
                    "hasExtractedLicensingInfos",
                    .array(texts.map { ["licenseId": .string(Self.reference($0)), "extractedText": .string($0)] })))
        }
        return .object(document)
    }

    private static let image = "SPDXRef-Image"
    private static func artefact(_ index: Int) -> String { "SPDXRef-Artefact-\(index + 1)" }

    /// Letters, digits, `.` and `-` only; the checksum tells apart what would fall together.
    private static func id(_ package: ImageManifest.Package) -> String {
        let name = package.facts.nevra.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "." ? $0 : "-" }
        return "SPDXRef-Package-" + String(name) + "-" + Checksum.of(Array(package.facts.nevra.utf8)).hex.prefix(8)
    }

    /// The license texts that are no expressions, each once.
    private static func texts(_ packages: [ImageManifest.Package]) -> [String] {
        Set(
            packages.compactMap { package -> String? in
                if case .text(let text) = LicenseExpression(package.facts.license) { text } else { nil }
            }
        ).sorted()
    }

    private static func reference(_ text: String) -> String {
        "LicenseRef-rpm-" + Checksum.of(Array(text.utf8)).hex.prefix(16)
    }

    private var spdxImage: JSONValue {
        [
            "SPDXID": .string(Self.image), "name": .string(manifest.name), "versionInfo": .string(manifest.version),
            "downloadLocation": "NOASSERTION", "filesAnalyzed": false, "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
            "primaryPackagePurpose": "OPERATING-SYSTEM",
        ]
    }

    private func spdx(_ index: Int, _ artefact: Artefact) -> JSONValue {
        [
            "SPDXID": .string(Self.artefact(index)), "name": .string(artefact.name),
            "versionInfo": .string(manifest.version), "packageFileName": .string(artefact.name),
            "downloadLocation": "NOASSERTION", "filesAnalyzed": false,
            "checksums": [["algorithm": "SHA256", "checksumValue": .string(artefact.sha256)]],
            "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
            "primaryPackagePurpose": "ARCHIVE",
        ]
    }

    private func spdx(_ package: ImageManifest.Package) -> JSONValue {
        let facts = package.facts
        let license =
            switch LicenseExpression(facts.license) {
            case .expression(let expression): expression
            case .text(let text): Self.reference(text)
            case .none: "NOASSERTION"
            }
        var members: [JSONValue.Member] = [
            .init("SPDXID", .string(Self.id(package))), .init("name", .string(facts.name)),
            .init(
                "versionInfo", .string("\(facts.epoch == 0 ? "" : "\(facts.epoch):")\(facts.version)-\(facts.release)")),
            .init("supplier", .string(facts.vendor.isEmpty ? "NOASSERTION" : "Organization: \(facts.vendor)")),
            .init("downloadLocation", "NOASSERTION"), .init("filesAnalyzed", false),
            .init("licenseConcluded", "NOASSERTION"), .init("licenseDeclared", .string(license)),
            .init("copyrightText", "NOASSERTION"), .init("summary", .string(facts.summary)),
        ]
        if let url = facts.url, url.hasPrefix("http://") || url.hasPrefix("https://") {
            members.append(.init("homepage", .string(url)))
        }
        if let source = facts.source { members.append(.init("sourceInfo", .string("built from \(source)"))) }
        let parts = package.checksum.split(separator: ":")
        if parts.count == 2 {
            members.append(
                .init(
                    "checksums",
                    [["algorithm": .string(parts[0].uppercased()), "checksumValue": .string(String(parts[1]))]]))
        }
        members.append(
            .init(
                "externalRefs",
                [
                    [
                        "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                        "referenceLocator": .string(facts.packageURL),
                    ]
                ]))
        return .object(members)
    }
}
