import Document
import Glibc
import Host
import NodeConfig
import TestSupport
import Testing

/// Damaged documents end in a configuration or in mistakes, never in a crash, a hang or quadratic time.
@Suite struct FuzzTests {
    private static let original = Path.join(Path.parent(#filePath), "ok/full.yaml")
    private static let pieces = [
        ": ", "- ", "[", "]", "{", "}", "\"", "'", "\n", "  ", "#", "&a ", "*a", "!t ", "|", "null", "0", "-1", "9e9",
        "ä", "/",
        "..", "::", "/33", "255.255.255.255", "fe80::1%1", "4095", "name: ", "vlan: {id: 1, parent: br0}", "bond0",
        "match: link",
    ]

    @Test(arguments: ["yaml", "json"])
    func damagedDocumentsNeverCrash(kind: String) throws {
        let yaml = try File.read(Self.original)
        let original = kind == "yaml" ? yaml : JSON.bytes(try NodeConfiguration.read(yaml, file: "full.yaml").json)
        var mutations = Mutations(seed: 4, pieces: Self.pieces)
        var accepted = 0
        for _ in 0..<1500 {
            let bytes = mutations.mutate(original)
            let diagnostics = Diagnostics()
            guard let configuration = NodeConfiguration.read(bytes, file: "x.\(kind)", diagnostics) else {
                #expect(diagnostics.hasErrors)
                continue
            }
            accepted += 1
            // What was accepted is written so that it is accepted again.
            #expect(try NodeConfiguration.read(Array(configuration.yaml.utf8), file: "y.yaml") == configuration)
        }
        #expect(accepted > 20)
    }

    /// What this thread has used of a processor: other tests run at the same time.
    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Four times the document takes about four times as long; a quadratic reader would need sixteen times.
    @Test(arguments: [
        "    - {name: i%, ipv6: {method: static, addresses: [\"2001:db8::%/64\"]}}\n",
        "    - {name: i%, vlan: {id: 5, parent: i0}}\n",
        "    - {name: i%, bridge: {ports: [i0, i1, i%, x%]}}\n", "    - {nmae: i%, ipv7: {}}\n",
    ])
    func timeGrowsWithTheDocument(line: String) {
        func seconds(_ count: Int) -> Double {
            var text = "schemaVersion: 1\nnetwork:\n  interfaces:\n"
            for index in 0..<count {
                text += line.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "\(index)")
            }
            let bytes = Array(text.utf8)
            let start = threadSeconds()
            _ = NodeConfiguration.read(bytes, file: "x", Diagnostics())
            return threadSeconds() - start
        }
        let small = (0..<3).map { _ in seconds(120) }.min() ?? 0
        let large = (0..<3).map { _ in seconds(480) }.min() ?? 0
        #expect(large < max(small, 0.005) * 12, "\(small) s for 120 interfaces, \(large) s for 480")
    }

    @Test(arguments: [
        ("", "[", 200_000), ("", "{a: ", 50_000), ("a: ", "- ", 200_000), ("", "k: 1\n", 100_000),
        ("persist:\n", "  - /a\n", 100_000),
    ])
    func hostileDocumentsEndSoon(head: String, piece: String, count: Int) {
        let bytes = Array((head + String(repeating: piece, count: count)).utf8)
        let start = ContinuousClock.now
        for file in ["x.yaml", "x.json"] {
            let diagnostics = Diagnostics()
            let isNothing = NodeConfiguration.read(bytes, file: file, diagnostics) == nil
            #expect(isNothing && diagnostics.hasErrors)
        }
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}
