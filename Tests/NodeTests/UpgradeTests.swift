import Boot
import Disks
import Document
import Host
import NodeConfig
import TestSupport
import Testing
import Updates

@testable import Node

/// `nodectl upgrade` from an update folder or an ISO, on a disk in a file.
@Suite struct UpgradeTests {
    @Test func aReleaseGoesIntoTheOtherSlotAndBack() throws {
        let release = SampleRelease("2.0", change: 1)
        try UpgradableNode.with { node in
            let before = try node.slotA()
            let update = try node.folder(release)
            let result = try node.apply(update)
            #expect(result.status == Host.ExitStatus.rebootRequired.rawValue, "\(result.errorTail)")
            #expect(result.errorTail.contains("nodectl: hypervisor 2.0 is in slot B, and starts next\n"))
            #expect(result.text.isEmpty)
            try node.expectNext(release)
            #expect(try node.slotA() == before)
            #expect(try node.nodectl("slots", "verify", "b").status == 0)
            let menu = String(decoding: try #require(try node.systemFile("b/slot.cfg")), as: UTF8.self)
            #expect(menu.contains("quiet new=2.0"), "\(menu)")
            #expect(try node.systemFile("b/troubleshooting.cfg") != nil)
            // Its own copy of the configuration that is in force.
            let store = ConfigurationStore(folder: Path.join(node.state, "config/b"))
            let copy = try #require(store.current(warn: { Issue.record("\($0)") }))
            #expect(
                NodeConfiguration.read(copy.input.tree, Diagnostics())?.hostname?.description == "node7.example.org")

            // Once more: nothing is written but the counters.
            let written = try (node.bytes(.rootB), node.bytes(.rootBVerity), node.systemFile("b/slot.cfg"))
            let places = try FATReader(node.image, offset: try #require(node.layout[.efi]).start)
                .places("/nodewright/b/vmlinuz")
            let again = try node.apply(update, "--tries", "5")
            #expect(again.status == 10, "\(again.errorTail)")
            #expect(!again.errorTail.contains("writing"), "\(again.errorTail)")
            try node.expectNext(release, tries: 5)
            #expect(try (node.bytes(.rootB), node.bytes(.rootBVerity), node.systemFile("b/slot.cfg")) == written)
            #expect(
                try FATReader(node.image, offset: try #require(node.layout[.efi]).start)
                    .places("/nodewright/b/vmlinuz") == places)

            // Back, and forward without another copy.
            let cancelled = try node.nodectl("upgrade", "cancel").check()
            #expect(cancelled.text == "Slot A stays the next to be started.\n")
            try node.expectUntouched(before)
            let nothing = try node.nodectl("upgrade", "cancel")
            #expect(nothing.status == 3 && nothing.errorTail.contains("no upgrade goes on"))
            let forward = try node.apply(update)
            #expect(forward.status == 10 && !forward.errorTail.contains("writing"), "\(forward.errorTail)")
            try node.expectNext(release)
            #expect(
                try node.slots.history.events.map(\.what) == ["upgraded", "upgraded", "cancelled", "upgraded"])
        }
    }

    /// From B to A, as every second upgrade goes.
    @Test func theSlotThatDoesNotRunIsTheOneThatIsWritten() throws {
        let (second, third) = (SampleRelease("2.0", change: 1), SampleRelease("3.0", change: 2))
        try UpgradableNode.with { node in
            #expect(try node.apply(node.folder(second)).status == 10)
            try node.run(on: .b)
            let trial = try node.apply(node.folder(third, "third"))
            #expect(trial.status == 9, "\(trial.errorTail)")
            #expect(trial.errorTail.contains("slot B, which runs, is on trial itself"))
            try node.nodectl("slots", "mark-good", "b").check()
            let before = try node.bytes(.rootB)
            #expect(try node.apply(node.path("third")).status == 10)
            #expect(try node.bytes(.rootA, third.root.count) == third.root && node.bytes(.rootB) == before)
            let now = try node.slots.read()
            #expect(now.choice.slot == .a && now.state?.a.triesLeft == 3 && now.state?.b.isGood == true)
            #expect(try node.slots.verify(.a) == third.root.count)
        }
    }

