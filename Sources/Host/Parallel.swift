import Glibc
import Synchronization

/// Calls `transform` for every element on up to `workers` threads and returns the results in order.
///
/// The first failure stops the start of further elements and is thrown once the running ones have ended. Threads rather than
/// tasks, because the work blocks in C libraries and in `waitpid`.
public func parallelMap<Element: Sendable, Value: Sendable>(
    _ elements: [Element], workers: Int = processorCount(), _ transform: @escaping @Sendable (Element) throws -> Value
) throws -> [Value] {
    let state = Mutex(ParallelState<Value>(results: Array(repeating: nil, count: elements.count)))
    let work: @Sendable () -> Void = {
        while true {
            let index: Int? = state.withLock { state -> Int? in
                guard state.failure == nil, state.next < elements.count else { return nil }
                defer { state.next += 1 }
                return state.next
            }
            guard let index else { return }
            do {
                let value = try transform(elements[index])
                state.withLock { $0.results[index] = value }
            } catch {
                state.withLock { if $0.failure == nil { $0.failure = error } }
            }
        }
    }
    let threads = try (0..<max(1, min(workers, elements.count))).map { _ in try Thread(work) }
    threads.forEach { $0.join() }
    return try state.withLock { state in
        if let failure = state.failure { throw failure }
        return state.results.compactMap { $0 }
    }
}

/// Does two things at the same time, on two threads, and returns when both have ended.
///
/// - Throws: the failure of the first, else that of the second
public func together<First: Sendable, Second: Sendable>(
    _ first: @escaping @Sendable () throws -> First, _ second: @escaping @Sendable () throws -> Second
) throws -> (First, Second) {
    let slot = Mutex<Result<Second, any Error>?>(nil)
    let thread = try Thread {
        let result = Result { try second() }
        slot.withLock { $0 = result }
    }
    let result = Result { try first() }
    thread.join()
    let other = slot.withLock { $0 }
    let value = try result.get()
    guard let other else { throw Failure(.internalError, "a thread ended without a result") }
    return (value, try other.get())
}

private struct ParallelState<Value: Sendable>: Sendable {
    var next = 0
    var results: [Value?]
    var failure: (any Error)?

    init(results: [Value?]) { self.results = results }
}

/// How many processors this process may run on, at least 1.
public func processorCount() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

/// A POSIX thread that runs one closure.
public struct Thread: Sendable {
    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let handle: pthread_t

    /// Starts the thread.
    public init(_ body: @escaping @Sendable () -> Void) throws {
        var handle = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let code = pthread_create(
            &handle, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw systemFailure(code, "start a thread")
        }
        self.handle = handle
    }

    /// Waits for the end of the closure. Call it exactly once.
    public func join() { pthread_join(handle, nil) }
}
