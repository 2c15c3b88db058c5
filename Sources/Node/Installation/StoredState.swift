import Disks
import Document
import Glibc
import Host
import NodeConfig

/// The state partition of a disk that is being installed to.
struct StoredState {
    let disk: String
    let partition: Partition

    /// Runs `body` with its folders, mounted in a place that nobody else can look into.
    func with<Value>(_ body: (_ folder: String) throws -> Value) throws -> Value {
        try Folder.withTemporary(in: "/run", prefix: "nodewright-state") { folder in
            try Command(
                "mount",
                [
                    "-t", "ext4", "-o",
                    "loop,nosuid,nodev,noexec,offset=\(partition.start),sizelimit=\(partition.size)", disk, folder,
                ]
            ).run().check(.device, hint: "install without --keep-state, which makes it anew")
            let value: Value
            do {
                value = try body(folder)
                try Folder.syncFileSystem(folder)
            } catch {
                _ = try? Command("umount", [folder]).run()
                throw error
            }
            // Whoever looks at new mounts can keep it busy for a moment; left behind, it would go on writing to the disk.
            for _ in 0..<50 {
                if try Command("umount", [folder]).run().status == 0 { return value }
                usleep(100_000)
            }
            try Command("umount", [folder]).run().check(.device)
            return value
        }
    }

    /// Leaves slot A with a configuration: the given one, else its own, else that of slot B.
    func configureFirstSlot(_ configuration: NodeConfiguration?, sources: [String: String] = [:]) throws {
        try with { folder in
            let stores = ["a", "b"].map { ConfigurationStore(folder: Path.join(folder, "config/\($0)")) }
            func stored(_ store: ConfigurationStore) -> NodeConfiguration? {
                store.current(warn: { _ in }).flatMap { NodeConfiguration.read($0.input.tree, Diagnostics()) }
            }
            guard let wanted = configuration ?? stored(stores[0]) ?? stored(stores[1]) else { return }
            try stores[0].write(wanted, by: "nodectl install", sources: configuration == nil ? [:] : sources)
        }
    }
}
