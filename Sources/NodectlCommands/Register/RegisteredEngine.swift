import Document
import Host
import Node
import NodeConfig

/// The engine section of the stored configuration, as registration changes it.
struct RegisteredEngine {
    private let settings: EngineSettings
    private let state: RegistrationState
    private let inputs: NodeInputs
    private let reading: NodeInputs.Reading

    /// An engine with which registration has worked.
    init(
        _ settings: EngineSettings, _ state: RegistrationState, inputs: NodeInputs, reading: NodeInputs.Reading
    ) {
        self.settings = settings
        self.state = state
        self.inputs = inputs
        self.reading = reading
    }

    /// Stores it, so that later starts and other commands know it; nothing is stored where there is no place for it.
    func store() throws {
        guard inputs.canStore else { return Output.warning("this node has no place to store its engine") }
        var (configuration, sources) = try inputs.base(of: reading)
        configuration.engine = kept(besides: configuration.engine)
        sources = sources.filter { !$0.key.hasPrefix("engine") }
        try inputs.store.write(configuration, by: "nodectl register", sources: sources)
    }

    /// What of it is stored: credentials only where they are stored already, and nothing that would need them otherwise.
    private func kept(besides old: EngineSettings) -> EngineSettings {
        var kept = settings
        let isSame = old.address == kept.address && (old.port ?? 443) == (kept.port ?? 443)
        kept.user = isSame ? old.user : nil
        kept.password = isSame ? old.password : nil
        kept.token = isSame ? old.token : nil
        if kept.password == nil, kept.token == nil {
            kept.approve = nil
            kept.mode = nil
        }
        if kept.fingerprint == nil, kept.certificateAuthority == nil, kept.trust != .firstUse {
            // Somebody has been asked.
            kept.fingerprint = state.authority.flatMap { CertificateFingerprint($0) }
        }
        return kept
    }

    /// Removes the engine from the stored configuration.
    ///
    /// - Returns: whether there was one
    static func remove(from inputs: NodeInputs) throws -> Bool {
        guard let stored = inputs.store.current(warn: { _ in }),
            var configuration = NodeConfiguration.read(stored.input.tree, Diagnostics()),
            configuration.engine != EngineSettings()
        else { return false }
        configuration.engine = EngineSettings()
        let sources = stored.generation.sources.filter { !$0.key.hasPrefix("engine") }
        try inputs.store.write(configuration, by: "nodectl register --forget", sources: sources)
        return true
    }
}
