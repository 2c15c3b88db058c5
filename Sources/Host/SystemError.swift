import Glibc

/// A failed system call as a `Failure`: `cannot write "/x": No space left on device`.
///
/// - Parameters:
///   - code: the `errno` of the call, read right after it
///   - activity: what was tried, in words that follow "cannot": `write "/x"`
public func systemFailure(_ code: Int32, _ activity: String) -> Failure {
    let reason = String(cString: strerror(code))
    switch code {
    case ENOSPC, EDQUOT:
        return Failure(
            .device, "cannot \(activity): \(reason)", hint: "free some space there, or choose another folder")
    case ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP:
        return Failure(.invalidInput, "cannot \(activity): \(reason)")
    default:
        return Failure(.device, "cannot \(activity): \(reason)")
    }
}

/// Calls `body` until it is not interrupted; -1 becomes a `Failure`.
@discardableResult
public func check(_ activity: @autoclosure () -> String, _ body: () -> Int32) throws -> Int32 {
    while true {
        let result = body()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw systemFailure(code, activity()) }
    }
}

/// `check` for calls that return a length.
@discardableResult
public func checkLength(_ activity: @autoclosure () -> String, _ body: () -> Int) throws -> Int {
    while true {
        let result = body()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw systemFailure(code, activity()) }
    }
}
