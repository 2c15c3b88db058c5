import CCurl
import CLinux
import Glibc
import Host

/// One libcurl easy handle; reused for many transfers so that connections stay open. Used by one thread at a time.
final class CurlHandle {
    let handle: UnsafeMutableRawPointer
    private var errorText = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))

    /// libcurl's global state is made once, before the first handle.
    private static let ready: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init() throws {
        guard Self.ready == CURLE_OK, let handle = curl_easy_init() else {
            throw Failure(.internalError, "libcurl could not be started")
        }
        self.handle = handle
    }

    deinit { curl_easy_cleanup(handle) }

    /// Prepares a transfer; options of the one before are forgotten.
    ///
    /// - Parameter protocols: what the address may begin with: `http,https`
    func prepare(_ url: String, protocols: String) {
        curl_easy_reset(handle)
        ncurl_set_string(handle, CURLOPT_URL, url)
        ncurl_set_string(handle, CURLOPT_PROTOCOLS_STR, protocols)
        ncurl_set_string(handle, CURLOPT_USERAGENT, "nodewright")
        ncurl_set_string(handle, CURLOPT_ACCEPT_ENCODING, nil)
        ncurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        ncurl_set_long(handle, CURLOPT_CONNECTTIMEOUT, 15)
        // A server that sends less than 1 kB/s for 30 s is as good as down.
        ncurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1024)
        ncurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, 30)
    }

    /// Runs the transfer, handing each piece of the body to `accept`.
    ///
    /// - Returns: how it ended; `reason` has the words
    /// - Throws: what `accept` throws
    func perform(_ accept: @escaping (UnsafeRawBufferPointer) throws -> Void) throws -> CURLcode {
        errorText[0] = 0
        let sink = Sink(accept: accept)
        let context = Unmanaged.passRetained(sink)
        defer { context.release() }
        ncurl_set_pointer(handle, CURLOPT_WRITEDATA, context.toOpaque())
        ncurl_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            return Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
                .write(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        let code = errorText.withUnsafeMutableBufferPointer { buffer -> CURLcode in
            ncurl_set_pointer(handle, CURLOPT_ERRORBUFFER, buffer.baseAddress)
            defer { ncurl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil) }
            return curl_easy_perform(handle)
        }
        if let failure = sink.failure { throw failure }
        return code
    }

    /// The status of the last answer; 0 when there was none.
    var responseStatus: Int {
        var status = 0
        ncurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    /// Why the last transfer ended as it did.
    func reason(_ code: CURLcode) -> String {
        let end = errorText.firstIndex(of: 0) ?? errorText.endIndex
        let text = String(decoding: errorText[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }

    /// What the write callback needs, for the time of one transfer.
    private final class Sink {
        let accept: (UnsafeRawBufferPointer) throws -> Void
        var failure: Failure?

        init(accept: @escaping (UnsafeRawBufferPointer) throws -> Void) { self.accept = accept }

        func write(_ bytes: UnsafeRawBufferPointer) -> Int {
            do {
                try accept(bytes)
                return bytes.count
            } catch let failure as Failure {
                self.failure = failure
            } catch {
                failure = Failure(.internalError, "\(error)")
            }
            return 0
        }
    }
}
