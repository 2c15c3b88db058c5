import CCurl
import Host

extension CurlHandle {
    /// How a transfer ended that did not throw.
    enum Outcome: Equatable {
        case complete
        /// The server or the network failed in a way that another mirror, or another try, may not.
        case unavailable(String)
        /// The server's certificate is not one that is accepted.
        case untrusted(String)
        /// The server cannot go on from the offset; the file must be fetched from its beginning.
        case cannotResume
    }

    /// Transfers `url` from `offset` on, handing each piece to `accept`.
    ///
    /// - Parameters:
    ///   - certificates: a file with the authorities that servers are checked with; nil for the system's own
    ///   - limit: the transfer is refused once offset + received exceeds this number of bytes
    ///   - patience: for how many seconds the server may send less than 1 kB/s; nil for the usual time
    ///   - restart: called when the server ignores the offset and sends the file from its beginning
    /// - Throws: what `accept` throws, and a failure when the limit is exceeded
    func receive(
        _ url: String, certificates: String?, offset: Int, limit: Int, patience: Int? = nil,
        restart: @escaping () throws -> Void,
        accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Outcome {
        prepare(url, protocols: "http,https,file")
        ncurl_set_string(handle, CURLOPT_REDIR_PROTOCOLS_STR, url.hasPrefix("https:") ? "https" : "http,https")
        if let certificates { ncurl_set_string(handle, CURLOPT_CAINFO, certificates) }
        ncurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 1)
        ncurl_set_long(handle, CURLOPT_MAXREDIRS, 8)
        ncurl_set_long(handle, CURLOPT_FAILONERROR, 1)
        if let patience { ncurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, patience) }
        if offset > 0 { ncurl_set_offset(handle, CURLOPT_RESUME_FROM_LARGE, curl_off_t(offset)) }

        var received = offset
        var isFirst = true
        let code = try perform { [unowned self] bytes in
            if isFirst, offset > 0, responseStatus == 200 {
                try restart()
                received = 0
            }
            isFirst = false
            received += bytes.count
            guard received <= limit else {
                throw Failure(.signature, "the server sends more than the expected \(limit) bytes")
            }
            try accept(bytes)
        }
        if code == CURLE_OK { return .complete }
        let refused = code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME || responseStatus == 416
        if offset > 0, refused { return .cannotResume }
        return code == CURLE_PEER_FAILED_VERIFICATION ? .untrusted(reason(code)) : .unavailable(reason(code))
    }
}
