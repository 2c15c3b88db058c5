import CCurl
import CLinux
import Glibc
import Host

/// One libcurl easy handle; reused for many transfers so that connections stay open. Used by one thread at a time.
final class CurlHandle {
    let handle: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var errorText = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))

    /// libcurl's global state is made once, before the first handle.
    private static let ready: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init() throws {
        guard Self.ready == CURLE_OK, let handle = curl_easy_init() else {
            throw Failure(.internalError, "libcurl could not be started")
        }
        self.handle = handle
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headers)
    }

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

    /// Sends these header fields (`Name: value`) with the next transfer; one without a value is not sent.
    func setHeaders(_ fields: [String]) throws {
        curl_slist_free_all(headers)
        headers = nil
        for field in fields {
            guard !field.utf8.contains(where: { $0 < 0x20 }) else {
                throw Failure(.invalidInput, "a control character cannot be sent as part of a request")
            }
            headers = curl_slist_append(headers, field)
        }
        ncurl_set_list(handle, CURLOPT_HTTPHEADER, headers)
    }

    /// Runs the transfer, handing each piece of the body to `accept`.
    ///
    /// - Parameters:
    ///   - header: gets each line of the answer's head, those of redirects too
    ///   - isCancelled: asked about once a second, also when nothing arrives; true ends the transfer (`CURLE_ABORTED_BY_CALLBACK`)
    /// - Returns: how it ended; `reason` has the words
    /// - Throws: what `accept` and `header` throw
    func perform(
        header: ((UnsafeRawBufferPointer) throws -> Void)? = nil, isCancelled: (() -> Bool)? = nil,
        _ accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> CURLcode {
        errorText[0] = 0
        let sink = Sink(accept: accept, header: header, isCancelled: isCancelled)
        let context = Unmanaged.passRetained(sink)
        defer { context.release() }
        ncurl_set_pointer(handle, CURLOPT_WRITEDATA, context.toOpaque())
        ncurl_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
            return sink.take(UnsafeRawBufferPointer(start: bytes, count: size * count), sink.accept)
        }
        if header != nil {
            ncurl_set_pointer(handle, CURLOPT_HEADERDATA, context.toOpaque())
            ncurl_set_write(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
                return sink.take(UnsafeRawBufferPointer(start: bytes, count: size * count), sink.header)
            }
        }
        if isCancelled != nil {
            ncurl_set_pointer(handle, CURLOPT_XFERINFODATA, context.toOpaque())
            ncurl_set_progress(handle) { context, _, _, _, _ in
                guard let context else { return 0 }
                return Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().isCancelled?() == true ? 1 : 0
            }
            ncurl_set_long(handle, CURLOPT_NOPROGRESS, 0)
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

    /// What the callbacks need, for the time of one transfer.
    private final class Sink {
        let accept: (UnsafeRawBufferPointer) throws -> Void
        let header: ((UnsafeRawBufferPointer) throws -> Void)?
        let isCancelled: (() -> Bool)?
        var failure: Failure?

        init(
            accept: @escaping (UnsafeRawBufferPointer) throws -> Void,
            header: ((UnsafeRawBufferPointer) throws -> Void)?, isCancelled: (() -> Bool)?
        ) {
            self.accept = accept
            self.header = header
            self.isCancelled = isCancelled
        }

        /// Hands bytes on; fewer than there are end the transfer.
        func take(_ bytes: UnsafeRawBufferPointer, _ body: ((UnsafeRawBufferPointer) throws -> Void)?) -> Int {
            do {
                try body?(bytes)
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
