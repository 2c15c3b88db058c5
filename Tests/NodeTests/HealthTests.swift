import Boot
import Disks
import Document
import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

@Suite struct HealthTests {
    /// A node from a slot, whose state is mounted from vda7.
    private static let good: [String: String] = [
        "proc/self/mountinfo": "40 1 254:7 / /run/nodewright/state rw - ext4 /dev/vda7 rw\n",
        "sys/devices/vda/vda7/partition": "7\n", "run/nodewright/state/.keep": "",
        "run/nodewright/configuration.json": """
        {"state": "configured", "inputs": [], "in-force": "defaults", "mistakes": [], "notes": []}
        """,
    ]

    private func checks(
        _ files: [String: String] = good, _ configuration: NodeConfiguration = NodeConfiguration(),
        services: Services = FixtureNode.services, libvirt: String? = nil, missing: String? = nil,
        damage: String? = nil,
        engineAnswers: Bool = true, storage: String? = nil, _ body: (HealthChecks, String) throws -> Void
    ) throws {
        try FixtureNode.with(files) { node in
            try Folder.create(Path.join(node.root, "sys/dev/block"))
            try File.replaceLink(Path.join(node.root, "sys/dev/block/254:7"), to: "../../devices/vda/vda7")
            let probes = HealthChecks.Probes(
                services: { services }, libvirt: { libvirt }, missingAddress: { _ in missing }, root: { damage },
                engineAnswers: { _ in engineAnswers }, storage: { storage })
            try body(HealthChecks(root: node.root, configuration, probes), node.root)
        }
    }

    private func problems(_ checks: [HealthCheck]) -> [String] {
        checks.filter { $0.problem != nil }.map { "\($0.name): \($0.problem ?? "")" }
    }

