import CCurl
import Host

/// One request for ranges, and what is made of the answer.
final class RangeRequest {
    /// Ranges that one request after the other works off.
    final class Queue {
        var ranges: RangeQueue
        init(_ ranges: [Range<Int>]) { self.ranges = RangeQueue(ranges) }
    }

    /// How a request ended.
    enum Outcome {
        /// The answer is over, or there is nothing left to wait for.
        case ended
        case cancelled
        /// The server answers in a way that another kind of request may avoid.
        case unusable
        /// Another try may succeed.
        case failed(Failure)
        /// No other try will.
        case wrong(Failure)
    }

    /// What the answer turned out to be.
    private enum Body {
        case unknown
        case whole(position: Int)
        case range(ContentRange, position: Int)
        case ranges(MultipartReader)
    }

    /// How many ranges were asked for.
    let count: Int
    /// How many bytes they have.
    let size: Int
    /// `0-99,200-299`
    let header: String

    private let queue: Queue
    private let hull: Range<Int>
    private let named: (String) -> Void
    private let length: Int
    private var head = ResponseHead()
    private var body = Body.unknown
    private var promised = 0
    private var parts = 0
    private var verdict: Outcome?

    /// - Parameters:
    ///   - count: how many of the ranges in the queue it is for
    ///   - length: the length of the file
    ///   - named: hears what the server calls this content of the file, before any byte of it is delivered
    init(_ queue: Queue, count: Int, of length: Int, named: @escaping (String) -> Void) {
        let ranges = queue.ranges.next(count)
        self.queue = queue
        self.count = ranges.count
        size = ranges.reduce(0) { $0 + $1.count }
        self.length = length
        self.named = named
        hull = (ranges.first?.lowerBound ?? 0)..<(ranges.last?.upperBound ?? 0)
        header = ranges.map { "\($0.lowerBound)-\($0.upperBound - 1)" }.joined(separator: ",")
    }

    /// Sends it with a handle that is prepared, and takes the answer.
    ///
    /// - Throws: what `deliver` throws
    func send(
        _ handle: CurlHandle, isCancelled: @escaping () -> Bool,
        deliver: @escaping (Int, UnsafeRawBufferPointer) throws -> Void
    ) throws -> Outcome {
        let code: CURLcode
        do {
            code = try handle.perform(
                header: { [unowned self] in
                    do { try head.add($0) } catch let failure as Failure { try stop(.failed(failure)) }
                }, isCancelled: isCancelled
            ) { [unowned self, unowned handle] bytes in
                if case .unknown = body { try begin(handle.responseStatus) }
                try take(bytes, deliver)
            }
        } catch {
            guard let verdict else { throw error }
            return verdict
        }
        if code == CURLE_ABORTED_BY_CALLBACK { return .cancelled }
        if code != CURLE_OK { return failure(handle, code) }
        do {
            // An answer without a body.
            if case .unknown = body { try begin(handle.responseStatus) }
        } catch {
            guard let verdict else { throw error }
            return verdict
        }
        return checkEnd()
    }

    /// Ends the transfer.
    private func stop(_ outcome: Outcome) throws -> Never {
        verdict = outcome
        throw Failure(.internalError, "stopped")
    }

    /// Looks at the head before the first byte of the body is taken.
    private func begin(_ status: Int) throws {
        if status != 200 && status != 206 { try stop(refusal(status)) }
        if let coding = head.fields["content-encoding"], coding.lowercased() != "identity" {
            try stop(
                .wrong(
                    Failure(
                        .network,
                        "the server sends the file compressed (\(coding.prefix(40))) although nobody asked for that",
                        hint: "switch compression off for this file on the server, or use another mirror")))
        }
        if let validator = head.validator { named(validator) }
        if status == 200 {
            // Some send everything when they are asked for several ranges, but can send one.
            if count > 1 { try stop(.unusable) }
            if let there = head.length { try checkTotal(there) }
            body = .whole(position: 0)
        } else if let text = head.fields["content-range"] {
            guard let range = ContentRange(text) else {
                try stop(.failed(Failure(.network, "the server sends a range that cannot be read: \(text.prefix(80))")))
            }
            try accept(range)
            body = .range(range, position: range.bytes.lowerBound)
        } else if let type = head.fields["content-type"], let reader = MultipartReader(contentType: type), count > 1 {
            body = .ranges(reader)
        } else {
            try stop(count > 1 ? .unusable : .failed(Failure(.network, "the server sends a part without its range")))
        }
    }

