import Glibc
import Host
import Sandbox
import TestSupport
import Testing

/// What `__worker probe` prints, as a table.
private func probe(_ rung: Rung) throws -> [String: String] {
    let facts = try Worker(program: try Programs.built("nodewright"), rung: rung).run("probe", job: [])
    return Dictionary(
        String(decoding: facts, as: UTF8.self).split { $0 == " " || $0 == "\n" }.map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
        }, uniquingKeysWith: { $1 })
}

@Suite struct SandboxTests {
    private static let rungs: [Rung] = geteuid() == 0 ? [.root, .singleID] : [.singleID]

    @Test(arguments: rungs) func isRootWithoutNetworkAsProcessOne(rung: Rung) throws {
        let facts = try probe(rung)
        #expect(facts["uid"] == "0")
        #expect(facts["pid"] == "1")
        #expect(facts["chown"] == "suppressed")
        #expect(facts["interfaces"] == "lo")
    }

    @Test func findsTheBestRung() throws {
        let rung = try Rung.best(program: try Programs.built("nodewright"))
        #expect(geteuid() == 0 ? rung == .root : rung != .root)
    }

    @Test func tellsWhatFailedInside() throws {
        let failure = #expect(throws: Failure.self) {
            try Worker(program: try Programs.built("nodewright"), rung: .singleID).run("no-such-worker", job: [])
        }
        #expect(failure?.message == "there is no worker \"no-such-worker\"")
    }

    @Test func refusesToBeStartedByHand() throws {
        let result = try Command(try Programs.built("nodewright"), ["__worker", "probe", "nonsense", "1"]).run()
        #expect(result.status == 1)
    }
}
