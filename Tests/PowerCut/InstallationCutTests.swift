import Boot
import DiskSupport
import Disks
import Host
import Testing

@testable import Node

/// The power goes while a disk is being installed to: nothing starts from it and it says so, or a whole node starts.
@Suite(.serialized, .enabled(if: StorageDaemon.obstacle == nil, "\(StorageDaemon.obstacle ?? "")"))
struct InstallationCutTests {
    /// Records an installation over what is in a file.
    private func proof(
        _ name: String, _ machine: LiveMachine, over base: String, before: [[String: [UInt8]]] = [], folder: String,
        _ wishes: (inout InstallationPlan.Wishes) -> Void = { _ in }
    ) throws -> PowerCutProof {
        let recorder = try Recorder(base: base, folder: folder)
        let plan = try NodeDisk.plan(machine, DiskInventory().disk(at: recorder.device), wishes)
        let result = try recorder.step(name) { try Installation(plan, root: machine.root).run() }
        return PowerCutProof(
            name: name, recording: try recorder.finish(), layout: plan.layout,
            systems: before + [try NodeDisk.files(plan, result.rootHash)])
    }

    /// What must be true of a disk during and after an installation.
    private func run(_ proof: PowerCutProof, before: DiskContent, names: [String]) throws {
        // The first thing that is flushed is the mark.
        let sampled = try Folder.temporary(in: PowerCutProof.place, prefix: "power-cuts")
        defer { try? Folder.remove(sampled) }
        var proof = proof
        proof.onGood = GRUBSample(layout: proof.layout, folder: sampled).compare
        let marked = proof.recording.windows.first?.upperBound ?? 0
        try proof.run { found, possible, cut in
            var problems: [String] = []
            if found.starts {
                problems += found.problems
                if !names.contains(found.configured[.a] ?? "") { problems.append("lost configuration") }
                if found.slot != .a { problems.append("GRUB starts \(found.slot?.name ?? "nothing")") }
            } else if cut.durable > marked || before != .empty {
                if found.unfinished == nil { problems.append("nothing starts, and it is called \(found.content)") }
            } else if ![.empty, .unfinished].contains(found.content) {
                problems.append("an empty disk is called \(found.content)")
            }
            if possible == [0], !found.starts || found.content != .node {
                problems.append("installed, but it is called \(found.content)")
            }
            if found.starts, found.content != .node, found.content != .unfinished {
                problems.append("it starts, and is called \(found.content)")
            }
            return problems
        }
    }

    @Test func anEmptyDisk() throws {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "power-cuts") { folder in
                let base = machine.path("base")
                _ = try DiskFile.create(base, size: 300 << 20)
                try run(
                    proof("installation to an empty disk", machine, over: base, folder: folder), before: .empty,
                    names: [NodeDisk.hostnames[.a] ?? ""])
            }
        }
    }

    /// Again and again: the disk that an interrupted installation has left.
    @Test func anInterruptedInstallation() throws {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "power-cuts") { folder in
                let plan = try NodeDisk.plan(machine, machine.disk(megabytes: 300, "first"))
                let base = machine.path("base")
                _ = try Installation(plan, root: machine.root) { event in
                    if case .started("verifying", _, _) = event { try? SparseFile.copy(plan.disk.path, to: base) }
                }.run()
                try run(
                    proof("installation after an interrupted one", machine, over: base, folder: folder),
                    before: .unfinished, names: [NodeDisk.hostnames[.a] ?? ""])
            }
        }
    }

    /// The node is there as before, or nothing starts.
    @Test func anUninstallation() throws {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "power-cuts") { folder in
                let node = try NodeDisk.installed(machine, "base")
                let recorder = try Recorder(base: node.path, folder: folder)
                try recorder.step("uninstallation") {
                    _ = try Uninstallation(DiskInventory().disk(at: recorder.device), root: machine.root).run()
                }
                let proof = PowerCutProof(
                    name: "uninstallation", recording: try recorder.finish(), layout: node.layout,
                    systems: [node.files])
                try proof.run { found, possible, _ in
                    if possible == [0] {
                        return found.content == .empty ? [] : ["uninstalled, and it is called \(found.content)"]
                    }
                    if found.starts { return found.problems }
                    return found.unfinished != nil || found.content == .empty
                        ? [] : ["nothing starts, and it is called \(found.content)"]
                }
            }
        }
    }

    @Test(arguments: [false, true]) func aDiskWithANode(keepsState: Bool) throws {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "power-cuts") { folder in
                let old = try NodeDisk.installed(machine, "base")
                try machine.becomeNewer()
                let names = keepsState ? [NodeDisk.hostnames[.a] ?? ""] : NodeDisk.hostnames.values.sorted()
                try run(
                    proof(
                        keepsState ? "installation that keeps the state" : "installation over another node", machine,
                        over: old.path, before: [old.files], folder: folder
                    ) {
                        $0.keepsState = keepsState
                        $0.configuration = keepsState ? nil : try? NodeDisk.configuration(.b)
                    }, before: .node, names: names)
            }
        }
    }
}