    /// What a status other than success means.
    private func refusal(_ status: Int) -> Outcome {
        switch status {
        case 416:
            return .wrong(
                Failure(
                    .signature, "the server's file is shorter than the \(length) bytes that it shall have",
                    hint: "the file on the server is another one, or not complete"))
        case 408, 429, 500...599: return .failed(Failure(.network, "the server answers with status \(status)"))
        default: return .wrong(Failure(.network, "the server answers with status \(status)"))
        }
    }

    private func checkTotal(_ total: Int) throws {
        guard total != length else { return }
        try stop(
            .wrong(
                Failure(
                    .signature, "the server's file has \(total) bytes instead of \(length)",
                    hint: "the file on the server is another one, or not complete")))
    }

    /// Judges a range that the server is going to send.
    private func accept(_ range: ContentRange) throws {
        if let total = range.total { try checkTotal(total) }
        // Ranges that lie close together may come as one; none may lie outside, and all together are no more than the
        // hull.
        let isInside = range.bytes.lowerBound >= hull.lowerBound && range.bytes.upperBound <= hull.upperBound
        if isInside {
            parts += 1
            promised += range.bytes.count
        }
        guard isInside, parts <= count, promised <= hull.count else {
            if count > 1 { try stop(.unusable) }
            let sent = "\(range.bytes.lowerBound) to \(range.bytes.upperBound - 1)"
            try stop(.failed(Failure(.network, "the server sends bytes \(sent), and was asked for \(header)")))
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer, _ deliver: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
        switch body {
        case .unknown: return
        case .whole(let position):
            body = .whole(position: position + bytes.count)
            try hand(position, bytes, deliver)
        case .range(let range, let position):
            guard bytes.count <= range.bytes.upperBound - position else {
                try stop(.failed(Failure(.network, "the server sends more bytes than it says")))
            }
            body = .range(range, position: position + bytes.count)
            try hand(position, bytes, deliver)
        case .ranges(var reader):
            do {
                try reader.add(bytes, begins: { try accept($0) }, deliver: { try hand($0, $1, deliver) })
            } catch is MultipartReader.Malformed {
                // Perhaps the server is better at single ranges.
                try stop(.unusable)
            }
            body = .ranges(reader)
        }
    }

    private func hand(
        _ offset: Int, _ bytes: UnsafeRawBufferPointer, _ deliver: (Int, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard try queue.ranges.accept(offset, bytes, deliver: deliver) else { try stop(.unusable) }
        // The rest of the file is nobody's business.
        if queue.ranges.isEmpty { try stop(.ended) }
    }

    /// Judges an answer that came to its end.
    private func checkEnd() -> Outcome {
        switch body {
        case .whole(let position) where position < length:
            return .failed(Failure(.network, "the server's answer ends at byte \(position) of \(length)"))
        case .range(let range, let position) where position < range.bytes.upperBound:
            return .failed(
                Failure(.network, "the server's answer ends at byte \(position) of \(range.bytes.upperBound)"))
        case .ranges(let reader) where !reader.isComplete && queue.ranges.position < hull.upperBound:
            return .failed(Failure(.network, "the server's answer ends before its last part"))
        default: return .ended
        }
    }

    /// Why libcurl gave up.
    private func failure(_ handle: CurlHandle, _ code: CURLcode) -> Outcome {
        let reason = handle.reason(code)
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return .wrong(
                Failure(
                    .signature, "the certificate of the server is not accepted: \(reason)",
                    hint: "check the authorities that servers are checked with, the name in the address, and the clock")
            )
        case CURLE_TOO_MANY_REDIRECTS, CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            return .wrong(Failure(.network, reason))
        default: return .failed(Failure(.network, reason))
        }
    }
}
