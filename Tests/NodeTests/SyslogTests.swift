import Bus
import Document
import Glibc
import Host
import NodeConfig
import Synchronization
import TestSupport
import Testing

@testable import Node

/// Messages on their way to a log server, taken by sockets of the test.
@Suite struct SyslogTests {
    private func message(_ text: String) -> SyslogMessage {
        var message = SyslogMessage()
        message.time = 1_795_298_405_000_123
        message.host = "node1.example.org"
        message.program = "sshd"
        message.process = "42"
        message.text = Array(text.utf8)
        return message
    }

    @Test func theWordsOfRFC5424() {
        var first = message("Accepted publickey for root")
        #expect(
            String(decoding: first.bytes, as: UTF8.self)
                == "<30>1 2026-11-21T22:00:05.000123Z node1.example.org sshd 42 - - Accepted publickey for root")
        first.facility = 0
        first.severity = 2
        first.host = ""
        first.program = "a program [x]\u{1B}"
        first.process = ""
        first.text = Array("two\nlines\u{0}\tand ü".utf8)
        #expect(
            String(decoding: first.bytes, as: UTF8.self)
                == "<2>1 2026-11-21T22:00:05.000123Z - a_program_[x]_ - - - two lines \tand ü")
    }

    @Test func whatIsTooLongIsCut() {
        let long = message(String(repeating: "x", count: 1 << 20))
        #expect(long.bytes.count == SyslogMessage.limit)
        var names = message("")
        names.program = String(repeating: "p", count: 100)
        #expect(String(decoding: names.bytes, as: UTF8.self).split(separator: " ")[3].count == 48)
    }

    private func received(_ socket: Int32) -> String {
        var event = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&event, 1, 5000) > 0 else { return "(nothing)" }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        return String(decoding: buffer[..<max(0, recv(socket, &buffer, buffer.count, 0))], as: UTF8.self)
    }

    @Test func datagrams() throws {
        let listener = try LoopbackSocket(SOCK_DGRAM)
        let (socket, port) = (listener.descriptor, listener.port)
        defer { close(socket) }
        let server = try #require(Endpoint("127.0.0.1:\(port)"))
        let connection = SyslogConnection(server: server, transport: .udp)
        try connection.send(message("one"))
        try connection.send(message("two"))
        #expect(received(socket).hasSuffix(" - - one") && received(socket).hasSuffix(" - - two"))
    }

    /// Over TCP each message follows its length; a server that was restarted is found again.
    @Test func streamsAndTheWayBackToAServer() throws {
        let listener = try LoopbackSocket(SOCK_STREAM)
        let (first, port) = (listener.descriptor, listener.port)
        let server = try #require(Endpoint("127.0.0.1:\(port)"))
        let connection = SyslogConnection(server: server, transport: .tcp)
        try connection.send(message("one"))
        let accepted = accept(first, nil, nil)
        let text = received(accepted)
        let expected = String(decoding: message("one").bytes, as: UTF8.self)
        #expect(text == "\(expected.utf8.count) \(expected)")
        close(accepted)
        close(first)
        let failure = #expect(throws: Failure.self) { try connection.send(message("two")) }
        #expect(failure?.status == .network)
        let second = try LoopbackSocket(SOCK_STREAM, port: port).descriptor
        defer { close(second) }
        try connection.send(message("two"))
        let again = accept(second, nil, nil)
        #expect(received(again).hasSuffix(" - - two"))
        close(again)
    }

    /// The kernel's own words about ways, as iproute2 prints them.
    @Test(
        arguments: [
            (
                #"[{"dst":"192.0.2.14","dev":"eth0","prefsrc":"192.0.2.10","flags":[],"uid":0,"cache":[]}]"#,
                "eth0 192.0.2.14"
            ),
            (
                #"[{"dst":"192.0.2.14","gateway":"10.0.2.2","dev":"br0","prefsrc":"10.0.2.15","flags":[]}]"#,
                "br0 10.0.2.2"
            ),
            (
                #"[{"dst":"192.0.2.14","via":{"family":"inet6","host":"fe80::1"},"dev":"br0","prefsrc":"10.0.2.15"}]"#,
                "br0 fe80::1"
            ),
        ]) func ways(_ answer: String, _ way: String) throws
    {
        let target = try #require(IPAddress("192.0.2.14"))
        let route = try NetconsoleWay.Route(JSON.parse(answer, file: "ip route"), to: target)
        #expect("\(route.interface) \(route.next)" == way)
    }

    @Test(arguments: ["[]", #"[{"dst":"127.0.0.1","dev":"lo","prefsrc":"127.0.0.1"}]"#, #"[{"type":"unreachable"}]"#])
    func noWay(_ answer: String) throws {
        let target = try #require(IPAddress("127.0.0.1"))
        let failure = #expect(throws: Failure.self) {
            try NetconsoleWay.Route(JSON.parse(answer, file: "ip route"), to: target)
        }
        #expect(failure?.status == .network)
    }
}
