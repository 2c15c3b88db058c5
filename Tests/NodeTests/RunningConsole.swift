import Host
import Synchronization

@testable import Node

/// A console on a thread, and how it ended.
final class RunningConsole: Sendable {
    private let end = Mutex<StatusConsole.End?>(nil)
    private let thread = Mutex<Thread?>(nil)
    private let count = Mutex(0)

    /// - Parameter watch: the root and the bus that are watched; nil for a node that is asked every two seconds
    init(
        on line: Int32, setupOn holder: String? = nil, watch: (root: String, bus: String)? = nil,
        look: @escaping @Sendable () -> NodeStatus
    ) throws {
        let started = try Thread { [self] in
            let console = StatusConsole(
                ConsoleTerminal(input: line, output: line),
                watch: watch.map { NodeWatch(root: $0.root, address: $0.bus) }, setupOn: { holder }
            ) {
                self.count.withLock { $0 += 1 }
                return look()
            }
            let result = try? console.run()
            end.withLock { $0 = result }
        }
        thread.withLock { $0 = started }
    }

    /// How often the node was looked at.
    var looks: Int { count.withLock { $0 } }

    func wait() -> StatusConsole.End? {
        thread.withLock { $0?.join() }
        return end.withLock { $0 }
    }
}
