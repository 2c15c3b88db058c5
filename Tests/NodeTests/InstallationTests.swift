import Boot
import DiskSupport
import Disks
import Document
import Glibc
import Host
import NodeConfig
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Node

/// Installations to files and to real block devices, looked at with programs that share no code with ours.
@Suite(.serialized) struct InstallationTests {
    private static let configuration = "schemaVersion: 1\nhostname: node7.example.org\n"

    private func wishes(_ change: (inout InstallationPlan.Wishes) -> Void = { _ in }) throws -> InstallationPlan.Wishes
    {
        var wishes = InstallationPlan.Wishes()
        wishes.configuration = try NodeConfiguration.read(Array(Self.configuration.utf8), file: "node.yaml")
        change(&wishes)
        return wishes
    }

    private func install(
        _ machine: LiveMachine, _ disk: Disk, _ change: (inout InstallationPlan.Wishes) -> Void = { _ in }
    ) throws -> (plan: InstallationPlan, result: Installation.Result) {
        let source = try InstallationSource.running(root: machine.root)
        let plan = try InstallationPlan(source, to: disk, wishes(change))
        return (plan, try Installation(plan, root: machine.root).run())
    }

    /// A copy of a part of the disk: the oracles read from the beginning of a file.
    private func copy(_ machine: LiveMachine, _ disk: String, _ partition: Partition) throws -> String {
        let copy = machine.path("part-" + partition.name)
        try Command(
            "dd",
            [
                "if=" + disk, "of=" + copy, "bs=1M", "skip=\(partition.start >> 20)", "count=\(partition.size >> 20)",
                "conv=sparse",
            ]
        ).run().check()
        return copy
    }

