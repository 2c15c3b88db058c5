import Document

/// Which inputs count: the rule of what wins.
///
/// Provisioning inputs (credential, config disk, URL, kernel command line) count when nothing is stored, when the kernel
/// command line asks for them anew, and on a stateless node. Otherwise the stored configuration counts, and they are ignored.
/// What the image brings along lies below either.
public struct ConfigurationChoice: Sendable {
    /// What counts.
    public let layers: LayeredConfiguration
    /// The inputs that say something but do not count.
    public let ignored: [ConfigurationInput]
    /// Whether the provisioning inputs count.
    public let isProvisioned: Bool
    /// Whether nothing may be stored.
    public let isStateless: Bool

    /// The choice among all inputs that there are.
    ///
    /// - Parameters:
    ///   - anew: whether the kernel command line asks for the inputs anew
    ///   - isAwaited: whether a document on a web server is still to come
    public init(_ inputs: [ConfigurationInput], anew: Bool, isAwaited: Bool = false) {
        let image = inputs.filter { $0.origin == .image && !$0.isEmpty }
        let provisioning = inputs.filter { $0.origin != .image && $0.origin != .stored && !$0.isEmpty }
        // A stored document that says nothing is stored all the same.
        let stored = inputs.filter { $0.origin == .stored }
        let provisioned = LayeredConfiguration(image + provisioning)
        isStateless = provisioned.tree["stateless"]?.bool ?? false
        isProvisioned = stored.isEmpty || isStateless || anew && (isAwaited || !provisioning.isEmpty)
        layers = isProvisioned ? provisioned : LayeredConfiguration(image + stored)
        ignored = isProvisioned ? [] : provisioning
    }

    /// What must be stored so that it counts from now on: the provisioning inputs without what the image brings along, which
    /// may change with the image; nil when there is nothing to store.
    ///
    /// Only for inputs that have been read without an error.
    public var toStore: NodeConfiguration? {
        guard isProvisioned, !isStateless else { return nil }
        let provisioning = layers.inputs.filter { $0.origin != .image && $0.origin != .stored }
        guard !provisioning.isEmpty else { return nil }
        return LayeredConfiguration(provisioning).understood
    }
}
