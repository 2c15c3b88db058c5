import Boot
import DiskSupport
import Disks
import Glibc
import Host
import TestSupport
import Testing

@testable import Node

/// Upgrades on disks that are full or fail: what runs stays the next to be started.
@Suite(.enabled(if: UpgradableNode.canMount, UpgradableNode.cannotMount)) struct UpgradeDiskTests {
    private static let release = SampleRelease("2.0", change: 1)

    /// Somebody else's file takes what kernel and initramfs need.
    @Test func aFullSystemPartition() throws {
        try UpgradableNode.with { node in
            let before = try node.slotA()
            // Enough for the kernel alone.
            let filler = try fill(node, leaving: 400 << 10)
            let result = try node.apply(node.folder(Self.release))
            #expect(result.status == Host.ExitStatus.device.rawValue, "\(result.errorTail)")
            #expect(result.errorTail.contains("No space left on device"), "\(result.errorTail)")
            try node.expectUntouched(before)
            #expect(try !node.slots.read().startable.contains(.b) && !node.isMounted)
            try mounted(node) { try File.remove(Path.join($0, filler)) }
            #expect(try node.apply(node.path("update")).status == 10)
            try node.expectNext(Self.release)
        }
    }

    private func fill(_ node: UpgradableNode, leaving rest: Int) throws -> String {
        try mounted(node) { folder in
            var place = statvfs()
            try check("ask for the room of \"\(folder)\"") { statvfs(folder, &place) }
            let free = Int(place.f_bavail) * Int(place.f_frsize)
            try File.write(Path.join(folder, "filler"), [UInt8](repeating: 2, count: max(0, free - rest)))
            return "filler"
        }
    }

    private func mounted<Value>(_ node: UpgradableNode, _ body: (String) throws -> Value) throws -> Value {
        let esp = try #require(node.layout[.efi])
        let folder = node.path("mounted")
        try Folder.create(folder)
        try Command(
            "mount",
            ["-t", "vfat", "-o", "loop,offset=\(esp.start),sizelimit=\(esp.size)", node.image, folder]
        ).run().check()
        defer { _ = try? Command("umount", [folder]).run() }
        return try body(folder)
    }

    /// The state partition has room for nothing: neither the configuration nor the history can be written.
    @Test func aFullStatePartition() throws {
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
    @Test func aFullStatePartitionAndARepository() throws {
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
    @Test(arguments: ["root", "tree"]) func aDiskThatFails(part: String) throws {
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
            guard made.status == 0 else {
                print("skipped: no device mapper here: \(made.errorTail)")
                return
            }
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
