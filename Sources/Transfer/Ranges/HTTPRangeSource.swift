import CCurl
import Glibc
import Host
import Synchronization

/// Parts of a file on a web server.
///
/// Several ranges are asked for at once. A server that sends them in a way that cannot be used is asked for one at a
/// time, over the same connection; one that knows no ranges sends the whole file, once, of which what is needed is
/// picked out.
///
/// The file need not stay the same in between: whoever reads knows which bytes are right. That it was replaced is only
/// remarked.
public final class HTTPRangeSource: RangeSource {
    /// How servers are reached, and for how long it is tried.
    public struct Options: Sendable {
        /// The authorities that servers are checked with (PEM text); nil for the system's own.
        public var authorities: String?
        /// `http://host:port`; nil for what the environment says (`https_proxy`, `no_proxy`), empty for none.
        public var proxy: String?
        /// More header fields: `Authorization: Bearer …`
        public var headers: [String] = []
        /// How many ranges one request asks for; servers have limits for the size of a header.
        public var rangesPerRequest = 100
        /// So many tries in a row may bring nothing; then the reading fails.
        public var tries = 5
        /// Seconds before the second try; twice as many before each of the next.
        public var pause = 0.5
        /// A server that sends less than 1 kB/s for so many seconds is given up.
        public var patience = 30

        /// The system's authorities, the environment's proxy.
        public init() {}
    }

    /// The address without credentials.
    public let name: String
    private let url: String
    private let length: Int
    private let options: Options
    private let state = Mutex(State())

    private struct State {
        var validator: String?
        var isReplaced = false
    }

    /// - Parameters:
    ///   - url: `http:` or `https:`
    ///   - length: how many bytes the file has; a server that has another number of them has another file
    public init(_ url: String, length: Int, options: Options = Options()) {
        self.url = url
        self.length = length
        self.options = options
        name = redacted(url)
    }

    /// Whether the server has replaced the file since the first answer.
    public var remark: String? {
        state.withLock { $0.isReplaced ? "was replaced while it was read" : nil }
    }

    /// Reads parts of the file.
    ///
    /// - Throws: `.network` when the server does not send them, `.signature` when it has another file or is not trusted
    public func read(
        _ ranges: [Range<Int>], isCancelled: @escaping () -> Bool,
        deliver: @escaping (_ offset: Int, _ bytes: UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        let handle = try CurlHandle()
        let queue = RangeRequest.Queue(ranges)
        var asksForSeveral = true
        var failedTries = 0
        while !queue.ranges.isEmpty {
            if isCancelled() { return false }
            let count = asksForSeveral ? options.rangesPerRequest : 1
            let request = RangeRequest(queue, count: count, of: length) { [self] in note($0) }
            let before = queue.ranges.arrived
            try prepare(handle, request.header)
            let outcome = try request.send(handle, isCancelled: isCancelled, deliver: deliver)
            let gained = queue.ranges.arrived - before
            let reason: Failure
            switch outcome {
            case .cancelled: return false
            // More than was asked for: out of the whole file.
            case .ended where gained >= request.size:
                failedTries = 0
                continue
            case .unusable where request.count > 1, .ended where request.count > 1:
                asksForSeveral = false
                continue
            case .unusable, .ended:
                reason = Failure(.network, "the server does not send the bytes that were asked for")
            case .wrong(let failure): throw named(failure)
            case .failed(let failure): reason = failure
            }
            // A server that sends a few bytes for each request must not keep us for ever.
            failedTries = gained >= 1 << 16 ? 1 : failedTries + 1
            if failedTries >= options.tries { throw named(reason) }
            if !wait(options.pause * Double(1 << min(failedTries - 1, 6)), isCancelled) { return false }
        }
        return true
    }

    private func prepare(_ handle: CurlHandle, _ range: String) throws {
        handle.prepare(url, protocols: "http,https")
        let curl = handle.handle
        ncurl_set_string(
            curl, CURLOPT_REDIR_PROTOCOLS_STR, url.lowercased().hasPrefix("https:") ? "https" : "http,https")
        ncurl_set_long(curl, CURLOPT_FOLLOWLOCATION, 1)
        ncurl_set_long(curl, CURLOPT_MAXREDIRS, 8)
        ncurl_set_long(curl, CURLOPT_LOW_SPEED_TIME, options.patience)
        ncurl_set_string(curl, CURLOPT_RANGE, range)
        if let proxy = options.proxy { ncurl_set_string(curl, CURLOPT_PROXY, proxy) }
        if let authorities = options.authorities {
            let bytes = Array(authorities.utf8)
            ncurl_set_copied_blob(curl, CURLOPT_CAINFO_BLOB, bytes, bytes.count)
            // Only these: see WebClient.
            ncurl_set_string(curl, CURLOPT_CAPATH, "/dev/null/none")
        }
        try handle.setHeaders(options.headers + ["Accept-Encoding: identity"])
    }

    private func note(_ validator: String) {
        state.withLock { state in
            if let first = state.validator, first != validator { state.isReplaced = true }
            state.validator = state.validator ?? validator
        }
    }

    private func named(_ failure: Failure) -> Failure {
        Failure(
            failure.status, "\(name): \(failure.message)",
            hint: failure.hint
                ?? (failure.status == .network
                    ? "check address, proxy and network; what has arrived is kept, the next run goes on from there"
                    : nil),
            details: failure.details)
    }

    /// Waits, and returns false when it is cancelled meanwhile.
    private func wait(_ seconds: Double, _ isCancelled: () -> Bool) -> Bool {
        let end = monotonicSeconds() + seconds
        while true {
            if isCancelled() { return false }
            let left = end - monotonicSeconds()
            if left <= 0 { return true }
            usleep(UInt32(min(left, 0.1) * 1e6))
        }
    }
}
