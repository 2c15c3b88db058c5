import CLinux
import Glibc
import Host
import Node
import Synchronization
import Testing

@Suite struct ServiceReaderTests {
    /// Runs `body` with the address of a bus on which process 1 answers with `units`.
    private func withBus(
        _ units: @escaping @Sendable (String) -> [StubManager.Unit]?, _ body: (String) throws -> Void
    ) throws {
        guard Environment.program("dbus-daemon") != nil else {
            print("skipped: dbus-daemon is not installed")
            return
        }
        try Folder.withTemporary(prefix: "nodectl-bus") { folder in
            let stub = try StubManager(folder: folder, units: units)
            defer { stub.stop() }
            try body(stub.address)
        }
    }

    @Test func readsStatesAndFailedUnits() throws {
        let units: @Sendable (String) -> [StubManager.Unit]? = { member in
            switch member {
            case "ListUnitsByNames":
                [
                    ("libvirtd.service", "not-found", "inactive", "dead"),
                    ("virtqemud.service", "loaded", "inactive", "dead"),
                    ("virtqemud.socket", "loaded", "active", "listening"),
                    ("NetworkManager.service", "loaded", "active", "running"),
                    ("sshd.service", "loaded", "activating", "auto-restart"),
                    ("chronyd.service", "masked", "inactive", "dead"),
                ]
            case "ListUnitsFiltered":
                [("b.service", "loaded", "failed", "failed"), ("a.mount", "loaded", "failed", "failed")]
            default: nil
            }
        }
        try withBus(units) { address in
            let services = ServiceReader(address: address).read()
            #expect(services.problem == nil)
            #expect(services.failed == ["a.mount", "b.service"])
            #expect(
                services.services == [
                    .init(name: "libvirtd", state: "active", detail: "listening"),
                    .init(name: "NetworkManager", state: "active", detail: "running"),
                    .init(name: "sshd", state: "activating", detail: "auto-restart"),
                    .init(name: "chronyd", state: "masked"),
                ])
            #expect(services.services.map(\.word) == ["listening", "running", "auto-restart", "masked"])
        }
    }

    @Test func aRefusalIsToldAndTheNextLookSucceeds() throws {
        let calls = Mutex(0)
        try withBus({ _ in
            calls.withLock { count -> [StubManager.Unit]? in
                count += 1
                return count == 1 ? nil : []
            }
        }) { address in
            let reader = ServiceReader(address: address)
            let refused = reader.read()
            #expect(refused.problem?.hasSuffix("Access denied by the test") == true)
            #expect(refused.failed == nil)
            #expect(Set(refused.services.map(\.state)) == ["unknown"])
            let next = reader.read()
            #expect(next.failed == [])
            #expect(Set(next.services.map(\.state)) == ["not installed"])
        }
    }

    @Test func noBusIsToldAtOnce() {
        let services = ServiceReader(address: "unix:path=/nonexistent/bus").read()
        #expect(services.problem?.contains("/nonexistent/bus") == true)
        #expect(services.services.count == Services.watched.count)
    }

    @Test func aBusThatSaysNothingIsGivenUp() throws {
        try Folder.withTemporary(prefix: "nodectl-bus") { folder in
            let path = folder + "/bus"
            let listener = try listen(on: path)
            defer { close(listener) }
            let before = monotonicSeconds()
            let services = ServiceReader(address: "unix:path=\(path)", timeout: 0.3).read()
            #expect(services.problem != nil)
            #expect(monotonicSeconds() - before < 10)
        }
    }

    /// A socket that takes connections and never answers.
    private func listen(on path: String) throws -> Int32 {
        let socket = try check("make a socket") { Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        _ = try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                try check("bind") { bind(socket, generic, socklen_t(MemoryLayout<sockaddr_un>.size)) }
            }
        }
        try check("listen") { Glibc.listen(socket, 4) }
        return socket
    }
}
