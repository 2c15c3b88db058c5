import Host
import TestSupport
import Testing
import Transfer

/// HTTPS with servers as they are.
@Suite struct WebClientTests {
    private func url(_ engine: TestEngine, _ host: String = "127.0.0.1") -> String {
        "https://\(host):\(engine.port)/ovirt-engine/services/health"
    }

    @Test func onlyTheGivenAuthorityCounts() throws {
        let engine = try TestEngine()
        let right = try WebClient(.authorities(engine.authority)).send(.init(url(engine)))
        #expect(right.status == 200)
        #expect(right.type == "text/html")
        #expect(right.body == Array("DB Up!Welcome to Health Status!".utf8))
        let wrong = #expect(throws: Failure.self) {
            _ = try WebClient(.authorities(engine.otherAuthority)).send(.init(url(engine)))
        }
        let foreign = "its certificate does not come from the trusted authority"
        #expect(wrong?.status == .signature && wrong?.message == foreign)
        // Several may be given.
        let both = try WebClient(.authorities(engine.otherAuthority + engine.authority)).send(.init(url(engine)))
        #expect(both.status == 200)
        #expect(try WebClient(.unchecked).send(.init(url(engine))).status == 200)
        for (certificate, message) in [
            ("wrong-name", "its certificate is for another name"),
            ("expired", "its certificate, or that of its authority, is not valid any more"),
            ("early", "its certificate, or that of its authority, is not valid yet"), ("foreign", foreign),
        ] {
            try engine.set(["certificate": certificate])
            let failure = #expect(throws: Failure.self) {
                _ = try WebClient(.authorities(engine.authority)).send(.init(url(engine)))
            }
            #expect(failure?.status == .signature && failure?.message == message, "\(certificate)")
        }
    }

    @Test func nothingUnencrypted() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/", .init(body: [1]))
        let failure = #expect(throws: Failure.self) { _ = try WebClient(.unchecked).send(.init(server.url("/"))) }
        #expect(failure?.status == .network)
        #expect(server.requests.isEmpty)
    }

    @Test func limitsTimeAndSize() throws {
        let engine = try TestEngine(["fault": "health:endless"])
        let client = try WebClient(.authorities(engine.authority), timeout: 1)
        let endless = #expect(throws: Failure.self) { _ = try client.send(.init(url(engine), limit: 100_000)) }
        #expect(endless?.status == .incompatible)
        #expect(endless?.message == "the server sends more than the 100000 bytes that are allowed")
        for fault in ["slow", "silent"] {
            try engine.set(["fault": "health:\(fault)"])
            let begin = monotonicSeconds()
            let failure = #expect(throws: Failure.self) { _ = try client.send(.init(url(engine))) }
            #expect(failure?.status == .network)
            #expect(monotonicSeconds() - begin < 10)
        }
        // The client itself is as good as before.
        try engine.set(["fault": "health:chunked"])
        #expect(try client.send(.init(url(engine))).body.count == 31)
    }

    /// An answer is one, whatever its status; half of one is none.
    @Test func answersAndHalfOnes() throws {
        let engine = try TestEngine()
        let client = try WebClient(.authorities(engine.authority), timeout: 5)
        for (fault, status, type) in [
            ("500", 500, "text/html"), ("503", 503, "text/html"), ("html", 200, "text/html"),
            ("empty", 200, "text/plain"),
        ] {
            try engine.set(["fault": "health:\(fault)"])
            let response = try client.send(.init(url(engine)))
            #expect(response.status == status && response.type == type && response.redirect == nil, "\(fault)")
            #expect(response.body.isEmpty == (fault == "empty"))
        }
        for fault in ["reset", "cut"] {
            try engine.set(["fault": "health:\(fault)"])
            let failure = #expect(throws: Failure.self) { _ = try client.send(.init(url(engine))) }
            #expect(failure?.status == .network, "\(fault)")
        }
        try engine.set(["fault": ""])
        #expect(try client.send(.init(url(engine))).status == 200)
    }

    @Test func redirectsAreReportedAndNotFollowed() throws {
        let engine = try TestEngine(["fault": "health:redirect"])
        let response = try WebClient(.authorities(engine.authority)).send(.init(url(engine)))
        #expect(response.status == 302)
        #expect(response.redirect == "https://other.example.org/ovirt-engine/services/health")
    }

    @Test func aHeaderIsOneLine() throws {
        let engine = try TestEngine()
        let failure = #expect(throws: Failure.self) {
            _ = try WebClient(.unchecked).send(.init(url(engine), headers: ["X: a\r\nY: b"]))
        }
        #expect(failure?.status == .invalidInput)
        #expect(try engine.requests().isEmpty)
    }

    @Test func certificatesAreReadStrictly() throws {
        let engine = try TestEngine()
        let text = engine.authority + engine.otherAuthority
        let all = try Certificate.all(pem: Array(text.utf8), name: "a test")
        #expect(all.map(\.subject) == ["CN=engine authority", "CN=other authority"])
        #expect(all.allSatisfy { $0.isAuthority && $0.validity.contains(wallClockSeconds()) })
        #expect(all[0].pem == engine.authority)
        #expect(all[0].fingerprint(.sha1).hex == engine.sha1.filter { $0 != ":" }.lowercased())
        let broken = engine.authority.split(separator: "\n").map { $0.hasPrefix("MII") ? "MIIx" + $0.dropFirst(4) : $0 }
        for text in [
            "", "no certificate", broken.joined(separator: "\n"), engine.authority + "-----BEGIN CERTIFICATE-----\nAA",
        ] {
            let failure = #expect(throws: Failure.self) {
                _ = try Certificate.all(pem: Array(text.utf8), name: "a test")
            }
            #expect(failure?.message == "a test is not a certificate in PEM form", "\(text)")
        }
    }
}