    /// Everything that can be asked of an installed disk.
    private func examine(
        _ machine: LiveMachine, _ disk: String, _ layout: DiskLayout, rootHash: String, sector: Int = 512
    ) throws {
        #expect(try Command("sgdisk", ["-v", disk]).run().check().text.contains("No problems found"))
        let table = try #require(try PartitionTable.read(disk))
        #expect(table.partitions == layout.partitions)
        #expect(table.sectorSize == sector)
        let esp = try copy(machine, disk, #require(layout[.efi]))
        try Command("fsck.fat", ["-n", esp]).run().check()
        for (name, bytes) in LiveMachine.programs + [("../../nodewright/a/vmlinuz", LiveMachine.kernel)] {
            let file = machine.path("file")
            try Command("mcopy", ["-n", "-i", esp, "::" + Path.normalized("/EFI/BOOT/" + name), file]).run().check()
            #expect(try File.read(file) == bytes, "\(name)")
            try File.remove(file)
        }
        let entry = String(decoding: try FATReader(esp).read("/nodewright/a/slot.cfg"), as: UTF8.self)
        #expect(entry.contains("roothash=\(rootHash)"))
        #expect(entry.contains("nodewright.disk=\(layout.identifier)"))
        #expect(entry.contains("hypervisor 1.2 (slot A)"))
        let control = try GRUBBootControl(esp).read()
        #expect(control.state == .installed() && control.problems.isEmpty)
        #expect(control.startable == [.a] && control.choice.slot == .a)
        let root = try copy(machine, disk, #require(layout[.rootA]))
        let tree = try copy(machine, disk, #require(layout[.rootAVerity]))
        try Command("veritysetup", ["verify", root, tree, rootHash]).run().check()
        try Command("unsquashfs", ["-q", "-n", "-d", machine.path("unpacked"), root]).run().check()
        #expect(try File.read(machine.path("unpacked/content")) == LiveMachine.content)
        try Folder.remove(machine.path("unpacked"))
        let state = try copy(machine, disk, #require(layout[.state]))
        try Command("e2fsck", ["-fn", state]).run().check()
    }

    /// A file of the state partition, without a mount.
    private func stateFile(_ machine: LiveMachine, _ disk: String, _ layout: DiskLayout, _ file: String) throws
        -> String
    {
        let state = try copy(machine, disk, #require(layout[.state]))
        return try Command("debugfs", ["-R", "cat " + file, state]).run().check().text
    }

    @Test func aFileBecomesADiskThatOthersFindWhole() throws {
        try LiveMachine.with { machine in
            let disk = try machine.disk(megabytes: 300)
            // What was there before shines through nowhere.
            try DiskFile(disk.path).write([UInt8](repeating: 0xA5, count: 220 << 20), at: 2 << 20)
            let (plan, result) = try install(machine, disk)
            try examine(machine, disk.path, plan.layout, rootHash: result.rootHash)
            #expect(result.warnings.isEmpty)
            #expect(
                try stateFile(machine, disk.path, plan.layout, "/config/a/1.yaml").contains(
                    "hostname: node7.example.org"))
            let found = try machine.disk(megabytes: 300)
            #expect(found.content == .node && found.unfinished == nil)
            #expect(found.summary == "a node (slot A)")
            // GRUB for BIOS: boot code that leads to the core image.
            let first = try File.read(disk.path, at: 0, count: 512)
            #expect(first[510...] == [0x55, 0xAA])
            #expect(Array(first[..<0x5C]) == Array(LiveMachine.bootImage[..<0x5C]))
            let core = try #require(plan.layout[.biosBoot])
            #expect(
                try File.read(disk.path, at: core.start + 512, count: 59_488) == Array(LiveMachine.coreImage[512...]))
        }
    }

    /// The installed node is not asked to install itself, and knows where its values come from.
    @Test func theWishIsNotStored() throws {
        try LiveMachine.with { machine in
            let document = Self.configuration + "installation: {targets: [{device: /dev/sda}], wipe: anything}\n"
            let (plan, _) = try install(machine, try machine.disk(megabytes: 300)) {
                $0.configuration = try? NodeConfiguration.read(Array(document.utf8), file: "node.yaml")
                $0.sources = ["hostname": "config disk", "installation.targets": "kernel command line"]
            }
            let stored = try stateFile(machine, plan.disk.path, plan.layout, "/config/a/1.yaml")
            #expect(stored.contains("hostname: node7.example.org") && stored.contains("# from config disk: hostname"))
            #expect(!stored.contains("installation"), "\(stored)")
            // Nothing is stored where nothing is left: the first start looks for its inputs then.
            let source = try InstallationSource.running(root: machine.root)
            let empty = try InstallationPlan(
                source, to: machine.disk(megabytes: 300, "other"),
                wishes { $0.configuration?.hostname = nil })
            #expect(empty.configuration == nil)
        }
    }

    @Test(arguments: [512, 4096]) func blockDevices(sector: Int) throws {
        guard let loop = try LoopDevice(megabytes: 600, sector: sector) else {
            print("skipped: loop devices need root")
            return
        }
        defer { loop.detach() }
        try LiveMachine.with { machine in
            let disk = try DiskInventory().disk(at: loop.path)
            #expect(disk.logicalSector == sector)
            #expect(disk.content == .empty)
            if sector == 4096 {
                let refused = #expect(throws: Failure.self) { try install(machine, disk) }
                #expect(refused?.status == .incompatible)
                #expect(
                    refused?.message == "this machine was started by BIOS, which cannot start from \"\(loop.path)\": "
                        + "its sectors have 4096 bytes")
                #expect(try DiskInventory().disk(at: loop.path).content == .empty)
                try Folder.create(machine.path("sys/firmware/efi"))
            }
            let (plan, result) = try install(machine, disk)
            try examine(machine, loop.path, plan.layout, rootHash: result.rootHash, sector: sector)
            #expect(try DiskInventory().disk(at: loop.path).content == .node)
            // The kernel knows the partitions.
            let names = try Folder.list("/sys/block/\(disk.name)").filter { $0.hasPrefix(disk.name + "p") }
            #expect(names.count == 7, "\(result.warnings)")
        }
    }

    @Test func aMountedDiskIsRefused() throws {
        guard let loop = try LoopDevice(megabytes: 300, sector: 512) else {
            print("skipped: loop devices need root")
            return
        }
        defer { loop.detach() }
        try LiveMachine.with { machine in
            try Command("mke2fs", ["-q", "-F", loop.path]).run().check()
            let place = machine.path("mnt")
            try Folder.create(place)
            let before = try DiskInventory().disk(at: loop.path)
            try Command("mount", [loop.path, place]).run().check()
            defer { _ = try? Command("umount", [place]).run() }
            let source = try InstallationSource.running(root: machine.root)
            let disk = try DiskInventory().disk(at: loop.path)
            let refused = #expect(throws: Failure.self) {
                try InstallationPlan(source, to: disk, wishes { $0.wipe = .anything })
            }
            #expect(refused?.status == .busy)
            #expect(refused?.message.contains("is mounted at \(place)") == true)
            // Mounted since the plan was made.
            let plan = try InstallationPlan(source, to: before, wishes { $0.wipe = .anything })
            let late = #expect(throws: Failure.self) { try Installation(plan, root: machine.root).run() }
            #expect(late?.status == .busy)
            #expect(try FileSystem.probe(loop.path)?.type == "ext2")
        }
    }

    /// The backing file of the disk has no room: the kernel answers writes with an error.
    @Test func writeErrorsLeaveADiskThatNothingStartsFrom() throws {
        guard getuid() == 0 else { return print("skipped: mounting needs root") }
        try LiveMachine.with { machine in
            let place = machine.path("small")
            try Folder.create(place)
            try Command("mount", ["-t", "tmpfs", "-o", "size=3m", "none", place]).run().check()
            defer { _ = try? Command("umount", ["-l", place]).run() }
            guard let loop = try LoopDevice(megabytes: 300, sector: 512, file: place + "/disk") else { return }
            defer { loop.detach() }
            let disk = try DiskInventory().disk(at: loop.path)
            let failure = #expect(throws: Failure.self) { try install(machine, disk) }
            #expect(failure?.status == .device)
            #expect(failure?.message.contains("installing to \"\(loop.path)\": ") == true)
            #expect(failure?.hint != nil)
            #expect(try PartitionTable.read(loop.path) == nil)
        }
    }

    /// A disk that takes everything and keeps something else is found out before it could start.
    @Test(arguments: [
        (PartitionRole.rootA, "slot A"), (.rootAVerity, "its hash tree"), (.efi, "FAT"), (.state, "e2fsck"),
    ])
    func aDiskThatLiesIsFoundOut(role: PartitionRole, word: String) throws {
        try LiveMachine.with { machine in
            let disk = try machine.disk(megabytes: 300)
            let plan = try InstallationPlan(
                InstallationSource.running(root: machine.root), to: disk, wishes())
            let place = try #require(plan.layout[role]).start
            let failure = #expect(throws: Failure.self) {
                try Installation(plan, root: machine.root) { event in
                    guard case .started("verifying", _, _) = event else { return }
                    try? DiskFile(disk.path).clear(1 << 20, at: place)
                }.run()
            }
            #expect(failure?.status == .device)
            #expect(failure?.message.hasPrefix("installing to \"\(disk.path)\": verifying: ") == true)
            #expect(failure?.description.contains(word) == true, "\(failure?.description ?? "")")
            #expect(failure?.hint != nil)
            #expect(try PartitionTable.read(disk.path) == nil)
            #expect(try machine.disk(megabytes: 300).content == .unfinished)
        }
    }

