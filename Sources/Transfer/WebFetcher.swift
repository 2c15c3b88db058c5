import CCurl
import Host

/// Fetches files of one server after the other over connections that stay open. Used by one thread at a time.
///
/// Bodies are taken as they are: nothing is decompressed. Each has a limit, and a server that sends less than 1 kB/s for too
/// long is given up.
public final class WebFetcher {
    private let handle: CurlHandle
    private let certificates: String?
    private let patience: Int

    /// - Parameters:
    ///   - certificates: a file with the authorities that servers are checked with, instead of the system's own
    ///   - patience: for how many seconds a server may send less than 1 kB/s
    public init(certificates: String? = nil, patience: Int = 30) throws {
        handle = try CurlHandle()
        self.certificates = certificates
        self.patience = patience
    }

    /// The whole content of a file.
    ///
    /// - Parameter limit: more bytes than this are refused
    /// - Returns: nil when the server has no such file
    /// - Throws: `.network` when the server does not answer or breaks off, `.signature` when its certificate is not accepted
    ///   or it sends too much
    public func bytes(_ url: String, limit: Int) throws -> [UInt8]? {
        let content = Content()
        let isThere = try stream(url, limit: limit) { content.bytes += $0 }
        return isThere ? content.bytes : nil
    }

    /// The content of a file piece by piece, as `bytes`.
    ///
    /// - Parameter accept: gets each piece; what it throws ends the transfer
    /// - Returns: false when the server has no such file
    public func stream(
        _ url: String, limit: Int, accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        let outcome = try during("downloading \(redacted(url))") {
            try handle.receive(
                url, certificates: certificates, offset: 0, limit: limit, patience: patience, restart: {},
                accept: accept)
        }
        switch outcome {
        case .complete: return true
        // Stores of objects say "forbidden" for what is not there.
        case .unavailable, .cannotResume:
            if [403, 404, 410].contains(handle.responseStatus) { return false }
            throw Failure(
                .network, "cannot download \(redacted(url))", hint: "check the address and the network",
                details: outcome.reasons)
        case .untrusted:
            throw Failure(
                .signature, "the certificate of the server is not accepted: \(redacted(url))",
                hint: "check the authorities that servers are checked with, the name in the address, and the clock",
                details: outcome.reasons)
        }
    }

    private final class Content { var bytes: [UInt8] = [] }
}

extension CurlHandle.Outcome {
    fileprivate var reasons: [String] {
        switch self {
        case .unavailable(let reason), .untrusted(let reason): [reason]
        case .complete, .cannotResume: []
        }
    }
}
