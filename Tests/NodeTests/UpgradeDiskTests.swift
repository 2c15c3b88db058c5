import Boot
import DiskSupport
import Disks
import Glibc
import Host
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

    /// Sectors of slot B cannot be written, or not be read.
    @Test(
        .enabled(if: File.exists("/sys/class/misc/device-mapper"), "the kernel has no device mapper"),
        arguments: ["root", "tree"]) func aDiskThatFails(part: String) throws
    {
        try UpgradableNode.with { node in
            let before = try node.slotA()
            let place = try #require(node.layout[part == "root" ? .rootB : .rootBVerity])
            let bad = (start: (place.start + (part == "root" ? 524_288 : 4096)) / 512, count: 8)
            let loop = try Command("losetup", ["--find", "--show", node.image]).run().check().text
                .filter { !$0.isNewline }
            defer { _ = try? Command("losetup", ["--detach", loop]).run() }
            let name = "nodewright-upgrade-\(getpid())-\(part)"
            let end = node.layout.size / 512
            let table = """
                0 \(bad.start) linear \(loop) 0
                \(bad.start) \(bad.count) error
                \(bad.start + bad.count) \(end - bad.start - bad.count) linear \(loop) \(bad.start + bad.count)

                """
            let made = try Command("dmsetup", ["create", name], input: .bytes(Array(table.utf8))).run()
            try made.check()
            defer { _ = try? Command("dmsetup", ["remove", "--retry", name]).run() }
            var failing = node
            failing.disk = "/dev/mapper/" + name
            // Without udev nobody makes the name.
            if !File.exists(failing.disk) { try Command("dmsetup", ["mknodes", name]).run().check() }
            let result = try failing.apply(node.folder(Self.release))
            #expect(result.status == Host.ExitStatus.device.rawValue, "\(result.errorTail)")
            #expect(result.errorTail.contains("Input/output error"), "\(result.errorTail)")
            _ = try Command("dmsetup", ["remove", "--retry", name]).run()
            try node.expectUntouched(before)
            #expect(try !node.slots.read().startable.contains(.b))
        }
    }
}
