import Boot
import DiskSupport
import Disks
import Glibc
import Host
import NodeConfig
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Node

/// What inputs ask for, and what becomes of it on disks of every kind, with nobody there to confirm it.
@Suite(.serialized) struct UnattendedInstallationTests {
    private static let disk = "schemaVersion: 1\nhostname: node7\ninstallation: {targets: [{device: /dev/sda}]}\n"

    /// One row: kernel command line, config disk, what is asked for (nil: nothing), what may be on the disk, whether state stays.
    @Test(
        arguments: [
            ("quiet", nil, nil, .emptyOnly, false),
            ("quiet", "schemaVersion: 1\nhostname: n\n", nil, .emptyOnly, false),
            ("quiet", disk, .install, .emptyOnly, false), ("reinstall", disk, .install, .anything, false),
            ("storage_init=/dev/sda", nil, .install, .emptyOnly, false), ("install", nil, .install, .emptyOnly, false),
            ("firstboot storage_init", nil, .install, .anything, false), ("firstboot", nil, nil, .emptyOnly, false),
            ("upgrade", nil, .upgrade, .emptyOnly, true), ("uninstall", disk, .uninstall, .emptyOnly, false),
            ("stateless storage_init=/dev/sda install", nil, nil, .emptyOnly, false),
            (
                "quiet", disk.replacing("]}", with: "], wipe: earlier-node, keep-state: true}"), .install, .earlierNode,
                true
            ),
        ] as [(String, String?, InstallationWish.Action?, InstallationSettings.WipePolicy, Bool)])
    func wishes(
        _ line: String, _ disk: String?, _ action: InstallationWish.Action?, _ wipe: InstallationSettings.WipePolicy,
        _ keepsState: Bool
    ) throws {
        try FixtureNode.with(["etc/other": ""]) { node in
            let inputs = NodeInputs(root: node.root, commandLine: KernelCommandLine(line))
            #expect(inputs.lookForConfigDisk { disk.map { Array($0.utf8) } } == nil)
            let wish = InstallationWish(inputs.read(warn: { _ in }))
            #expect(wish?.action == action)
            guard let wish else { return }
            #expect(wish.wipe == wipe && wish.keepsState == keepsState)
        }
    }

    private func settings(_ paths: String..., wipe: InstallationSettings.WipePolicy? = nil, keepState: Bool? = nil)
        -> InstallationSettings
    {
        var settings = InstallationSettings()
        settings.targets = paths.map { path in
            var selector = DiskSelector()
            selector.device = path
            selector.choose = .first
            return selector
        }
        settings.wipe = wipe
        settings.keepState = keepState
        return settings
    }

    /// What it said, and how it ended.
    private func run(_ machine: LiveMachine, _ names: [String], _ wish: InstallationWish) throws
        -> (outcome: UnattendedInstallation.Outcome, said: [String])
    {
        let said = Mutex<[String]>([])
        var installation = UnattendedInstallation(wish, root: machine.root) { text in said.withLock { $0.append(text) }
        }
        installation.disks = { try names.map { try machine.disk(megabytes: 300, $0) } }
        installation.pause = { said.withLock { $0.append("pause") } }
        let configuration = try NodeConfiguration.read(Array(Self.disk.utf8), file: "node.yaml")
        let outcome = try installation.run(configuration, sources: ["hostname": "config disk"]) { warning in
            Issue.record("\(warning)")
        }
        return (outcome, said.withLock { $0 })
    }

    private func notNeeded(_ outcome: UnattendedInstallation.Outcome) -> String? {
        if case .notNeeded(let reason) = outcome { reason } else { nil }
    }

    private func isDone(_ outcome: UnattendedInstallation.Outcome) -> Bool {
        if case .done = outcome { true } else { false }
    }

    private func state(_ disk: Disk, _ file: String) throws -> String {
        let partition = try #require(disk.parts.compactMap(\.partition).first { $0.role == .state })
        return try Folder.withTemporary(in: "/var/tmp") { folder in
            let copy = Path.join(folder, "state")
            try Command(
                "dd",
                [
                    "if=" + disk.path, "of=" + copy, "bs=1M", "skip=\(partition.start >> 20)",
                    "count=\(partition.size >> 20)", "conv=sparse",
                ]
            ).run().check()
            return try Command("debugfs", ["-R", "cat " + file, copy]).run().check().text
        }
    }

