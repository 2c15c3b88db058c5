import Boot
import DiskSupport
import Disks
import Glibc
import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

/// Upgrades on disks that are full or fail: what runs stays the next to be started.
@Suite struct UpgradeDiskTests {
    private static let release = SampleRelease("2.0", change: 1)

    /// Somebody else's file takes what kernel and initramfs need.
    @Test func aFullSystemPartition() throws {
        try UpgradableNode.with { node in
            let before = try node.slotA()
            // Enough for the kernel alone.
            let esp = try #require(node.layout[.efi])
            var system = try FATEditor(node.image, offset: esp.start)
            try system.add([("filler", system.allocate(Self.room(system) - 400_000))], to: "/")
            let result = try node.apply(node.folder(Self.release))
            #expect(result.status == Host.ExitStatus.device.rawValue, "\(result.errorTail)")
            #expect(result.errorTail.contains("the EFI system partition is too small"), "\(result.errorTail)")
            try node.expectUntouched(before)
            #expect(try !node.slots.read().startable.contains(.b))
            system = try FATEditor(node.image, offset: esp.start)
            try system.remove(["filler"], from: "/")
            #expect(try node.apply(node.path("update")).status == 10)
            try node.expectNext(Self.release)
        }
    }

    /// The largest file that there is room for.
    private static func room(_ system: FATEditor) -> Int {
        var (fits, not) = (0, 70 << 20)
        while not - fits > 4096 {
            var attempt = system
            let middle = (fits + not) / 2
            if (try? attempt.allocate(middle)) == nil { not = middle } else { fits = middle }
        }
        return fits
    }

    /// The state partition has room for nothing: neither the configuration nor the history can be written.
    @Test(.enabled(if: getuid() == 0, "mounting needs root")) func aFullStatePartition() throws {
        try UpgradableNode.with { node in
            let before = try node.slotA()
            let update = try node.folder(Self.release)
            let kept = node.path("kept")
            try Command("cp", ["-a", node.state, kept]).run().check()
            try Command("mount", ["-t", "tmpfs", "-o", "size=64k", "state", node.state]).run().check()
            defer { _ = try? Command("umount", [node.state]).run() }
            try Command("cp", ["-a", kept + "/.", node.state]).run().check()
            let full = Path.join(node.state, "full")
            _ = try? File.write(full, [UInt8](repeating: 1, count: 1 << 20))
            _ = try? Command("dd", ["if=/dev/zero", "of=" + full, "bs=4k"]).run()
            let result = try node.apply(update)
            #expect(result.status == Host.ExitStatus.device.rawValue, "\(result.errorTail)")
            #expect(result.errorTail.contains("No space left on device"), "\(result.errorTail)")
            #expect(result.errorTail.contains("copying the configuration"), "\(result.errorTail)")
            // All of the release is there, and it does not start without its configuration.
            try node.expectUntouched(before)
            try File.remove(full)
            let again = try node.apply(update)
            #expect(again.status == 10 && !again.errorTail.contains("writing"), "\(again.errorTail)")
            try node.expectNext(Self.release)
        }
    }

    /// From a repository, what is trusted cannot be kept: nothing is begun then.
    @Test(.enabled(if: getuid() == 0, "mounting needs root")) func aFullStatePartitionAndARepository() throws {
        try UpgradableNode.with { node in
            let before = try node.slotA()
            let repository = try SampleRepository(in: node.path("desk"))
            try repository.publish(Self.release)
            try Command("mount", ["-t", "tmpfs", "-o", "size=64k", "state", node.state]).run().check()
            defer { _ = try? Command("umount", [node.state]).run() }
            _ = try? Command("dd", ["if=/dev/zero", "of=" + Path.join(node.state, "full"), "bs=4k"]).run()
            let result = try node.apply(
                "--repository", repository.path, "--trusted-root", repository.trustedRoot)
            #expect(result.status == Host.ExitStatus.device.rawValue, "\(result.errorTail)")
            try node.expectUntouched(before)
        }
    }

    /// A place of the disk where requests fail.
    struct Fault: Sendable, CustomTestStringConvertible {
        let what: String
        var isRead = false
        let place: @Sendable (UpgradableNode) throws -> Int

        var testDescription: String { what }
    }

    static let faults = [
        Fault(what: "the root file system") { ($0.layout[.rootB]?.start ?? 0) + 524_288 },
        Fault(what: "the hash tree") { ($0.layout[.rootBVerity]?.start ?? 0) + 4096 },
        // The first that is free.
        Fault(what: "the kernel") { node in
            var system = try FATEditor(node.image, offset: node.layout[.efi]?.start ?? 0)
            return try system.allocate(100_000).places[0].lowerBound
        },
        Fault(what: "the root file system when it is read back", isRead: true) {
            ($0.layout[.rootB]?.start ?? 0) + 524_288
        },
    ]

    /// One sector cannot be written, or not be read back.
    @Test(.enabled(if: StorageDaemon.obstacle == nil, "\(StorageDaemon.obstacle ?? "")"), arguments: faults)
    func aDiskThatFails(row: Fault) throws {
        try UpgradableNode.with { node in
            let before = try node.slotA()
            let update = try node.folder(Self.release)
            let fault =
                "inject-error.0.event=none,inject-error.0.iotype=\(row.isRead ? "read" : "write"),"
                + "inject-error.0.errno=5,inject-error.0.sector=\(try row.place(node) / 512)"
            let daemon = try StorageDaemon(
                [
                    "driver=file,node-name=disk,filename=\(node.image)",
                    "driver=blkdebug,node-name=top,image=disk," + fault,
                ], folder: node.folder)
            let line = KernelCommandLine(try File.readText(Path.join(node.root, "proc/cmdline")))
            let slots = try NodeSlots(root: node.root, commandLine: line, disk: daemon.device)
            let file = daemon.file
            let upgrade = SlotUpgrade(slots, running: try RunningRelease(root: node.root)) { event in
                // What the kernel has of the exported file hides what the disk does.
                if case .started("reading slot B back", _, _) = event { StorageDaemon.forgetCached(file) }
            }
            let failure = #expect(throws: Failure.self) {
                try MediumRelease.with(update) { try upgrade.run($0) }
            }
            daemon.stop()
            #expect(failure?.status == .device, "\(failure?.description ?? "")")
            #expect(failure?.message.contains("Input/output error") == true, "\(failure?.description ?? "")")
            try node.expectUntouched(before)
            #expect(try !node.slots.read().startable.contains(.b))
            // Another disk, the same content: it goes on.
            #expect(try node.apply(update).status == 10)
            try node.expectNext(Self.release)
        }
    }
}
