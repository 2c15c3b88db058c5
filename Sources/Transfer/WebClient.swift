import CCrypto
import CCurl
import Host

/// Speaks HTTPS with a server: small requests and small answers, no redirects, nothing unencrypted.
public final class WebClient {
    /// Who says that a server is the right one.
    public enum Trust: Sendable {
        /// Its chain must lead to one of these authorities (PEM text), and its name must be right.
        case authorities(String)
        /// Nobody. Only for what is checked by other means afterwards, before anything is done with it.
        case unchecked
    }

    /// One request.
    public struct Request {
        /// `https://…`
        public var url: String
        /// `Name: value`
        public var headers: [String]
        /// What is sent with POST; with nil, the request is a GET.
        public var body: [UInt8]?
        /// The most bytes that are accepted as an answer.
        public var limit: Int

        /// A request.
        public init(_ url: String, headers: [String] = [], body: [UInt8]? = nil, limit: Int = 1 << 20) {
            self.url = url
            self.headers = headers
            self.body = body
            self.limit = limit
        }
    }

    /// What a server answered.
    public struct Response {
        /// The HTTP status: 200
        public let status: Int
        /// The media type without parameters, in lower case; empty when the server names none.
        public let type: String
        /// The body.
        public let body: [UInt8]
        /// Where a redirect leads, which is never followed.
        public let redirect: String?
    }

    private let handle: CurlHandle
    private let trust: Trust
    private let timeout: Int

    /// A client.
    ///
    /// - Parameter timeout: seconds that one request may take, however slowly its answer trickles
    public init(_ trust: Trust, timeout: Int = 60) throws {
        handle = try CurlHandle()
        self.trust = trust
        self.timeout = timeout
    }

    /// Sends a request and waits for the answer, whatever its status is.
    ///
    /// - Throws: `.network` when there is no answer, `.signature` when the server is not trusted, `.incompatible` when it sends
    ///   more than the limit
    public func send(_ request: Request) throws -> Response {
        handle.prepare(request.url, protocols: "https")
        ncurl_set_long(handle.handle, CURLOPT_TIMEOUT, timeout)
        switch trust {
        case .authorities(let pem):
            let bytes = Array(pem.utf8)
            ncurl_set_copied_blob(handle.handle, CURLOPT_CAINFO_BLOB, bytes, bytes.count)
            // Only these, not what the system trusts besides. Newer versions of libcurl take their own folder again when
            // this is unset, so it names one that cannot be.
            ncurl_set_string(handle.handle, CURLOPT_CAPATH, "/dev/null/none")
        case .unchecked:
            ncurl_set_long(handle.handle, CURLOPT_SSL_VERIFYPEER, 0)
            ncurl_set_long(handle.handle, CURLOPT_SSL_VERIFYHOST, 0)
        }
        // Without the last one libcurl asks before it sends a larger body, and waits a second for an answer.
        try handle.setHeaders(request.headers + ["Expect:"])
        if let body = request.body {
            ncurl_set_offset(handle.handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            _ = body.withUnsafeBytes { ncurl_set_copied_body(handle.handle, $0.baseAddress) }
        }
        var answer: [UInt8] = []
        let code = try handle.perform { bytes in
            guard answer.count + bytes.count <= request.limit else {
                throw Failure(
                    .incompatible, "the server sends more than the \(request.limit) bytes that are allowed",
                    hint: "is it the right server?")
            }
            answer += bytes
        }
        guard code == CURLE_OK else { throw failure(code) }
        let type = text(CURLINFO_CONTENT_TYPE) ?? ""
        return Response(
            status: handle.responseStatus, type: String(type.prefix { $0 != ";" && $0 != " " }).lowercased(),
            body: answer, redirect: text(CURLINFO_REDIRECT_URL))
    }

    /// This machine's own address in the last connection: the one from which the server is reached.
    public var localAddress: String? { text(CURLINFO_LOCAL_IP).flatMap { $0.isEmpty ? nil : $0 } }

    private func failure(_ code: CURLcode) -> Failure {
        let untrusted = [CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR]
        guard untrusted.contains(code) else { return Failure(.network, handle.reason(code)) }
        let known = code == CURLE_PEER_FAILED_VERIFICATION ? certificateProblem : nil
        return Failure(.signature, known ?? handle.reason(code))
    }

    /// What is wrong with the server's certificate; nil when only the libraries have words for it.
    private var certificateProblem: String? {
        var result = 0
        ncurl_get_long(handle.handle, CURLINFO_SSL_VERIFYRESULT, &result)
        switch Int32(truncatingIfNeeded: result) {
        case X509_V_ERR_CERT_HAS_EXPIRED: return "its certificate, or that of its authority, is not valid any more"
        case X509_V_ERR_CERT_NOT_YET_VALID: return "its certificate, or that of its authority, is not valid yet"
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return "its certificate does not come from the trusted authority"
        // libcurl compares names itself, before it notes OpenSSL's result.
        case X509_V_OK, X509_V_ERR_UNSPECIFIED, X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "its certificate is for another name"
        default: return nil
        }
    }

    private func text(_ what: CURLINFO) -> String? {
        var value: UnsafePointer<CChar>?
        guard ncurl_get_string(handle.handle, what, &value) == CURLE_OK, let value else { return nil }
        return String(cString: value)
    }
}
