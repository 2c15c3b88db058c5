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
                if configuration.engine != before?.engine, configuration.engine.address != nil { register() }
            },
            pin: {
                let sources = store.current(warn: { _ in })?.generation.sources ?? [:]
                try store.write($0, by: "the pinning of cards", sources: sources)
            })
    }

    /// Lets the node register with the engine that it has now, without waiting for it.
    private static func register() {
        let start = Command("systemctl", ["restart", "--no-block", "nodewright-register.service"])
        do { try start.run().check() } catch { Output.warning("the node does not register: \(error)") }
    }
}
