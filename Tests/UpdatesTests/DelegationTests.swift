import Host
import Testing
import Updates

/// Which roles are asked for a target, and in which order (specification, 5.6.7).
struct DelegationTests {
    struct Edge: Sendable {
        let from: String
        let to: String
        var paths = ["*"]
        var terminating = false

        init(_ from: String, _ to: String, _ paths: [String] = ["*"], terminating: Bool = false) {
            self.from = from
            self.to = to
            self.paths = paths
            self.terminating = terminating
        }
    }

    struct Graph: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let edges: [Edge]
        let order: [String]
    }

    static let graphs = [
        Graph(testDescription: "one", edges: [Edge("targets", "A")], order: ["A"]),
        Graph(testDescription: "two", edges: [Edge("targets", "A"), Edge("targets", "B")], order: ["A", "B"]),
        Graph(
            testDescription: "two levels", edges: [Edge("targets", "A"), Edge("targets", "B"), Edge("B", "C")],
            order: ["A", "B", "C"]),
        Graph(
            testDescription: "depth first",
            edges: [Edge("targets", "A"), Edge("targets", "B"), Edge("A", "C"), Edge("A", "D")],
            order: ["A", "C", "D", "B"]),
        Graph(
            testDescription: "three levels",
            edges: [Edge("targets", "A"), Edge("targets", "B"), Edge("A", "C"), Edge("C", "D")],
            order: ["A", "C", "D", "B"]),
        Graph(
            testDescription: "terminating ends its siblings",
            edges: [
                Edge("targets", "A"), Edge("targets", "B"), Edge("A", "C", terminating: true), Edge("A", "D"),
            ], order: ["A", "C"]),
        Graph(
            testDescription: "terminating goes on below itself",
            edges: [
                Edge("targets", "A"), Edge("targets", "B"), Edge("A", "C", terminating: true), Edge("C", "D"),
            ], order: ["A", "C", "D"]),
        Graph(
            testDescription: "terminating for other paths only",
            edges: [Edge("targets", "A", ["x*"], terminating: true), Edge("targets", "B")], order: ["B"]),
        Graph(
            testDescription: "only what covers the path",
            edges: [Edge("targets", "A", ["*.py"]), Edge("targets", "B"), Edge("A", "C")], order: ["B"]),
        Graph(
            testDescription: "a circle",
            edges: [Edge("targets", "A"), Edge("targets", "B"), Edge("B", "C"), Edge("C", "D"), Edge("D", "B")],
            order: ["A", "B", "C", "D"]),
        Graph(
            testDescription: "two ways to one role",
            edges: [Edge("targets", "A"), Edge("targets", "B"), Edge("B", "C"), Edge("A", "C")],
            order: ["A", "C", "B"]),
        Graph(
            testDescription: "two ways, one does not cover the path",
            edges: [Edge("targets", "A"), Edge("targets", "B"), Edge("B", "C"), Edge("A", "C", ["*.py"])],
            order: ["A", "B", "C"]),
    ]

    @Test(arguments: graphs) func order(_ graph: Graph) throws {
        let repository = try TestRepository()
        for edge in graph.edges {
            try repository.delegate(from: edge.from, to: edge.to, edge.paths, terminating: edge.terminating)
        }
        for role in repository.targets.keys where role != "targets" { try repository.publish(role) }
        try repository.publish("targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            #expect(try client.run().findTarget("missing") == nil)
            #expect(repository.requests.dropFirst(4) == graph.order.map { "1.\($0).json" }[...])
        }
    }

    @Test(
        arguments: [
            ("file", "targets", []), ("README.md", "A", ["A"]), ("releases/x/x_v1", "C", ["B", "C"]),
            ("releases/y/y_v1.zip", "D", ["B", "D"]), ("releases/z/z_v1.zip", nil, ["B"]),
        ] as [(String, String?, [String])])
    func finds(_ path: String, _ role: String?, _ asked: [String]) throws {
        let repository = try TestRepository()
        try repository.delegate(to: "A", ["*.doc", "*.md"])
        try repository.delegate(to: "B", ["releases/*/*"])
        try repository.delegate(from: "B", to: "C", ["releases/x/*"])
        try repository.delegate(from: "B", to: "D", ["releases/y/*.zip"])
        // Offered by a role that may not speak about it when `role` is nil.
        try repository.offer(path, Array("content".utf8), by: role ?? "D")
        try repository.publish("A", "B", "C", "D", "targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            let target = try client.run().findTarget(path)
            #expect(target?.length == (role == nil ? nil : 7))
            #expect(repository.requests.dropFirst(4) == asked.map { "1.\($0).json" }[...])
        }
    }

    /// The first role in the order wins, so nobody below can speak over one above.
    @Test func theFirstRoleWins() throws {
        let repository = try TestRepository()
        try repository.delegate(to: "A")
        try repository.delegate(to: "B")
        try repository.offer("x", Array("from A".utf8), by: "A")
        try repository.offer("x", Array("by B".utf8), by: "B")
        try repository.publish("A", "B", "targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in #expect(try client.run().findTarget("x")?.length == 6) }
    }

    @Test func hashPrefixes() throws {
        let repository = try TestRepository()
        try repository.delegate(to: "low")
        try repository.delegate(to: "high")
        let digits = (0..<16).map { String($0, radix: 16) }
        repository.targets["targets"]?.delegations?.roles[0].scope = .hashPrefixes(Array(digits[..<8]))
        repository.targets["targets"]?.delegations?.roles[1].scope = .hashPrefixes(Array(digits[8...]))
        // SHA-256 of "a" begins with ca, of "b" with 3e.
        try repository.offer("a", [1], by: "high")
        try repository.offer("b", [1], by: "low")
        try repository.publish("low", "high", "targets", "snapshot", "timestamp")
        for (path, role) in [("a", "high"), ("b", "low")] {
            try TestClient.with(repository) { client throws in
                repository.forgetRequests()
                #expect(try client.run().findTarget(path) != nil)
                #expect(repository.requests.last == "1.\(role).json")
            }
        }
    }

    @Test func tooManyRolesAreRefused() throws {
        let repository = try TestRepository()
        for number in 1...33 {
            try repository.delegate(to: "role \(number)")
            try repository.publish("role \(number)")
        }
        try repository.offer("last", [1], by: "role 33")
        try repository.offer("early", [1], by: "role 32")
        repository.targets["role 33"]?.header.version = 0
        repository.targets["role 32"]?.header.version = 0
        try repository.publish("role 32", "role 33", "targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            #expect(try client.run().findTarget("early") != nil)
            expectRefusal("more than 32 delegated roles") { _ = try client.run().findTarget("last") }
        }
    }

    @Test func aRoleBySomebodyElseEndsTheSearch() throws {
        let repository = try TestRepository()
        try repository.delegate(to: "A")
        try repository.delegate(to: "B", keys: [101])
        repository.signers["A"] = [101]
        try repository.offer("x", [1], by: "B")
        try repository.publish("A", "B", "targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            expectRefusal("A.json is not signed by enough keys of the role targets") {
                _ = try client.run().findTarget("x")
            }
            #expect(client.version("A") == nil)
        }
    }

    @Test func aRoleThatTheSnapshotDoesNotListIsRefused() throws {
        let repository = try TestRepository()
        try repository.delegate(to: "A")
        try repository.publish("targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            expectRefusal("does not list the role \"A\"") { _ = try client.run().findTarget("x") }
        }
    }

    /// Day 0: version 1, which expires on day 7. Day 18: it is refused, until there is a version 2.
    @Test func aStoredRoleThatHasExpired() throws {
        let repository = try TestRepository()
        try repository.delegate(to: "A")
        try repository.offer("x", [1], by: "A")
        repository.targets["A"]?.header.expires = Expiry(seconds: TestRepository.now + 7 * 86_400)
        try repository.publish("A", "targets", "snapshot", "timestamp")
        let later = TestRepository.now + 18 * 86_400
        try TestClient.with(repository) { client throws in
            _ = try client.download("x")
            expectRefusal("A.json has expired") { _ = try client.run(at: later).findTarget("x") }
            repository.targets["A"]?.header.expires = TestRepository.expiry
            try repository.publish("A", "snapshot", "timestamp")
            #expect(try client.run(at: later).findTarget("x") != nil)
        }
    }
}