    @Test func whatWasPreparedIsActivatedLater() throws {
        let release = SampleRelease("2.0", change: 1)
        try UpgradableNode.with { node in
            let before = try node.slotA()
            let update = try node.folder(release)
            let prepared = try node.nodectl("upgrade", "download", update)
            #expect(prepared.status == 0, "\(prepared.errorTail)")
            try node.expectUntouched(before)
            #expect(try node.slots.read().state?.b.triesLeft == 0)
            #expect(try node.nodectl("upgrade", "status").check().text.contains("Available  2.0\n"))
            let applied = try node.apply(update)
            #expect(applied.status == 10 && !applied.errorTail.contains("writing"), "\(applied.errorTail)")
            try node.expectNext(release)
        }
    }

    struct Refusal: CustomTestStringConvertible {
        let what: String
        let release: SampleRelease
        var words: [String] = []
        let status: Host.ExitStatus
        let message: String

        var testDescription: String { what }
    }

    private static func release(_ version: String, _ change: (inout SampleRelease) -> Void = { _ in }) -> SampleRelease
    {
        var release = SampleRelease(version, change: 1)
        change(&release)
        return release
    }

    static let refusals = [
        Refusal(what: "older", release: release("0.9"), status: .versionPolicy, message: "is older than what runs"),
        Refusal(what: "the same", release: release("1.0"), status: .nothingToDo, message: "runs already"),
        Refusal(
            what: "another product", release: release("2.0") { $0.compatibility = "router" }, status: .incompatible,
            message: "is made for \"router\""),
        Refusal(
            what: "another architecture", release: release("2.0") { $0.architecture = "aarch64" },
            status: .incompatible, message: "is for aarch64"),
        Refusal(
            what: "too large", release: SampleRelease("2.0", blocks: 2049), status: .incompatible,
            message: "does not fit into a slot"),
        Refusal(
            what: "a version between is needed", release: release("2.0") { $0.minimum = "1.5" },
            status: .versionPolicy, message: "can only follow 1.5"),
    ]

    /// What was in slot B stays, too: nothing has been touched.
    @Test(arguments: refusals) func whatMayNotFollowIsRefusedBeforeAnythingIsTouched(row: Refusal) throws {
        try UpgradableNode.with { node in
            let waiting = SampleRelease("1.5", change: 7)
            #expect(try node.apply(node.folder(waiting, "waiting")).status == 10)
            let result = try node.apply(node.folder(row.release))
            #expect(result.status == row.status.rawValue, "\(result.errorTail)")
            #expect(result.errorTail.contains(row.message), "\(result.errorTail)")
            try node.expectNext(waiting)
        }
    }

    @Test(arguments: [("0.9", "--allow-downgrade"), ("1.0", "--again")])
    func whatSomebodyWantsIsDone(version: String, flag: String) throws {
        let release = SampleRelease(version, change: 3)
        try UpgradableNode.with { node in
            let result = try node.apply(node.folder(release), flag)
            #expect(result.status == 10, "\(result.errorTail)")
            try node.expectNext(release)
        }
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let what: String
        /// In the folder; nothing for the manifest alone.
        var file = ""
        var change: @Sendable (inout [UInt8]) -> Void = { _ in }
        var manifest: @Sendable (inout ReleaseManifest) -> Void = { _ in }
        var message: String
        /// Whether it is seen before slot B is cleared.
        var isSeenEarly = false

        var testDescription: String { what }
    }

