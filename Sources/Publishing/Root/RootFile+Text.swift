public import Document
import Host
import Updates

extension RootFile {
    /// What it says, for people: roles with their keys, who has signed and who has not.
    public func text(previous: RootFile?) -> String {
        var lines = ["version  \(root.version)", "expires  \(root.expires)"]
        for kind in MetadataKind.allCases {
            let signers = signers(kind)
            let keys = signers.keyIDs.map { $0.prefix(StoredKey.shortLength) }.joined(separator: ", ")
            lines.append(
                "\(kind.rawValue)\(String(repeating: " ", count: max(1, 10 - kind.rawValue.count)))"
                    + "\(signers.threshold) of \(signers.keyIDs.count): \(keys)")
        }
        let gaps = gaps(previous: previous)
        lines += gaps.map { "missing   \($0.description)" }
        if gaps.isEmpty { lines.append("complete: every signature that clients ask for is there") }
        return lines.joined(separator: "\n")
    }

    /// The same for `--json`.
    public func json(previous: RootFile?) -> JSONValue {
        let roles = MetadataKind.allCases.map { kind in
            let signers = signers(kind)
            return JSONValue.Member(
                kind.rawValue, ["threshold": .integer(signers.threshold), "keys": .strings(signers.keyIDs)])
        }
        let gaps = gaps(previous: previous)
        return [
            "version": .integer(root.version), "expires": .string(root.expires.description), "roles": .object(roles),
            "signedBy": .strings(envelope.validSigners(of: signers(.root), keys: root.keys)),
            "complete": .bool(gaps.isEmpty),
            "missing": .array(
                gaps.map {
                    ["version": .integer($0.version), "count": .integer($0.count), "keys": .strings($0.keyIDs)]
                }),
        ]
    }
}