    @Test func whatCannotBeIsRefusedInOneSentence() throws {
        try LiveMachine.with { machine in
            let source = try InstallationSource.running(root: machine.root)
            let small = #expect(throws: Failure.self) {
                try InstallationPlan(source, to: machine.disk(megabytes: 100, "small"), wishes())
            }
            #expect(small?.status == .device)
            #expect(small?.message.contains("has 100 MiB, but") == true)
            let other = machine.path("other")
            _ = try DiskFile.create(other, size: 300 << 20)
            try Command("mkfs.fat", ["-n", "HOLIDAYS", other]).run().check()
            for (policy, isRefused) in [
                (InstallationSettings.WipePolicy.emptyOnly, true), (.earlierNode, true), (.anything, false),
            ] {
                let disk = try machine.disk(megabytes: 300, "other")
                let plan = { try InstallationPlan(source, to: disk, wishes { $0.wipe = policy }) }
                if isRefused {
                    let failure = #expect(throws: Failure.self) { try plan() }
                    #expect(failure?.status == .invalidInput)
                    #expect(failure?.message.contains("vfat \"HOLIDAYS\"") == true)
                } else {
                    #expect(try plan().lines.contains { $0.contains("HOLIDAYS") })
                }
            }
            let kept = #expect(throws: Failure.self) {
                try InstallationPlan(source, to: machine.disk(megabytes: 300, "other"), wishes { $0.keepsState = true })
            }
            #expect(kept?.message.contains("no node with a state to keep") == true)
        }
    }

    /// What would fail in the middle is refused before anything is lost.
    @Test func partitionsWithoutRoomAreRefusedBeforeAnythingIsLost() throws {
        try LiveMachine.with { machine in
            let (node, _) = try install(machine, machine.disk(megabytes: 300))
            let before = try Checksum.of(file: node.disk.path)
            func refusal(_ change: (inout InstallationPlan.Wishes) -> Void) throws -> Failure? {
                let source = try InstallationSource.running(root: machine.root)
                let disk = try machine.disk(megabytes: 300)
                return #expect(throws: Failure.self) {
                    try InstallationPlan(
                        source, to: disk,
                        wishes {
                            $0.wipe = .anything
                            change(&$0)
                        })
                }
            }
            let small = try refusal { $0.sizes.esp = ByteSize(bytes: 20 << 20) }
            #expect(small?.message.contains("20 MiB is too small for FAT32") == true)
            let slot = try refusal { $0.sizes.slot = ByteSize(bytes: 1 << 20) }
            #expect(slot?.status == .invalidInput)
            #expect(slot?.message == "a slot of 1 MiB is too small for a root file system of 2 MiB")
            let state = try refusal { $0.sizes.state = ByteSize(bytes: 8 << 20) }
            #expect(state?.message == "a state partition of 8 MiB is too small")
            // A newer version with a larger initramfs, on the disk of a node.
            try File.write(
                machine.path("run/nodewright/medium/boot/initramfs.img"), [UInt8](repeating: 7, count: 21 << 20))
            let full = try refusal { _ in }
            #expect(full?.status == .invalidInput)
            #expect(full?.message.contains("64 MiB cannot hold kernel and initramfs of two slots") == true)
            #expect(full?.hint == "make it larger (installation: sizes: esp)")
            let kept = try refusal { $0.keepsState = true }
            #expect(kept?.hint == "save its state and install without --keep-state")
            #expect(try Checksum.of(file: node.disk.path) == before)
        }
    }

    @Test func aReadOnlyDiskIsRefused() throws {
        guard let loop = try LoopDevice(megabytes: 300, sector: 512, isReadOnly: true) else {
            return print("skipped: loop devices need root")
        }
        defer { loop.detach() }
        try LiveMachine.with { machine in
            let source = try InstallationSource.running(root: machine.root)
            let disk = try DiskInventory().disk(at: loop.path)
            let failure = #expect(throws: Failure.self) { try InstallationPlan(source, to: disk, wishes()) }
            #expect(failure?.status == .device)
            #expect(failure?.message == "\"\(loop.path)\" is read-only")
            let nothing = #expect(throws: Failure.self) { try Uninstallation(disk, root: machine.root) }
            #expect(nothing?.message == "\"\(loop.path)\" is read-only")
        }
    }

    @Test func guestsDataIsGivenUpByNameOnly() throws {
        try LiveMachine.with { machine in
            let source = try InstallationSource.running(root: machine.root)
            let disk = try machine.disk(megabytes: 300)
            _ = try install(machine, disk) { $0.sizes.data = .bytes(ByteSize(bytes: 16 << 20)!) }
            let layout = try #require(try PartitionTable.read(disk.path))
            let data = try #require(layout.partitions.first { $0.role == .data })
            try Command(
                "mke2fs", ["-q", "-F", "-L", "guests", "-E", "offset=\(data.start)", disk.path, "16384k"]
            ).run().check()
            let again = try machine.disk(megabytes: 300)
            #expect(again.content == .guests)
            let failure = #expect(throws: Failure.self) {
                try InstallationPlan(source, to: again, wishes { $0.wipe = .anything })
            }
            #expect(failure?.hint?.contains("--destroy guests") == true)
            _ = try InstallationPlan(source, to: again, wishes { $0.destroyed = ["guests"] })
            // With its state the node keeps its guests, too.
            #expect(
                try InstallationPlan(source, to: again, wishes { $0.keepsState = true }).layout.partitions.count == 8)
        }
    }

    /// Killed at any time before the table is written: no table, recognised, and installed again without being told to.
    @Test func anInterruptedInstallationIsDoneAgain() throws {
        try LiveMachine.with { machine in
            let source = try InstallationSource.running(root: machine.root)
            for phase in ["writing slot A", "writing the partition table"] {
                try? File.remove(machine.path("disk"))
                let disk = try machine.disk(megabytes: 300)
                let old = try DiskLayout(
                    .init(esp: 64 << 20, slot: 8 << 20, state: 8 << 20), identifiers: .random(), diskSize: 300 << 20)
                try PartitionTable.write(old, to: disk.path)
                let plan = try InstallationPlan(
                    source, to: machine.disk(megabytes: 300), wishes { $0.wipe = .anything })
                // A copy of the disk in the moment when the phase begins is what a power cut leaves at best.
                let copy = machine.path("cut")
                _ = try Installation(plan, root: machine.root) { event in
                    guard case .started(phase, _, _) = event else { return }
                    _ = try? Command("cp", ["--sparse=always", disk.path, copy]).run()
                }.run()
                let cut = try DiskInventory().disk(at: copy)
                #expect(cut.content == .unfinished, "\(phase)")
                #expect(try PartitionTable.read(copy) == nil)
                #expect(try File.read(copy, at: 510, count: 2) != [0x55, 0xAA])
                let (again, result) = try install(machine, cut)
                try examine(machine, copy, again.layout, rootHash: result.rootHash)
                try File.remove(copy)
            }
        }
    }

    @Test func aReinstallationKeepsTheState() throws {
        guard getuid() == 0 else { return print("skipped: mounting needs root") }
        try LiveMachine.with { machine in
            let (first, _) = try install(machine, try machine.disk(megabytes: 300))
            let state = try #require(first.layout[.state])
            try StoredState(disk: first.disk.path, partition: state).with { folder in
                try Folder.create(folder + "/persist")
                try File.write(folder + "/persist/kept", "by the node")
            }
            let (second, result) = try install(machine, try machine.disk(megabytes: 300)) {
                $0.keepsState = true
                $0.configuration = nil
            }
            #expect(second.layout.partitions == first.layout.partitions)
            try examine(machine, second.disk.path, second.layout, rootHash: result.rootHash)
            #expect(try stateFile(machine, second.disk.path, second.layout, "/persist/kept") == "by the node")
            #expect(
                try stateFile(machine, second.disk.path, second.layout, "/config/a/1.yaml").contains(
                    "hostname: node7.example.org"))
        }
    }

    /// The configuration is that of the slot which would have started next, and not one that slot A has from earlier.
    @Test func theConfigurationOfTheSlotInUseIsKept() throws {
        guard getuid() == 0 else { return print("skipped: mounting needs root") }
        try LiveMachine.with { machine in
            let (first, _) = try install(machine, try machine.disk(megabytes: 300))
            let (path, efi) = (first.disk.path, try #require(first.layout[.efi]))
            _ = try StoredState(disk: path, partition: #require(first.layout[.state])).with { folder in
                try ConfigurationStore(folder: folder + "/config/b").write(
                    NodeConfiguration.read(Array("schemaVersion: 1\nhostname: node8.example.org\n".utf8), file: "b"),
                    by: "nodectl apply")
            }
            let partition = "\(path)@@\(efi.start)"
            try Command("mmd", ["-i", partition, "::/nodewright/b"]).run().check()
            for name in ["slot.cfg", "vmlinuz", "initramfs.img"] {
                try File.write(machine.path("file"), "set x=y\n")
                try Command("mcopy", ["-i", partition, machine.path("file"), "::/nodewright/b/" + name]).run().check()
            }
            try GRUBBootControl(path, offset: efi.start).change(running: .b) {
                $0.activate(.b, tries: 3)
                $0.markGood(.b)
            }
            func keepState() throws {
                _ = try install(machine, try machine.disk(megabytes: 300)) {
                    $0.keepsState = true
                    $0.configuration = nil
                }
            }
            try keepState()
            #expect(try stateFile(machine, path, first.layout, "/config/a/2.yaml").contains("node8.example.org"))
            // A state that cannot be used is found out before anything is lost.
            let before = try File.read(path, at: 0, count: 4 << 20)
            try DiskFile(path).clear(1 << 20, at: #require(first.layout[.state]).start)
            let failure = #expect(throws: Failure.self) { try keepState() }
            #expect(failure?.status == .device)
            #expect(failure?.hint == "install without --keep-state, which makes it anew")
            #expect(try File.read(path, at: 0, count: 4 << 20) == before)
        }
    }

    /// What fails before anything is lost does not say that something was.
    @Test func aConfigurationThatCannotBeStoredCostsNothing() throws {
        guard getuid() == 0 else { return print("skipped: mounting needs root") }
        try LiveMachine.with { machine in
            let (first, _) = try install(machine, try machine.disk(megabytes: 300))
            try StoredState(disk: first.disk.path, partition: #require(first.layout[.state])).with { folder in
                try Folder.remove(folder + "/config")
                try File.write(folder + "/config", "in the way of the folder")
            }
            let failure = #expect(throws: Failure.self) {
                try install(machine, try machine.disk(megabytes: 300)) { $0.keepsState = true }
            }
            #expect(failure?.hint == "what was on this disk is still there")
            #expect(try machine.disk(megabytes: 300).content == .node)
            #expect(try machine.disk(megabytes: 300).unfinished == nil)
        }
    }

    @Test func firmwareIsToldOfTheDiskAndOfItsEnd() throws {
        try LiveMachine.with { machine in
            let variables = machine.path("sys/firmware/efi/efivars")
            let guid = "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
            try Folder.create(variables)
            try File.write(variables + "/BootOrder" + guid, [7, 0, 0, 0, 3, 0])
            try File.write(variables + "/Boot0003" + guid, [7, 0, 0, 0, 1, 0, 0, 0, 0, 0])
            func order() throws -> [UInt8] { Array(try File.read(variables + "/BootOrder" + guid).dropFirst(4)) }
            let (plan, result) = try install(machine, try machine.disk(megabytes: 300))
            #expect(result.warnings.isEmpty)
            #expect(try order() == [0, 0, 3, 0])
            let option = try File.read(variables + "/Boot0000" + guid)
            let esp = try #require(plan.layout[.efi]?.identifier).bytes
            // The device path has the GUID with its first three fields turned round.
            let mixed = Array(esp[0..<4].reversed() + esp[4..<6].reversed() + esp[6..<8].reversed() + esp[8...])
            #expect(option.indices.dropLast(15).contains { Array(option[$0..<$0 + 16]) == mixed })
            #expect(String(decoding: option.filter { $0 != 0 }, as: UTF8.self).contains(#"\EFI\BOOT\BOOTX64.EFI"#))
            // A second installation replaces it; an uninstallation leaves what was there.
            let (_, again) = try install(machine, try machine.disk(megabytes: 300)) { $0.wipe = .earlierNode }
            #expect(again.warnings.isEmpty)
            #expect(try order() == [0, 0, 3, 0])
            #expect(try Uninstallation(machine.disk(megabytes: 300), root: machine.root).run().isEmpty)
            #expect(try order() == [3, 0])
            let empty = try machine.disk(megabytes: 300)
            #expect(empty.content == .empty)
            #expect(throws: Failure.self) { try Uninstallation(empty) }
        }
    }

    private func archive() throws -> [UInt8] {
        try BootArchive.bytes(
            SystemFiles(
                programs: LiveMachine.programs.map { ($0.0, .bytes($0.1)) },
                bios: BIOSBootCode(bootImage: LiveMachine.bootImage, coreImage: LiveMachine.coreImage),
                kernel: .bytes(LiveMachine.kernel), initramfs: .bytes(LiveMachine.initramfs)), epoch: 1)
    }

    /// Kernel and boot loader from the server that the root came from, or brought along by a further initramfs.
    @Test func aSystemFromTheNetworkIsInstalled() throws {
        let archive = try archive()
        let checksum = Checksum.of(archive).hex
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/pxe/boot-files.img", .init(body: archive))
        server.respond("/cut.img", .init(body: Array(archive.dropLast(1000))))
        let web = "http://127.0.0.1:\(server.port)"
        try LiveMachine.with { machine in
            func start(_ words: String) throws { try File.write(machine.path("proc/cmdline"), words + "\n") }
            try start("nodewright.root=\(web)/pxe/root.squashfs nodewright.boot-sha256=\(checksum)")
            let (plan, result) = try install(machine, try machine.disk(megabytes: 300))
            try examine(machine, plan.disk.path, plan.layout, rootHash: result.rootHash)
            for (words, status) in [
                ("nodewright.boot=\(web)/cut.img nodewright.boot-sha256=\(checksum)", ExitStatus.signature),
                ("nodewright.boot=\(web)/none nodewright.boot-sha256=\(checksum)", .network),
                ("nodewright.boot=\(web)/pxe/boot-files.img", .incompatible),
                ("nodewright.boot=ftp://server/x nodewright.boot-sha256=\(checksum)", .invalidInput),
                ("nodewright.boot-sha256=\(checksum.dropLast())", .invalidInput),
            ] {
                try start("nodewright.root=\(web)/root.squashfs " + words)
                let failure = #expect(throws: Failure.self) {
                    try InstallationSource.running(root: machine.root, patience: 0)
                }
                #expect(failure?.status == status, "\(words): \(failure.map { "\($0)" } ?? "")")
            }
            // As the kernel unpacks it and the initramfs keeps it.
            try start("nodewright.root=initramfs")
            let folder = machine.path("run/nodewright")
            try File.write(folder + "/archive", archive)
            try Command(
                "cpio", ["--extract", "--quiet", "--make-directories"], folder: folder, input: .bytes(archive)
            ).run().check()
            try Command("mv", [folder + "/nodewright-boot", folder + "/boot"]).run().check()
            let (again, second) = try install(machine, try machine.disk(megabytes: 300, "other"))
            try examine(machine, again.disk.path, again.layout, rootHash: second.rootHash)
        }
    }

    /// Cut anywhere, or with any byte of a header changed, it is refused or reads as something; nothing breaks.
    @Test func damagedArchivesAreRefused() throws {
        let archive = try BootArchive.bytes(
            SystemFiles(
                programs: [("BOOTX64.EFI", .bytes([1, 2, 3]))],
                bios: BIOSBootCode(bootImage: LiveMachine.bootImage, coreImage: [UInt8](repeating: 7, count: 1025)),
                kernel: .bytes([4]), initramfs: .bytes([])), epoch: 0)
        _ = try BootArchive.files(in: archive)
        for count in 0..<archive.count - 16 {
            #expect(throws: Failure.self) { try BootArchive.files(in: Array(archive[..<count])) }
        }
        for place in 0..<archive.count {
            for byte in [UInt8(ascii: "F"), UInt8(ascii: "-"), 0] {
                var changed = archive
                changed[place] = byte
                _ = try? BootArchive.files(in: changed)
            }
        }
    }

    @Test func systemsThatCannotBeInstalledFromSaySo() throws {
        try LiveMachine.with { machine in
            try File.write(machine.path("proc/cmdline"), "nodewright.root=http://deploy/root.squashfs\n")
            let network = #expect(throws: Failure.self) { try InstallationSource.running(root: machine.root) }
            #expect(network?.status == .incompatible)
            try File.write(machine.path("proc/cmdline"), "nodewright.live=TEST\n")
            for name in ["boot/vmlinuz", "boot/grub2/disk"] {
                try Folder.remove(machine.path("run/nodewright/medium/" + name))
                let old = #expect(throws: Failure.self) { try InstallationSource.running(root: machine.root) }
                #expect(old?.status == .incompatible)
                #expect(old?.message == "this medium cannot be installed from: it lacks \"\(name)\"")
            }
            try File.remove(machine.path("usr/lib/nodewright/image.json"))
            #expect(throws: Failure.self) { try InstallationSource.running(root: machine.root) }
        }
    }
}
