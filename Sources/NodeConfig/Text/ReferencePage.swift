/// The reference page of the document, in Markdown: made from the same forms that read it.
public enum ReferencePage {
    /// The page.
    public static var text: String {
        var lines = [
            "# Node configuration", "",
            "The one document that describes a node: YAML, or JSON in a file whose name ends in `.json`. Every key but",
            "`schemaVersion` may be absent, which leaves the image's default as it is. This page and `nodectl.schema.json` are",
            "made from the code that reads the document (`nodectl config schema --markdown`), and a test holds them to it.",
            "",
            "`nodectl config check FILE` shows every mistake of a document with line and column, `nodectl config show` what is in",
            "force. Text needs quotes only where YAML would take it for something else: `\"true\"`, `\"12345\"`, `\"fe80::1\"`.",
            "Anchors, aliases, tags and a second document in the file are refused.", "",
            "```yaml", "schemaVersion: \(NodeConfiguration.schemaVersion)", "hostname: node1.example.org", "network:",
            "  management: br0", "  interfaces:", "    - name: eno1", "      match: {mac: \"52:54:00:12:34:56\"}",
            "    - name: eno2",
            "    - name: bond0", "      bond: {mode: 802.3ad, members: [eno1, eno2]}", "    - name: bond0.20",
            "      vlan: {id: 20, parent: bond0}", "    - name: br0", "      bridge: {ports: [bond0.20]}",
            "      ipv4: {method: static, addresses: [192.0.2.10/24], gateway: 192.0.2.1}",
            "      ipv6: {method: automatic}",
            "dns: {servers: [192.0.2.53], search: [example.org]}", "engine:", "  address: engine.example.org",
            "  fingerprint: 33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A", "```", "",
            "## The document", "",
        ]
        let form = NodeConfiguration.form.description
        lines += table(
            [
                row(
                    "schemaVersion", "a whole number", NodeConfiguration.versionSummary, "must be given",
                    "schemaVersion: \(NodeConfiguration.schemaVersion)")
            ] + form.keys.map(row))
        for key in form.keys { lines += sections(key, path: key.key) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The section of a key that holds a mapping, and those below it.
    private static func sections(_ key: KeyDescription, path: String) -> [String] {
        guard !key.form.keys.isEmpty else { return [] }
        let title = key.form.isList ? "`\(path)`: each element" : "`\(path)`"
        var lines = ["", "## \(title)", "", key.summary, ""] + table(key.form.keys.map(row))
        for inner in key.form.keys {
            lines += sections(inner, path: path + (key.form.isList ? "[]." : ".") + inner.key)
        }
        return lines
    }

    private static func table(_ rows: [String]) -> [String] {
        ["| key | value | meaning | when absent | example |", "|---|---|---|---|---|"] + rows
    }

    private static func row(_ key: KeyDescription) -> String {
        row(
            key.key, key.form.words, key.summary, key.isRequired ? "must be given" : key.fallback ?? "",
            "\(key.key): \(key.example)")
    }

    private static func row(_ key: String, _ words: String, _ summary: String, _ absent: String, _ example: String)
        -> String
    {
        let cells = ["`\(key)`", words, summary, absent, "`\(example)`"]
        return "| " + cells.map { $0.split(separator: "|").joined(separator: "\\|") }.joined(separator: " | ") + " |"
    }
}