    static let damages = [
        Damage(
            what: "another root hash", manifest: { $0.rootHash = String(repeating: "7", count: 64) },
            message: "what the disk gives back is not hypervisor 2.0"),
        Damage(
            what: "a byte of the root", file: "root.squashfs", change: { $0[700_000] ^= 1 },
            message: "what the disk gives back is not hypervisor 2.0"),
        Damage(
            what: "a byte of the kernel", file: "vmlinuz", change: { $0[0] ^= 1 },
            message: "vmlinuz is not what the release names"),
        Damage(
            what: "a byte of the initramfs", file: "initramfs.img", change: { $0[299_999] ^= 1 },
            message: "initramfs.img is not what the release names"),
        Damage(
            what: "a root that ends early", file: "root.squashfs", change: { $0.removeLast(4096) },
            message: "has 1044480 bytes, and the release names 1048576", isSeenEarly: true),
        Damage(
            what: "a kernel that ends early", file: "vmlinuz", change: { $0.removeLast() },
            message: "has 199999 bytes, and the release names 200000", isSeenEarly: true),
        Damage(
            what: "an initramfs that is longer", file: "initramfs.img", change: { $0.append(0) },
            message: "has 300002 bytes, and the release names 300001", isSeenEarly: true),
    ]

    @Test(arguments: damages) func whatIsNotTheReleaseIsNeverStarted(row: Damage) throws {
        let release = SampleRelease("2.0", change: 1)
        try UpgradableNode.with { node in
            let before = try node.slotA()
            let update = try node.folder(release, "update", row.manifest)
            if !row.file.isEmpty {
                let file = Path.join(update, row.file)
                var bytes = try File.read(file)
                row.change(&bytes)
                try File.write(file, bytes)
            }
            let result = try node.apply(update)
            #expect(result.status == Host.ExitStatus.signature.rawValue, "\(result.errorTail)")
            #expect(result.errorTail.contains(row.message), "\(result.errorTail)")
            try node.expectUntouched(before)
            #expect(try !node.slots.read().startable.contains(.b))
            // What is right afterwards is taken.
            try node.folder(release)
            #expect(try node.apply(update).status == 10)
            try node.expectNext(release)
        }
    }

    /// What is refused early leaves what waits in slot B.
    @Test func aFileThatIsMissingIsSeenBeforeAnythingIsTouched() throws {
        try UpgradableNode.with { node in
            let waiting = SampleRelease("1.5", change: 7)
            #expect(try node.apply(node.folder(waiting, "waiting")).status == 10)
            for row in Self.damages where row.isSeenEarly {
                let update = try node.folder(SampleRelease("2.0", change: 1))
                var bytes = try File.read(Path.join(update, row.file))
                row.change(&bytes)
                try File.write(Path.join(update, row.file), bytes)
                #expect(try node.apply(update).status == 5)
                try File.remove(Path.join(update, row.file))
                let missing = try node.apply(update)
                #expect(missing.status == 5 && missing.errorTail.contains("lacks \(row.file)"), "\(missing.errorTail)")
                try node.expectNext(waiting)
            }
            for (name, words) in [("nothing", "has no manifest.json"), ("none.iso", "is neither an ISO")] {
                if name == "nothing" { try Folder.create(node.path(name)) }
                let result = try node.apply(node.path(name))
                #expect(result.status == 2 && result.errorTail.contains(words), "\(result.errorTail)")
            }
            try node.expectNext(waiting)
        }
    }

