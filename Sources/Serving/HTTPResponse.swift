/// The heads of answers.
enum HTTPResponse {
    private static let reasons = [
        200: "OK", 206: "Partial Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed",
        416: "Range Not Satisfiable", 431: "Request Header Fields Too Large", 505: "HTTP Version Not Supported",
    ]

    /// A head; without a content length in `more` the answer has no body.
    static func head(status: Int, more: String = "") -> String {
        let allow = status == 405 ? "Allow: GET, HEAD\r\n" : ""
        let length = more.contains("Content-Length:") ? "" : "Content-Length: 0\r\n"
        return "HTTP/1.1 \(status) \(reasons[status] ?? "Error")\r\nServer: nodewright\r\nConnection: close\r\n"
            + allow + length + more + "\r\n"
    }
}
