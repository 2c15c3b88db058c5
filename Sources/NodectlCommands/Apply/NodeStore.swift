import Host
import Node
import NodeConfig

extension ConfigurationApplication.Store {
    /// The running node's own: a file on the state partition.
    static var node: Self {
        let file = Path.join(StatePartition.mountPoint, "config/node.yaml")
        return Self(
            read: {
                guard File.exists(file) else { return nil }
                return try NodeConfiguration.read(try File.read(file, limit: 1 << 20), file: file)
            },
            write: { configuration in
                try Folder.create(Path.parent(file), mode: 0o700)
                try File.write(file, configuration.yaml, mode: 0o600)
            })
    }
}
