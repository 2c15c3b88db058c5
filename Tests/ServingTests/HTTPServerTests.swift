import Glibc
import Host
import Synchronization
import Testing
import Transfer

@testable import Serving

/// The server against clients that mean harm, and against curl's library.
@Suite struct HTTPServerTests {
    /// What a client gets for these bytes, to the end of the connection.
    private func exchange(_ port: Int, _ request: String, closing: Bool = true) throws -> String {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let socket = try check("make a socket") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        defer { close(socket) }
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                try check("connect") { connect(socket, generic, length) }
            }
        }
        try File.append(Array(request.utf8), to: socket, named: "connection")
        if closing { shutdown(socket, Int32(SHUT_WR)) }
        return String(decoding: try File.read(descriptor: socket, named: "connection"), as: UTF8.self)
    }

    private func withServer(_ body: (_ server: HTTPServer, _ folder: String) throws -> Void) throws {
        try Folder.withTemporary { outside in
            try File.write(Path.join(outside, "secret"), "secret")
            let folder = Path.join(outside, "served")
            try Folder.create(Path.join(folder, "sub"))
            try File.write(Path.join(folder, "file"), "0123456789")
            try File.write(Path.join(folder, "sub/other name"), "other")
            try check("make a link") { symlink("../secret", Path.join(folder, "out")) }
            try check("make a link") { symlink(Path.join(outside, "secret"), Path.join(folder, "absolute")) }
            try check("make a link") { symlink("sub/../file", Path.join(folder, "inside")) }
            try check("make a pipe") { mkfifo(Path.join(folder, "pipe"), 0o644) }
            let server = try HTTPServer(folder: folder, address: "127.0.0.1", port: 0)
            defer { server.stop() }
            try body(server, folder)
        }
    }

    @Test func files() throws {
        try withServer { server, _ throws in
            let whole = try exchange(server.port, "GET /file HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(whole.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(whole.contains("\r\nContent-Length: 10\r\nAccept-Ranges: bytes\r\n"))
            #expect(whole.hasSuffix("\r\n\r\n0123456789"))
            #expect(try exchange(server.port, "GET /sub/other%20name HTTP/1.1\r\n\r\n").hasSuffix("\r\n\r\nother"))
            #expect(try exchange(server.port, "GET /inside HTTP/1.1\r\n\r\n").hasSuffix("0123456789"))
            let head = try exchange(server.port, "HEAD /file HTTP/1.1\r\n\r\n")
            #expect(head.contains("Content-Length: 10") && head.hasSuffix("\r\n\r\n"))
        }
    }

    @Test(arguments: [
        ("bytes=2-4", 206, "bytes 2-4/10", "234"), ("bytes=7-", 206, "bytes 7-9/10", "789"),
        ("bytes=-2", 206, "bytes 8-9/10", "89"), ("bytes=10-", 416, "bytes */10", ""),
    ])
    func ranges(_ range: String, _ status: Int, _ place: String, _ body: String) throws {
        try withServer { server, _ throws in
            let answer = try exchange(server.port, "GET /file HTTP/1.1\r\nRange: \(range)\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("\r\nContent-Range: \(place)\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n" + body))
        }
    }

    /// Nothing but regular files below the folder, whatever the path looks like.
    @Test(arguments: [
        "/../secret", "/sub/../../secret", "/%2e%2e/secret", "/%2e%2e%2fsecret", "/..%5csecret", "/out", "/absolute",
        "/sub", "/",
        "/pipe", "/nothing", "/file/", "//etc/passwd", "/proc/self/environ", "/.", "/sub/..",
        "/\u{FF0E}\u{FF0E}/secret",
    ])
    func hostilePaths(_ path: String) throws {
        try withServer { server, _ throws in
            let answer = try exchange(server.port, "GET \(path) HTTP/1.1\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 403 ") || answer.hasPrefix("HTTP/1.1 404 "), "\(answer.prefix(40))")
            #expect(!answer.contains("secret") && !answer.contains("root:"))
        }
    }

    @Test func requestsThatAreNone() throws {
        try withServer { server, _ throws in
            #expect(try exchange(server.port, "DELETE /file HTTP/1.1\r\n\r\n").contains("405 Method Not Allowed\r\n"))
            #expect(try exchange(server.port, "nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
            #expect(try exchange(server.port, "GET /file HTTP/1.1\r\n") == "")
            let long = String(repeating: "a", count: HTTPServer.headLimit + 100)
            #expect(try exchange(server.port, "GET /\(long)", closing: false).hasPrefix("HTTP/1.1 431 "))
            // It is still there.
            #expect(try exchange(server.port, "GET /file HTTP/1.1\r\n\r\n").hasSuffix("0123456789"))
        }
    }

    @Test func downloadsGoOnWhereTheyStopped() throws {
        try withServer { server, folder throws in
            let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            try File.write(Path.join(folder, "large"), bytes)
            try Folder.withTemporary { work in
                let file = Path.join(work, "large")
                try File.write(file + ".part", bytes[..<1_000_000])
                let download = Download(
                    urls: ["http://127.0.0.1:\(server.port)/large"], destination: file, checksum: .of(bytes),
                    size: bytes.count)
                try Downloader().fetch([download], phase: "test")
                #expect(try File.read(file) == bytes)
            }
        }
    }

    @Test func tellsWhoAskedForWhat() throws {
        try Folder.withTemporary { folder in
            try File.write(Path.join(folder, "file"), "0123456789")
            let events = Mutex<[HTTPServer.Event]>([])
            let server = try HTTPServer(
                folder: folder, address: "127.0.0.1", port: 0, event: { event in events.withLock { $0.append(event) } })
            defer { server.stop() }
            _ = try exchange(server.port, "GET /file HTTP/1.1\r\nRange: bytes=1-3\r\n\r\n")
            _ = try exchange(server.port, "GET /a%1b%5bb HTTP/1.1\r\n\r\n")
            let deadline = monotonicSeconds() + 5
            while events.withLock({ $0 }).count < 2, monotonicSeconds() < deadline { usleep(10_000) }
            let expected: [HTTPServer.Event] = [
                .init(client: "127.0.0.1", method: "GET", path: "file", status: 206, sent: 3),
                .init(client: "127.0.0.1", method: "GET", path: "a[b", status: 404, sent: 0),
            ]
            #expect(events.withLock { $0 } == expected)
        }
    }
}
