import CCurl
import Glibc
import Host

/// Requests of any kind with one server over a connection that stays open, for protocols that need more than files: methods, headers,
/// and bodies from memory or from a file. Used by one thread at a time.
public final class WebExchange {
    /// What is sent with a request.
    public enum Body {
        case none
        case bytes([UInt8])
        /// A file of so many bytes.
        case file(String, size: Int)
    }

    /// One request.
    public struct Request {
        /// `GET`, `HEAD`, `POST`, `PUT`
        public var method: String
        /// `https://…`
        public var url: String
        /// `Name: value`
        public var headers: [String]
        /// What is sent with it.
        public var body: Body
        /// The most bytes that are accepted as an answer.
        public var limit: Int
        /// Whether a GET may be sent on to another server, which does not get an Authorization header.
        public var followsRedirects: Bool

        /// A request.
        public init(
            _ method: String, _ url: String, headers: [String] = [], body: Body = .none, limit: Int = 1 << 20,
            followsRedirects: Bool = false
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.limit = limit
            self.followsRedirects = followsRedirects
        }
    }

    private let handle: CurlHandle
    private let certificates: String?

    /// - Parameter certificates: a file with the authorities that servers are checked with; nil for the system's own
    public init(certificates: String? = nil) throws {
        handle = try CurlHandle()
        self.certificates = certificates
    }

    /// A header of the last answer; nil when it has none of that name.
    public func header(_ name: String) -> String? {
        ncurl_answer_header(handle.handle, name).map { String(cString: $0) }
    }

    /// Sends a request and waits for the answer, whatever its status is.
    ///
    /// - Parameter accept: gets each piece of the body, also of one that says what went wrong
    /// - Returns: the status: 200
    /// - Throws: `.network` when there is no answer, `.signature` when the server is not trusted or sends too much
    public func send(
        _ request: Request, accept: @escaping (_ piece: UnsafeRawBufferPointer, _ status: Int) throws -> Void
    ) throws -> Int {
        handle.prepare(request.url, protocols: "http,https")
        let curl = handle.handle
        ncurl_set_string(curl, CURLOPT_CUSTOMREQUEST, request.method)
        if let certificates { ncurl_set_string(curl, CURLOPT_CAINFO, certificates) }
        if request.method == "HEAD" { ncurl_set_long(curl, CURLOPT_NOBODY, 1) }
        if request.followsRedirects {
            ncurl_set_string(
                curl, CURLOPT_REDIR_PROTOCOLS_STR, request.url.hasPrefix("https:") ? "https" : "http,https")
            ncurl_set_long(curl, CURLOPT_FOLLOWLOCATION, 1)
            ncurl_set_long(curl, CURLOPT_MAXREDIRS, 4)
        }
        var list: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(list) }
        for header in request.headers + ["Expect:"] {
            guard !header.utf8.contains(where: { $0 < 0x20 }) else {
                throw Failure(.invalidInput, "a control character cannot be sent as part of a request")
            }
            list = curl_slist_append(list, header)
        }
        ncurl_set_list(curl, CURLOPT_HTTPHEADER, list)
        let file = try attach(request.body)
        defer { if let file { fclose(file) } }
        var received = 0
        let code = try handle.perform { [handle] piece in
            received += piece.count
            guard received <= request.limit else {
                throw Failure(
                    .signature, "\(redacted(request.url)) sends more than the expected \(request.limit) bytes")
            }
            try accept(piece, handle.responseStatus)
        }
        switch code {
        case CURLE_OK: return handle.responseStatus
        case CURLE_PEER_FAILED_VERIFICATION:
            throw Failure(
                .signature, "the certificate of the server is not accepted: \(redacted(request.url))",
                hint: "check the authorities of this machine, the name in the address, and the clock",
                details: [handle.reason(code)])
        default:
            throw Failure(
                .network, "\(redacted(request.url)) does not answer", hint: "check the address and the network",
                details: [handle.reason(code)])
        }
    }

    /// The file stays open until the request has ended.
    private func attach(_ body: Body) throws -> UnsafeMutablePointer<FILE>? {
        switch body {
        case .none: return nil
        case .bytes(let bytes):
            ncurl_set_offset(handle.handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
            _ = bytes.withUnsafeBytes { ncurl_set_copied_body(handle.handle, $0.baseAddress) }
            return nil
        case .file(let path, let size):
            guard let file = fopen(path, "rbe") else { throw systemFailure(errno, "open \"\(path)\"") }
            ncurl_set_long(handle.handle, CURLOPT_UPLOAD, 1)
            ncurl_set_offset(handle.handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(size))
            // Without a function of ours libcurl reads with fread.
            ncurl_set_pointer(handle.handle, CURLOPT_READDATA, file)
            return file
        }
    }
}
