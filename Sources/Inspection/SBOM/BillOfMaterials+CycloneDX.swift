import Document
import Host
import Packages

/// CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json).
extension BillOfMaterials {
    var cycloneDX: JSONValue {
        let packages = packages
        let reference = manifest.baseName
        return [
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX",
            "specVersion": "1.6", "serialNumber": .string("urn:uuid:\(identifier)"), "version": 1,
            "metadata": [
                "timestamp": .string(CalendarTime(manifest.sourceDate).iso),
                "tools": [
                    "components": [["type": "application", "name": "nodewright", "version": .string(version)]]
                ],
                "component": [
                    "type": "operating-system", "bom-ref": .string(reference), "name": .string(manifest.name),
                    "version": .string(manifest.version),
                    "components": .array(
                        artefacts.map {
                            [
                                "type": "file", "bom-ref": .string("file:" + $0.name), "name": .string($0.name),
                                "hashes": [["alg": "SHA-256", "content": .string($0.sha256)]],
                            ]
                        }),
                ],
            ],
            "components": .array(packages.map(Self.component)),
            "dependencies": .array(
                [["ref": .string(reference), "dependsOn": .strings(packages.map(\.facts.packageURL))]]
                    + dependencies(packages)),
        ]
    }

    /// Which package needs which, as far as the reasons of the lock say it.
    private func dependencies(_ packages: [ImageManifest.Package]) -> [JSONValue] {
        let names = Dictionary(packages.map { ($0.facts.name, $0.facts.packageURL) }) { first, _ in first }
        var needs: [String: [String]] = [:]
        for package in packages {
            guard case .dependency(let other) = package.reason, let user = names[other] else { continue }
            if user != package.facts.packageURL { needs[user, default: []].append(package.facts.packageURL) }
        }
        return packages.map {
            ["ref": .string($0.facts.packageURL), "dependsOn": .strings(needs[$0.facts.packageURL] ?? [])]
        }
    }

    private static func component(_ package: ImageManifest.Package) -> JSONValue {
        let facts = package.facts
        var members: [JSONValue.Member] = [
            .init("type", "library"), .init("bom-ref", .string(facts.packageURL)), .init("name", .string(facts.name)),
            .init("version", .string("\(facts.epoch == 0 ? "" : "\(facts.epoch):")\(facts.version)-\(facts.release)")),
            .init("description", .string(facts.summary)),
        ]
        if !facts.vendor.isEmpty { members.append(.init("supplier", ["name": .string(facts.vendor)])) }
        let parts = package.checksum.split(separator: ":")
        if parts.count == 2 {
            let algorithm = parts[0] == "sha512" ? "SHA-512" : "SHA-256"
            members.append(.init("hashes", [["alg": .string(algorithm), "content": .string(String(parts[1]))]]))
        }
        switch LicenseExpression(facts.license) {
        case .expression(let expression): members.append(.init("licenses", [["expression": .string(expression)]]))
        case .text(let text): members.append(.init("licenses", [["license": ["name": .string(text)]]]))
        case .none: break
        }
        members.append(.init("purl", .string(facts.packageURL)))
        if let url = facts.url, url.hasPrefix("http://") || url.hasPrefix("https://"), !url.contains(" ") {
            members.append(.init("externalReferences", [["type": "website", "url": .string(url)]]))
        }
        members.append(
            .init(
                "properties",
                [
                    ["name": "nodewright:repository", "value": .string(package.repository)],
                    ["name": "nodewright:reason", "value": .string("\(package.reason)")],
                ]))
        return .object(members)
    }
}
