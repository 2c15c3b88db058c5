import Testing

@testable import Serving

@Suite struct HTTPRequestTests {
    @Test(arguments: [
        ("GET /boot.ipxe HTTP/1.1\r\nHost: a", HTTPRequest.valid(method: "GET", path: "boot.ipxe", range: nil)),
        ("HEAD /a/b HTTP/1.0", .valid(method: "HEAD", path: "a/b", range: nil)),
        ("GET http://host:8000/a%20b?x=1 HTTP/1.1", .valid(method: "GET", path: "a b", range: nil)),
        ("GET / HTTP/1.1", .valid(method: "GET", path: "", range: nil)),
        ("GET //etc/passwd HTTP/1.1", .valid(method: "GET", path: "etc/passwd", range: nil)),
        (
            "GET /a HTTP/1.1\r\nrAnGe:  bytes=5-9 ",
            .valid(method: "GET", path: "a", range: .init(first: 5, last: 9))
        ),
        ("GET /a HTTP/1.1\nRange: bytes=-3", .valid(method: "GET", path: "a", range: .init(first: nil, last: 3))),
        ("GET /a HTTP/1.1\r\nRange: bytes=7-", .valid(method: "GET", path: "a", range: .init(first: 7, last: nil))),
        // What is no single range of bytes is ignored.
        ("GET /a HTTP/1.1\r\nRange: bytes=1-2,5-6", .valid(method: "GET", path: "a", range: nil)),
        ("GET /a HTTP/1.1\r\nRange: bytes=9-5", .valid(method: "GET", path: "a", range: nil)),
        ("GET /a HTTP/1.1\r\nRange: bytes=-", .valid(method: "GET", path: "a", range: nil)),
        ("GET /a HTTP/1.1\r\nRange: bytes=99999999999999999999-", .valid(method: "GET", path: "a", range: nil)),
        ("GET /a HTTP/1.1\r\nRange: lines=1-2", .valid(method: "GET", path: "a", range: nil)),
        ("HEAD /a HTTP/1.1\r\nRange: bytes=1-2", .valid(method: "HEAD", path: "a", range: nil)),
        ("POST /a HTTP/1.1", .invalid(405)), ("GET /a HTTP/2", .invalid(505)), ("GET /a", .invalid(400)),
        ("", .invalid(400)), ("GET  HTTP/1.1", .invalid(400)), ("GET a HTTP/1.1", .invalid(400)),
        ("GET /%00 HTTP/1.1", .invalid(400)), ("GET /%zz HTTP/1.1", .invalid(400)), ("GET /%2 HTTP/1.1", .invalid(400)),
        ("GET /a%+1 HTTP/1.1", .invalid(400)),
    ])
    func heads(_ text: String, _ expected: HTTPRequest) { #expect(HTTPRequest(Array(text.utf8)) == expected) }

    private static let parts: [(Int?, Int?, Int, Range<Int>?)] = [
        (0, 4, 10, 0..<5), (8, nil, 10, 8..<10), (8, 100, 10, 8..<10), (nil, 3, 10, 7..<10), (nil, 30, 10, 0..<10),
        (10, nil, 10, nil), (nil, 0, 10, nil), (0, Int.max, 10, 0..<10), (0, 0, 0, nil), (nil, 5, 0, nil),
    ]

    @Test(arguments: parts)
    func ranges(_ first: Int?, _ last: Int?, _ size: Int, _ expected: Range<Int>?) {
        #expect(HTTPRequest.Range(first: first, last: last).bytes(of: size) == expected)
    }
}
