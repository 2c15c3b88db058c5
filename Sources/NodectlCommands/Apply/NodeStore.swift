import Document
import Host
import Node
import NodeConfig

extension ConfigurationApplication.Store {
    /// The running node's own: the generations of the slot that runs.
    static var node: Self {
        let line = KernelCommandLine((try? File.read("/proc/cmdline", limit: KernelCommandLine.limit)) ?? [])
        let store = ConfigurationStore(folder: StatePartition.configurationFolder(line))
        return Self(
            read: {
                store.current(warn: Output.warning).flatMap { NodeConfiguration.read($0.input.tree, Diagnostics()) }
            },
            write: { configuration in
                let before = store.current(warn: { _ in }).flatMap {
                    NodeConfiguration.read($0.input.tree, Diagnostics())
                }
                ConfigurationState.noteChange(generation: try store.write(configuration, by: "nodectl apply"))
                if configuration.engine != before?.engine { change(to: configuration.engine) }
            },
            pin: {
                let sources = store.current(warn: { _ in })?.generation.sources ?? [:]
                try store.write($0, by: "the pinning of cards", sources: sources)
            })
    }

    /// Shuts out the engine that the node had, and lets it register with the one that it has now, without waiting for that.
    private static func change(to engine: EngineSettings) {
        let unit = "nodewright-register.service"
        // What registers with the former one would let it in again.
        _ = try? Command("systemctl", ["stop", unit]).run()
        do {
            if let former = try Registration.forget(unless: engine) {
                Output.error("nodectl: the engine \(former) is forgotten, and cannot log in any more")
            }
        } catch {
            Output.warning("the former engine may still log in; nodectl register --forget shuts it out: \(error)")
        }
        guard engine.address != nil else { return }
        let start = Command("systemctl", ["restart", "--no-block", unit])
        do { try start.run().check() } catch { Output.warning("the node does not register: \(error)") }
    }
}
