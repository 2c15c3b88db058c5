public import Document

extension CommandLineReading {
    /// The configuration with every secret replaced by `(secret)`.
    private var shownConfiguration: NodeConfiguration {
        var shown = configuration
        let secret = Secret(Secret("").description)
        if shown.administrator.passwordHash != nil { shown.administrator.passwordHash = secret }
        if shown.snmp.password != nil { shown.snmp.password = secret }
        return shown
    }

    /// The configuration as YAML without secrets, and what is asked for besides as comments.
    public var text: String {
        var lines: [String] = []
        if !requests.isEmpty {
            let asked = CommandLineRequest.allCases.filter(requests.contains).map(\.rawValue)
            lines.append("# asked for: " + asked.joined(separator: ", "))
        }
        if let source { lines.append("# configuration: \(source.url)") }
        return lines.map { $0 + "\n" }.joined() + shownConfiguration.yaml
    }

    /// The same as an object for `--json`.
    public var json: JSONValue {
        [
            "configuration": shownConfiguration.json,
            "requests": .strings(CommandLineRequest.allCases.filter(requests.contains).map(\.rawValue)),
            "source": source.map {
                [
                    "url": .string($0.url), "sha256": .optional($0.sha256),
                    "certificateAuthorities": .optional($0.certificateAuthorities),
                ]
            } ?? .null,
            "insecure": .strings(insecureWords), "mistakes": .array(mistakes.map(\.json)),
        ]
    }
}

extension CommandLineMistake {
    /// The same as an object for `--json`.
    public var json: JSONValue {
        [
            "severity": .string(severity.rawValue), "word": word.map { .integer($0) } ?? .null, "text": .string(text),
            "character": character.map { .integer($0) } ?? .null, "message": .string(message), "hint": .optional(hint),
        ]
    }
}
