import CCurl
import CLinux
import Glibc
import Host

/// One libcurl easy handle; reused for many transfers so that connections stay open. Used by one thread at a time.
final class CurlHandle {
    /// How a transfer ended that did not throw.
    enum Outcome: Equatable {
        case complete
        /// The server or the network failed in a way that another mirror, or another try, may not.
        case unavailable(String)
        /// The server cannot go on from the offset; the file must be fetched from its beginning.
        case cannotResume
    }

    private let handle: UnsafeMutableRawPointer
    private var errorText = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))

    /// libcurl's global state is made once, before the first handle.
    private static let ready: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private let certificates: String?

    /// - Parameter certificates: a file with the authorities that servers are checked with; nil for the system's own
    init(certificates: String? = nil) throws {
        self.certificates = certificates
        guard Self.ready == CURLE_OK, let handle = curl_easy_init() else {
            throw Failure(.internalError, "libcurl could not be started")
        }
        self.handle = handle
    }

    deinit { curl_easy_cleanup(handle) }

    /// What the write callback needs; lives on the stack of `receive` for the time of the transfer.
    private final class Sink {
        let limit: Int
        var received: Int
        var failure: Failure?
        let accept: (UnsafeRawBufferPointer) throws -> Void
        init(limit: Int, received: Int, accept: @escaping (UnsafeRawBufferPointer) throws -> Void) {
            self.limit = limit
            self.received = received
            self.accept = accept
        }
    }

    /// Transfers `url` from `offset` on, handing each piece to `accept`.
    ///
    /// - Parameters:
    ///   - limit: the transfer is refused once offset + received exceeds this number of bytes
    ///   - restart: called when the server ignores the offset and sends the file from its beginning
    /// - Throws: what `accept` throws, and a failure when the limit is exceeded
    func receive(
        _ url: String, offset: Int, limit: Int, restart: @escaping () throws -> Void,
        accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Outcome {
        curl_easy_reset(handle)
        ncurl_set_string(handle, CURLOPT_URL, url)
        ncurl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https,file")
        ncurl_set_string(handle, CURLOPT_REDIR_PROTOCOLS_STR, url.hasPrefix("https:") ? "https" : "http,https")
        ncurl_set_string(handle, CURLOPT_USERAGENT, "nodewright")
        ncurl_set_string(handle, CURLOPT_ACCEPT_ENCODING, nil)
        if let certificates { ncurl_set_string(handle, CURLOPT_CAINFO, certificates) }
        ncurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 1)
        ncurl_set_long(handle, CURLOPT_MAXREDIRS, 8)
        ncurl_set_long(handle, CURLOPT_FAILONERROR, 1)
        ncurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        ncurl_set_long(handle, CURLOPT_CONNECTTIMEOUT, 15)
        // A mirror that sends less than 1 kB/s for 30 s is as good as down.
        ncurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1024)
        ncurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, 30)
        if offset > 0 { ncurl_set_offset(handle, CURLOPT_RESUME_FROM_LARGE, curl_off_t(offset)) }
        errorText[0] = 0

        let sink = Sink(limit: limit, received: offset) { bytes in try accept(bytes) }
        var first = true
        let begin: () throws -> Void = { [handle] in
            guard first, offset > 0 else { return }
            first = false
            var status = 0
            ncurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
            if status == 200 {
                try restart()
                sink.received = 0
            }
        }
        let context = Unmanaged.passRetained(WriteContext(sink: sink, begin: begin))
        defer { context.release() }
        ncurl_set_pointer(handle, CURLOPT_WRITEDATA, context.toOpaque())
        ncurl_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            return Unmanaged<WriteContext>.fromOpaque(context).takeUnretainedValue()
                .write(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        let code = errorText.withUnsafeMutableBufferPointer { buffer -> CURLcode in
            ncurl_set_pointer(handle, CURLOPT_ERRORBUFFER, buffer.baseAddress)
            defer { ncurl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil) }
            return curl_easy_perform(handle)
        }
        if let failure = sink.failure { throw failure }
        if code == CURLE_OK { return .complete }
        var status = 0
        ncurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        let refused = code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME || status == 416
        return offset > 0 && refused ? .cannotResume : .unavailable(reason(code))
    }

    private func reason(_ code: CURLcode) -> String {
        let end = errorText.firstIndex(of: 0) ?? errorText.endIndex
        let text = String(decoding: errorText[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }

    private final class WriteContext {
        let sink: Sink
        let begin: () throws -> Void
        init(sink: Sink, begin: @escaping () throws -> Void) {
            self.sink = sink
            self.begin = begin
        }

        func write(_ bytes: UnsafeRawBufferPointer) -> Int {
            do {
                try begin()
                sink.received += bytes.count
                guard sink.received <= sink.limit else {
                    throw Failure(.signature, "the server sends more than the expected \(sink.limit) bytes")
                }
                try sink.accept(bytes)
                return bytes.count
            } catch let failure as Failure {
                sink.failure = failure
            } catch {
                sink.failure = Failure(.internalError, "\(error)")
            }
            return 0
        }
    }
}