    @Test func aHealthyNode() throws {
        try checks { checks, _ in
            #expect(
                checks.required().map(\.name) == ["root", "state", "configuration", "libvirt", "management-address"])
            #expect(problems(checks.required()).isEmpty, "\(problems(checks.required()))")
            #expect(problems(checks.wanted()) == ["units: failed: sshd.service"])
        }
    }

    @Test func whatIsWrongIsSaid() throws {
        let stopped = Services(services: [.init(name: "libvirtd", state: "failed")], failed: [])
        try checks(services: stopped, missing: "eno1 has no link", damage: "it is damaged") { checks, _ in
            #expect(
                problems(checks.required()) == [
                    "root: it is damaged", "libvirt: libvirtd is failed",
                    "management-address: eno1 has no link",
                ])
        }
        try checks(["run/nodewright/state-problem": "the state partition is damaged\n"]) { checks, _ in
            #expect(
                problems(checks.required()) == [
                    "state: the state partition is damaged",
                    "configuration: the configuration was not rendered when the node started",
                ])
        }
        let none = Services(services: [.init(name: "libvirtd", state: "not installed")], failed: [])
        try checks(services: none) { checks, _ in
            #expect(!checks.required().contains { $0.name == "libvirt" })
        }
    }

    /// Only its socket listens, and nobody is behind it.
    @Test func aSocketIsNoAnswer() throws {
        let socket = Services(services: [.init(name: "libvirtd", state: "active", detail: "listening")], failed: [])
        try checks(services: socket, libvirt: "no answer within 20 seconds") { checks, _ in
            #expect(problems(checks.required()) == ["libvirt: no answer within 20 seconds"])
        }
        #expect(HealthChecks.answer(["sleep", "30"], 1) == "no answer within 1 seconds")
        #expect(
            HealthChecks.answer(["sh", "-c", "echo first; echo failed to connect >&2; exit 1"], 20)
                == "failed to connect")
        #expect(HealthChecks.answer(["true"], 20) == nil)
    }

    /// It has memory in the place of its state because it is to have it.
    @Test func aStatelessNodeNeedsNoState() throws {
        var configuration = NodeConfiguration()
        var files = Self.good
        files["proc/self/mountinfo"] = "40 1 0:42 / /run/nodewright/state rw - tmpfs state rw\n"
        try checks(files) { checks, _ in
            #expect(problems(checks.required()) == ["state: the state partition is not mounted"])
        }
        configuration.stateless = true
        try checks(files, configuration) { checks, _ in #expect(problems(checks.required()).isEmpty) }
    }

    /// What is no reason to go back to an older system is only told of.
    @Test func anEngineAndStorageThatAreDownAreWarnings() throws {
        var configuration = NodeConfiguration()
        configuration.engine.address = HostAddress("engine.example.org")
        try checks([:], configuration, engineAnswers: false, storage: "the iSCSI session1 is down") { checks, _ in
            #expect(
                problems(checks.wanted()).suffix(2) == [
                    "engine: engine.example.org does not answer", "storage: the iSCSI session1 is down",
                ])
            #expect(checks.wanted().allSatisfy { !$0.isRequired })
        }
    }

    @Test func storageThatIsLost() throws {
        let files = [
            "sys/class/iscsi_session/session1/state": "FAILED\n",
            "sys/class/iscsi_session/session2/state": "LOGGED_IN\n",
            "proc/self/mountinfo": "41 1 0:50 / /rhev/data-center/mnt/nas:_one rw - nfs nas:/one rw\n"
                + "42 1 0:51 / /rhev/data-center/mnt/nas:_two rw - nfs nas:/two rw\n",
            "rhev/data-center/mnt/nas:_two/x": "",
        ]
        try FixtureNode.with(files) { node in
            #expect(
                HealthChecks.lostStorage(root: node.root)
                    == "the iSCSI session1 is down; /rhev/data-center/mnt/nas:_one does not answer")
        }
        try FixtureNode.with([:]) { node in #expect(HealthChecks.lostStorage(root: node.root) == nil) }
    }

    @Test func onlyAWholeRootIsTrusted() {
        #expect(Problems.rootDamage(status: "0 3904 verity V\n") == nil)
        #expect(Problems.rootDamage(status: "0 3904 verity C\n") == "the root file system is damaged on the disk")
        for status in [nil, "", "\n", "0 3904 verity"] {
            #expect(
                Problems.rootDamage(status: status) == "dm-verity does not say whether the root file system is whole")
        }
        #expect(Problems.rootDamage(KernelCommandLine("nodewright.live=X")) == nil)
    }

    /// Real programs: status, last line, a name in both folders, what cannot be started.
    @Test func programsOfTheImageAndOfTheAdministrator() throws {
        try checks { checks, root in
            func program(_ path: String, _ text: String, mode: UInt32 = 0o755) throws {
                let file = Path.join(root, path)
                try Folder.create(Path.parent(file))
                try File.write(file, "#!/bin/sh\n" + text, mode: mode)
            }
            try program("usr/lib/nodewright/health.d/required/10-first", "echo out; echo broken >&2; exit 3\n")
            try program("usr/lib/nodewright/health.d/required/20-second", "exit 1\n")
            try program("etc/nodewright/health.d/required/20-second", "exit 0\n")
            try program("etc/nodewright/health.d/required/30-third", "exit 0\n", mode: 0o644)
            try program("etc/nodewright/health.d/wanted/engine", "echo 'the engine is down'; exit 1\n")
            let failed = problems(checks.required())
            #expect(failed.count == 2 && failed[0] == "10-first: broken", "\(failed)")
            #expect(failed[1].hasSuffix("30-third is no program"))
            #expect(problems(checks.wanted()).last == "engine: the engine is down")
            #expect(checks.wanted().allSatisfy { !$0.isRequired })
        }
    }

    /// What the gate does, as words, on a clock of its own.
    ///
    /// - Parameter full: whether nothing can be noted
    private func gate(
        _ standing: NodeSlots.Standing, healthyAfter: Double, isFull: Bool = false, once: Bool = false
    ) -> (events: [String], failure: Failure?) {
        var events: [String] = []
        var time = 0.0
        func keep(_ event: String) throws {
            if isFull { throw Failure(.device, "no space") }
            events.append(event)
        }
        let gate = HealthGate(
            required: { [HealthCheck("libvirt", problem: time >= healthyAfter ? nil : "it is starting")] },
            HealthGate.Actions(
                markGood: { events.append("good after \(Int(time))") }, standing: { standing },
                noteFailure: { try keep("\($0)\($1 ? ", last" : "")") }, stay: { events.append("stay") },
                tell: { try keep("told: \($0 ?? "nothing")") }, complete: { events.append("complete") },
                restart: { events.append("restart") }, warn: { _ in }, now: { time }, pause: { time += $0 }))
        do { try gate.run(deadline: 60, once: once) } catch { return (events, error as? Failure) }
        return (events, nil)
    }

    @Test func theGate() {
        #expect(
            gate(.trial(isLast: false), healthyAfter: 20).events == ["good after 20", "told: nothing", "complete"])
        #expect(gate(.good, healthyAfter: 0).events == ["good after 0", "told: nothing", "complete"])
        let trial = gate(.trial(isLast: false), healthyAfter: 1000)
        #expect(trial.events == ["libvirt: it is starting", "restart"] && trial.failure?.status == .incompatible)
        #expect(
            trial.failure?.message == "this node is not healthy and is restarted: libvirt: it is starting")
        #expect(
            gate(.trial(isLast: true), healthyAfter: 1000).events == ["libvirt: it is starting, last", "restart"])
    }

    /// A trial ends also where nothing can be kept of it.
    @Test func aTrialIsRestartedWhateverCannotBeNoted() {
        #expect(gate(.trial(isLast: true), healthyAfter: 1000, isFull: true).events == ["restart"])
        #expect(gate(.good, healthyAfter: 360, isFull: true).events == ["stay", "good after 360", "complete"])
    }

    /// A good slot is not restarted, because guests may run on it; nor is one that a restart would only come back to. Both are asked
    /// on, and blessed as soon as the switch is back.
    @Test func whatStaysIsBlessedLater() {
        let reason = "libvirt: it is starting"
        #expect(
            gate(.good, healthyAfter: 360).events == [
                reason, "stay", "told: \(reason)", "good after 360", "told: nothing", "complete",
            ])
        #expect(
            gate(.alone, healthyAfter: 360).events == [
                reason, "stay", "told: \(reason); it stays up, because no other slot can be started", "good after 360",
                "told: nothing", "complete",
            ])
        let last = gate(.good, healthyAfter: 1000, once: true)
        #expect(last.events == [reason, "stay", "told: \(reason)"] && last.failure == nil)
    }

    /// What a failed start leads to, by what the boot loader knows.
    @Test func aRestartMustLeadSomewhere() {
        func standing(_ b: BootState.Counters, a: BootState.Counters, startable: Set<Slot> = [.a, .b])
            -> NodeSlots.Standing
        {
            let state = BootState(first: .b, a: a, b: b)
            return .init(of: .b, BootControlState(state: state, startable: startable), isTrial: true)
        }
        let (good, spent) = (BootState.Counters(isGood: true), BootState.Counters(isGood: false))
        let tried = BootState.Counters(isGood: false, triesLeft: 2)
        #expect(standing(good, a: spent) == .good)
        #expect(standing(tried, a: good) == .trial(isLast: false))
        #expect(standing(tried, a: spent) == .trial(isLast: false))
        #expect(standing(spent, a: good) == .trial(isLast: true))
        #expect(standing(spent, a: .init(isGood: true, failures: 9)) == .trial(isLast: true))
        #expect(standing(spent, a: tried) == .trial(isLast: true))
        // Both spent; the other one empty, or without its kernel.
        #expect(standing(spent, a: spent) == .alone)
        #expect(standing(spent, a: good, startable: [.b]) == .alone)
        // The kernel of this one is gone.
        #expect(standing(tried, a: good, startable: [.a]) == .trial(isLast: true))
        // Nothing can be read: the kernel command line says whether this is a trial.
        #expect(NodeSlots.Standing(of: .b, nil, isTrial: true) == .trial(isLast: false))
        #expect(NodeSlots.Standing(of: .a, nil, isTrial: false) == .good)
        let destroyed = BootControlState(state: nil, startable: [.a, .b])
        #expect(NodeSlots.Standing(of: .a, destroyed, isTrial: false) == .good)
    }

    /// From a failed trial to the other slot, with the reason kept, on a disk in a file.
    @Test func theReasonOfAFallbackIsKept() throws {
        try FixtureNode.with(["run/nodewright/state/.keep": ""]) { node in
            let layout = try DiskLayout(
                .init(esp: 64 << 20, slot: 8 << 20, state: 64 << 20), identifiers: .random())
            let image = Path.join(node.root, "disk.img")
            let disk = try DiskFile.create(image, size: layout.size)
            try PartitionTable.write(layout, to: image)
            let esp = try #require(layout[.efi])
            var state = BootState.installed()
            state.activate(.b, tries: 1)
            let files = EnvironmentBlock.paths.map { FATFile($0, bytes: EnvironmentBlock.bytes(state)) }
            let kernels = ["a", "b"].flatMap { slot in
                ["slot.cfg", "vmlinuz", "initramfs.img"].map { FATFile("/nodewright/\(slot)/\($0)", bytes: [1]) }
            }
            try FATWriter.write(
                files + kernels, to: disk, offset: esp.start, size: esp.size, label: "ESP", serial: 1,
                epoch: 1_700_000_000, skipsZeros: true)
            func slots(_ slot: String) throws -> NodeSlots {
                try NodeSlots(
                    root: node.root,
                    commandLine: KernelCommandLine("nodewright.slot=\(slot) nodewright.disk=\(layout.identifier)"),
                    disk: image)
            }
            func start() throws {
                // What GRUB does.
                let counted = try #require(try slots("a").read().choice.counted)
                try GRUBBootControl(image, offset: esp.start).change(running: .a) { $0 = counted }
            }
            try start()
            #expect(try slots("b").standing == .trial(isLast: true))
            #expect(!File.exists(Path.join(node.root, "run/nodewright/trial-over")))
            try slots("b").noteFailure("libvirt: libvirtd is failed", isLast: true)
            #expect(try slots("b").read().choice.slot == .a)
            try start()
            try slots("a").bless()
            let after = try slots("a").read()
            #expect(after.state?.a == .init(isGood: true) && after.state?.first == .a)
            #expect(File.exists(Path.join(node.root, "run/nodewright/trial-over")))
            // A trial that never came so far that it could say something.
            try slots("a").activate(.b, tries: 1)
            try start()
            try start()
            try slots("a").bless()
            #expect(try slots("a").read().state?.first == .a)
            let events = try slots("a").history.events.map { "\($0.slot) \($0.what) \($0.reason ?? "")" }
            #expect(
                events == [
                    "b failed libvirt: libvirtd is failed", "b activated ",
                    "a took over slot B did not become healthy",
                ])
        }
    }
}