    /// A kernel that has rotted in the slot is no reason to believe that the release is there.
    @Test func aSlotThatIsDamagedIsWrittenAnew() throws {
        let release = SampleRelease("2.0", change: 1)
        let places: [(UpgradableNode) throws -> Int] = [
            { try #require($0.layout[.rootB]).start + 9000 },
            { try #require($0.layout[.rootBVerity]).start + 4096 },
            { node in
                let system = try #require(node.layout[.efi])
                let file = try FATReader(node.image, offset: system.start).places("/nodewright/b/vmlinuz")
                return try #require(file.first).lowerBound + 5
            },
        ]
        try UpgradableNode.with { node in
            let update = try node.folder(release)
            #expect(try node.apply(update).status == 10)
            for place in places {
                let disk = try DiskFile(node.image)
                let offset = try place(node)
                try disk.write([try disk.read(1, at: offset)[0] ^ 0x10], at: offset)
                #expect(try node.apply(update).status == 10)
                try node.expectNext(release)
            }
        }
    }

    /// A timer does not try a bad version every week; a person may.
    @Test func whatHasFailedIsNotTriedAgainByItself() throws {
        let release = SampleRelease("2.0", change: 1)
        try UpgradableNode.with { node in
            let update = try node.folder(release)
            // Until it has failed, a timer may do the same as a person.
            #expect(try node.apply(update, "--scheduled").status == 10)
            try node.run(on: .b)
            try GRUBBootControl(node.image, offset: #require(node.layout[.efi]).start).change(running: .a) {
                $0.b.triesLeft = 0
            }
            try node.slots.noteFailure("libvirt: libvirtd is failed", isLast: true)
            try node.run(on: .a)
            try node.slots.bless()
            let before = try node.slotA()
            let timer = try node.apply(update, "--scheduled")
            #expect(timer.status == 3, "\(timer.errorTail)")
            #expect(
                timer.errorTail.contains(
                    "hypervisor 2.0 is not tried again by itself: slot B is not used: libvirt: libvirtd is failed"),
                "\(timer.errorTail)")
            try node.expectUntouched(before)
            // The next version is another matter, and so is a person.
            let next = SampleRelease("2.1", change: 2)
            #expect(try node.apply(node.folder(next, "next"), "--scheduled").status == 10)
            try node.expectNext(next)
            #expect(try node.apply(update).status == 10)
            try node.expectNext(release)
        }
    }

    @Test func oneUpgradeAtATime() throws {
        try UpgradableNode.with { node in
            let before = try node.slotA()
            let update = try node.folder(SampleRelease("2.0", change: 1))
            let turn = try UpgradeTurn.take(root: node.root)
            let result = try node.apply(update)
            #expect(result.status == Host.ExitStatus.busy.rawValue, "\(result.errorTail)")
            #expect(result.errorTail.contains("another upgrade goes on\nhint: \"nodectl upgrade cancel\" ends it"))
            let status = try JSON.parse(node.nodectl("upgrade", "status", "--json").check().output, file: "status")
            #expect(status["process"]?.integer != nil)
            try node.expectUntouched(before)
            turn.release()
            #expect(UpgradeTurn.holder(root: node.root) == nil)
            #expect(try node.apply(update).status == 10)
        }
    }

    /// The form that releases have had until now, without a word of compatibility.
    @Test func aManifestOfTheFirstFormIsRead() throws {
        let release = SampleRelease("2.0", change: 1)
        try UpgradableNode.with { node in
            let update = try node.folder(release)
            let file = Path.join(update, "manifest.json")
            let text = try File.readText(file).replacing("\"format\": 2", with: "\"format\": 1")
            try File.write(file, text)
            let lines = text.split(separator: "\n").filter {
                !$0.contains("\"compatibility\"") && !$0.contains("\"configurationSchema\"")
            }
            try File.write(file, lines.joined(separator: "\n"))
            #expect(try node.apply(update).status == 10)
            try node.expectNext(release)
        }
    }

    @Test func aStickHasNoOtherSlot() throws {
        try UpgradableNode.with { node in
            let layout = try DiskLayout(
                {
                    var sizes = DiskLayout.Sizes(esp: 64 << 20, slot: 8 << 20, state: 64 << 20)
                    sizes.slots = [.a]
                    return sizes
                }(), identifiers: .random())
            try PartitionTable.write(layout, to: node.image)
            try File.write(node.place("proc/cmdline"), "nodewright.slot=a nodewright.disk=\(layout.identifier)\n")
            let result = try node.apply(node.folder(SampleRelease("2.0", change: 1)))
            #expect(result.status == 9 && result.errorTail.contains("this disk has one slot"), "\(result.errorTail)")
            try File.write(node.place("proc/cmdline"), "nodewright.live=X\n")
            let live = try node.apply(node.path("update"))
            #expect(live.status == 9 && live.errorTail.contains("it has no slots"), "\(live.errorTail)")
        }
    }
}
