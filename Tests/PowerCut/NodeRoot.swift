import Disks
import Glibc
import Host
import NodeConfig

@testable import Node

/// The folder that stands for `/` of a node that runs from a disk: its state is mounted.
final class NodeRoot {
    let path: String
    private let device: String
    private let layout: DiskLayout
    var state: String { Path.join(path, StatePartition.mountPoint) }

    /// - Parameters:
    ///   - device: the disk, or a file with it
    ///   - folder: where the folder is made
    init(_ device: String, _ layout: DiskLayout, in folder: String) throws {
        self.device = device
        self.layout = layout
        path = Path.join(folder, "root")
        try Folder.create(state)
        guard let part = layout[.state] else { return }
        // Not every machine that tests has nodes for the partitions of loop devices in /dev.
        let options = "loop,noatime,offset=\(part.start),sizelimit=\(part.size)"
        try Command("mount", ["-o", options, device, state]).run().check()
    }

    /// Lets go of the mount when something has failed.
    deinit { _ = try? Command("umount", ["-q", "-l", state]).run() }

    /// The slots, one of which runs.
    func slots(running: Slot) throws -> NodeSlots {
        let line = KernelCommandLine(
            Array("nodewright.slot=\(running.rawValue) nodewright.disk=\(layout.identifier)\n".utf8))
        return try NodeSlots(root: path, commandLine: line, disk: device)
    }

    /// The stored configurations of a slot.
    func configurations(of slot: Slot) -> ConfigurationStore {
        ConfigurationStore(folder: Path.join(state, "config/\(slot.rawValue)"))
    }

    /// Ends the node.
    func unmount() throws {
        // A program that another test is just starting has our open files for a moment, and the mount is busy.
        for _ in 0..<600 {
            if try Command("umount", [state]).run().status == 0 { return }
            usleep(100_000)
        }
        try Command("umount", [state]).run().check()
    }
}
