import Boot
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

    /// Leaves slot A with a configuration: the given one, else the one that `slot` has, else that of the other slot.
    func configureFirstSlot(
        _ configuration: NodeConfiguration?, sources: [String: String] = [:], or slot: Slot
    ) throws {
        try with { folder in
            func store(_ slot: Slot) -> ConfigurationStore {
                ConfigurationStore(folder: Path.join(folder, "config/\(slot.rawValue)"))
            }
            func stored(_ slot: Slot) -> NodeConfiguration? {
                store(slot).current(warn: { _ in }).flatMap { NodeConfiguration.read($0.input.tree, Diagnostics()) }
            }
            guard let wanted = configuration ?? stored(slot) ?? stored(slot.other) else { return }
            try store(.a).write(wanted, by: "nodectl install", sources: configuration == nil ? [:] : sources)
        }
    }
}
