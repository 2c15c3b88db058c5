import CVirt
import Glibc
import Host
import Synchronization

/// The guests that run on this node, by name, as libvirt knows them.
public struct RunningGuests: Hashable, Sendable {
    /// Where libvirt keeps a file for each guest that runs; what comes and goes there is a guest.
    static let folder = "/run/libvirt/qemu"

    /// Their names, sorted.
    public let names: [String]

    /// Guests.
    public init(names: [String]) { self.names = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    /// Asks libvirt; nil when it is not there, or does not answer in time.
    ///
    /// - Parameter timeout: seconds
    public static func read(timeout: Double = 5) -> RunningGuests? {
        if let none = noneWithoutAsking { return none }
        let question = GuestQuestion()
        let end = monotonicSeconds() + timeout
        guard question.ask() else { return nil }
        while question.isAsking, monotonicSeconds() < end { usleep(20_000) }
        return question.isAsking ? nil : question.answer
    }

    /// No guests, when that needs no question: libvirt's service, which sleeps while there is none, would be started by it.
    static var noneWithoutAsking: RunningGuests? {
        guard let files = try? Folder.list(folder) else {
            // Where libvirt has never run since the start of this node no guest can.
            return File.exists("/usr/lib64/libvirt.so.0") ? RunningGuests(names: []) : nil
        }
        return files.contains { $0.hasSuffix(".xml") } ? nil : RunningGuests(names: [])
    }
}

/// One question to libvirt, on a thread of its own: libvirt waits for its service for ever.
final class GuestQuestion: Sendable {
    private struct State {
        var isAsking = false
        var answer: RunningGuests?
    }

    private let state = Mutex(State())

    /// Whether libvirt has not answered yet.
    var isAsking: Bool { state.withLock(\.isAsking) }
    /// What it said last; nil when it did not.
    var answer: RunningGuests? { state.withLock(\.answer) }

    /// Asks, unless a question is open.
    ///
    /// - Parameter done: is called on the other thread when there is an answer
    /// - Returns: false when there is no thread for it
    func ask(_ done: @escaping @Sendable () -> Void = {}) -> Bool {
        let isOpen = state.withLock { state in
            defer { state.isAsking = true }
            return state.isAsking
        }
        if isOpen { return true }
        do {
            _ = try Thread { [self] in
                let answer = Self.guests
                state.withLock { $0 = State(answer: answer) }
                done()
            }
            return true
        } catch {
            state.withLock { $0.isAsking = false }
            return false
        }
    }

    private static var guests: RunningGuests? {
        var names: [String] = []
        let count = withUnsafeMutablePointer(to: &names) { names in
            nodewright_virt_running(
                { context, name in
                    guard let context, let name else { return }
                    context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
                }, names)
        }
        return count < 0 ? nil : RunningGuests(names: names)
    }
}
