import CSolv

/// libsolv's growing list of ids.
final class IdQueue {
    /// For calls that take a `Queue *`.
    let pointer: UnsafeMutablePointer<Queue>

    init(_ ids: [Id] = []) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: Queue())
        queue_init(pointer)
        for id in ids { queue_push(pointer, id) }
    }

    deinit {
        queue_free(pointer)
        pointer.deallocate()
    }

    /// A copy of the content.
    var ids: [Id] { Array(UnsafeBufferPointer(start: pointer.pointee.elements, count: Int(pointer.pointee.count))) }

    func push(_ first: Id, _ second: Id) { queue_push2(pointer, first, second) }
}
