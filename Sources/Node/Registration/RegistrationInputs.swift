import NodeConfig

extension NodeInputs.Reading {
    /// Whether the configuration says for certain which engine the node has, or that it has none: it is complete, nothing more is
    /// to come, and there is one; a node that has lost what it stored does not know.
    public var saysWhichEngine: Bool {
        isComplete && failure == nil && !found.contains { $0.use == .awaited }
            && (generation != nil || choice.toStore != nil || configuration.engine.address != nil)
    }
}