    /// As GRUB leaves it behind when it has started the disk.
    private func start(_ disk: Disk) throws {
        let partition = try #require(disk.parts.compactMap(\.partition).first { $0.role == .efi })
        try GRUBBootControl(disk.path, offset: partition.start).change(running: .a) { $0.a.failures = 1 }
    }

    /// From an empty disk through starts of the medium that comes first again and again, to a wish for another installation.
    @Test func nothingGoesRoundInCircles() throws {
        try LiveMachine.with { machine in
            let path = try machine.disk(megabytes: 300).path
            let install = InstallationWish(.install, settings(path))
            let (first, said) = try run(machine, ["disk"], install)
            #expect(isDone(first), "\(first)")
            #expect(said.contains("installing to \(path): writing slot A, 50 %"), "\(said)")
            let disk = try machine.disk(megabytes: 300)
            #expect(disk.content == .node)
            let stored = try state(disk, "/config/a/1.yaml")
            #expect(stored.contains("hostname: node7") && stored.contains("# from config disk: hostname"))
            #expect(!stored.contains("installation"))
            let before = try Checksum.of(file: path)

            let reinstall = InstallationWish(.install, settings(path), isAnew: true)
            let replace = InstallationWish(.install, settings(path, wipe: .earlierNode))
            let keep = InstallationWish(.install, settings(path, wipe: .anything, keepState: true), isAnew: true)
            let upgrade = InstallationWish(.upgrade, InstallationSettings())
            for wish in [install, reinstall, replace, keep, upgrade] {
                let again = notNeeded(try run(machine, ["disk"], wish).outcome)
                #expect(
                    again?.hasPrefix(
                        "\(path) holds a node (hypervisor 1.2) that has not been started since it was installed: ")
                        == true,
                    "\(again ?? "")")
            }
            #expect(try Checksum.of(file: path) == before)

            try start(disk)
            let started = notNeeded(try run(machine, ["disk"], install).outcome)
            #expect(started?.hasPrefix("\(path) holds a node (hypervisor 1.2) already: ") == true, "\(started ?? "")")
            #expect(started?.contains("\"reinstall\"") == true)
            let same = notNeeded(try run(machine, ["disk"], upgrade).outcome)
            #expect(same?.contains("which is this version") == true, "\(same ?? "")")
            // Names change from start to start: another disk that fits is not taken instead.
            let names = try ["other", "disk"].map { try machine.disk(megabytes: 300, $0).path }
            let moved = InstallationWish(.install, settings(Path.parent(names[0]) + "/*"))
            #expect(notNeeded(try run(machine, ["other", "disk"], moved).outcome)?.hasPrefix(path) == true)
            #expect(try machine.disk(megabytes: 300, "other").content == .empty)

            #expect(isDone(try run(machine, ["disk"], reinstall).outcome))
            #expect(notNeeded(try run(machine, ["disk"], reinstall).outcome) != nil)
        }
    }

    /// Another version on the medium: the node gets it and stays who it was.
    @Test func anUpgradeKeepsTheState() throws {
        guard getuid() == 0 else { return print("skipped: mounting needs root") }
        try LiveMachine.with { machine in
            let path = try machine.disk(megabytes: 300).path
            #expect(isDone(try run(machine, ["disk"], InstallationWish(.install, settings(path))).outcome))
            let disk = try machine.disk(megabytes: 300)
            try start(disk)
            let partition = try #require(disk.parts.compactMap(\.partition).first { $0.role == .state })
            _ = try StoredState(disk: path, partition: partition).with { folder in
                try ConfigurationStore(folder: folder + "/config/a").write(
                    .read(Array("schemaVersion: 1\nhostname: changed\n".utf8), file: "x"), by: "test")
            }
            let image = machine.path("usr/lib/nodewright/image.json")
            try File.write(image, try File.readText(image).replacing("\"1.2\"", with: "\"1.3\""))
            let upgrade = InstallationWish(.upgrade, InstallationSettings())
            #expect(isDone(try run(machine, ["disk"], upgrade).outcome))
            #expect(try state(disk, "/config/a/2.yaml").contains("hostname: changed"))
            #expect(try state(disk, "/config/a/3.yaml") == "")
            try start(machine.disk(megabytes: 300))
            #expect(notNeeded(try run(machine, ["disk"], upgrade).outcome)?.contains("this version") == true)
        }
    }

    @Test func whatCannotBeDoneIsSaid() throws {
        try LiveMachine.with { machine in
            func failure(_ names: [String], _ wish: InstallationWish) -> Failure? {
                #expect(throws: Failure.self) { try run(machine, names, wish) }
            }
            let path = try machine.disk(megabytes: 300).path
            let none = failure([], InstallationWish(.install, settings("/dev/sda", "/dev/sdb")))
            #expect(none?.message == "no disk is one of those that are asked for" && none?.details.count == 2)
            let upgrade = failure(["disk"], InstallationWish(.upgrade, InstallationSettings()))
            #expect(upgrade?.message.contains("there is no node on \(path)") == true, "\(upgrade?.message ?? "")")
            #expect(
                notNeeded(try run(machine, ["disk"], InstallationWish(.uninstall, InstallationSettings())).outcome)
                    == "there is no node on any disk")
            try Command("mkfs.fat", ["-n", "HOLIDAYS", path]).run().check()
            let refused = failure(["disk"], InstallationWish(.install, settings(path)))
            #expect(refused?.message.contains("is not empty: vfat \"HOLIDAYS\"") == true, "\(refused?.message ?? "")")
            #expect(
                isDone(try run(machine, ["disk"], InstallationWish(.install, settings(path), isAnew: true)).outcome))
            _ = try machine.disk(megabytes: 300, "other")
            #expect(
                isDone(
                    try run(machine, ["other"], InstallationWish(.install, settings(Path.parent(path) + "/*"))).outcome)
            )
            let several = failure(["disk", "other"], InstallationWish(.uninstall, InstallationSettings()))
            #expect(several?.message.contains("nodes on several disks") == true, "\(several?.message ?? "")")
            #expect(isDone(try run(machine, ["disk", "other"], InstallationWish(.uninstall, settings(path))).outcome))
            #expect(try machine.disk(megabytes: 300).content == .empty)
            #expect(try machine.disk(megabytes: 300, "other").content == .node)
        }
    }

    /// What the consoles and programs are told.
    @Test func theStateTellsOfIt() throws {
        try FixtureNode.with(FixtureNode.live) { node in
            var state = ConfigurationState(
                phase: .configured, activity: nil, seconds: 31, inputs: [], inForce: "x", failure: nil, mistakes: [],
                notes: [], understood: nil)
            state.installation = .init(.failed, "\"/dev/sda\" is read-only", hint: "look", details: ["more"])
            try state.write(root: node.root)
            let read = try #require(ConfigurationState.read(root: node.root))
            #expect(read == state)
            let lines = StatusLines(node.status()).configuration
            #expect(lines.contains("installation failed: \"/dev/sda\" is read-only") && lines.contains("hint: look"))
            let screen = StatusScreen(node.status()).lines
            #expect(
                screen.contains(" Configuration     installation failed: \"/dev/sda\" is read-only (look)"), "\(screen)"
            )
            #expect(screen.contains("                   configured 31 s after the kernel's start"))
        }
    }

    @Test func everyConsoleIsTold() throws {
        let files = ["sys/class/tty/console/active": "tty0 ttyS0 ttyS9\n", "dev/tty1": "", "dev/ttyS0": ""]
        try FixtureNode.with(files) { node in
            ConsoleMessage.say("REMOVE\u{1B}[2J", root: node.root)
            for name in ["tty1", "ttyS0"] {
                let text = try File.readText(Path.join(node.root, "dev/" + name))
                #expect(text.hasPrefix("\r\nNodewright: REMOVE") && !text.contains("\u{1B}"))
            }
        }
    }

    /// A disk that its controller finds late.
    @Test func aDiskIsWaitedFor() throws {
        try LiveMachine.with { machine in
            let disk = try machine.disk(megabytes: 300)
            let looks = Mutex(0)
            var installation = UnattendedInstallation(
                InstallationWish(.install, settings(disk.path)), root: machine.root
            ) {
                _ in
            }
            installation.pause = {}
            installation.disks = {
                looks.withLock {
                    $0 += 1
                    return $0 < 5 ? [] : [disk]
                }
            }
            #expect(isDone(try installation.run(NodeConfiguration(), sources: [:], warn: { _ in })))
            #expect(looks.withLock { $0 } == 5)
        }
    }
}
