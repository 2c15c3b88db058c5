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
            write: { ConfigurationState.noteChange(generation: try store.write($0, by: "nodectl apply")) },
            pin: {
                let sources = store.current(warn: { _ in })?.generation.sources ?? [:]
                try store.write($0, by: "the pinning of cards", sources: sources)
            })
    }
}
