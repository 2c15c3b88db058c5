import Boot
import DiskSupport
import Disks
import Host
import NodeConfig
import Testing

@testable import Node

/// The power goes while a node changes what it starts from and how it is configured: it always starts, with the state of before
/// or of afterwards, and with nothing else once a change has returned.
@Suite(.serialized, .enabled(if: StorageDaemon.obstacle == nil, "\(StorageDaemon.obstacle ?? "")"))
struct NodeCutTests {
    private func prove(
        _ name: String, cuts: Int, prepare: (NodeDisk) throws -> Void = { _ in },
        _ work: (NodeAtWork) throws -> Void
    ) throws {
        try LiveMachine.with { machine in
            try Folder.withTemporary(in: PowerCutProof.place, prefix: "power-cuts") { folder in
                let disk = try NodeDisk.withTwoSlots(machine, "base")
                try prepare(disk)
                let node = try NodeAtWork(disk, folder: folder)
                try work(node)
                var proof = PowerCutProof(
                    name: name, recording: try node.finish(), layout: node.disk.layout, systems: [node.disk.files])
                proof.cuts = cuts
                let sample = GRUBSample(layout: disk.layout, folder: folder)
                proof.onGood = sample.compare
                try proof.run { found, possible, _ in NodeAtWork.problems(found, possible, node.expectations) }
            }
        }
    }

    /// An upgrade that succeeds, and the way back.
    @Test(.enabled(if: EmulatedGRUB.isInstalled, "grub-emu is not installed")) func slotsThatBecomeHealthy() throws {
        try prove("activation, counting by GRUB, blessing, rollback", cuts: 2) { node in
            try node.slots("activating slot B", running: .a, lastEvent: "b activated") {
                try $0.activate(.b, tries: 3)
            }
            try node.restart(expecting: .b)
            try node.slots("noting a failure of slot B", running: .b, lastEvent: "b failed") {
                try $0.noteFailure("no network", isLast: false)
            }
            try node.restart(expecting: .b)
            try node.slots("blessing slot B", running: .b, lastEvent: "b good") { try $0.bless() }
            try node.restart(expecting: .b)
            try node.slots("blessing slot B again", running: .b) { try $0.bless() }
            try node.slots("rolling back to slot A", running: .b, lastEvent: "a activated") { try $0.rollBack() }
            try node.restart(expecting: .a)
            try node.slots("blessing slot A", running: .a) { try $0.bless() }
        }
    }

    /// A slot that uses up its tries: GRUB falls back by itself, and userspace notes why.
    @Test(.enabled(if: EmulatedGRUB.isInstalled, "grub-emu is not installed")) func aSlotThatFails() throws {
        try prove("tries used up, noting a failure, falling back", cuts: 2) { node in
            try node.slots("activating slot B once", running: .a, lastEvent: "b activated") {
                try $0.activate(.b, tries: 1)
            }
            try node.restart(expecting: .b)
            try node.restart(expecting: .a)
            try node.slots("taking over from slot B", running: .a, lastEvent: "a took over") { try $0.bless() }
            try node.slots("activating slot B twice", running: .a, lastEvent: "b activated") {
                try $0.activate(.b, tries: 2)
            }
            try node.restart(expecting: .b)
            try node.slots("noting the last failure", running: .b, lastEvent: "b failed") {
                try $0.noteFailure("libvirt does not answer", isLast: true)
            }
            try node.restart(expecting: .a)
            try node.slots("marking slot B good", running: .a, lastEvent: "b good") { try $0.markGood(.b) }
            try node.slots("marking slot B bad", running: .a, lastEvent: "b bad") {
                try $0.markBad(.b, reason: "by hand")
            }
        }
    }

    /// A power cut in an earlier change has torn one of the copies, each in turn: GRUB mends it while it counts.
    @Test(.enabled(if: EmulatedGRUB.isInstalled, "grub-emu is not installed"), arguments: [0, 1])
    func aTornCopy(copy: Int) throws {
        try prove("counting and blessing with copy \(copy + 1) torn", cuts: 2) { disk in
            var newer = BootState.installed()
            newer.sequence += 1
            newer.activate(.b, tries: 3)
            let file = EnvironmentBlock.paths[copy]
            let place = try FATReader(disk.path, offset: disk.layout[.efi]?.start ?? 0).places(file)[0].lowerBound
            try DiskFile(disk.path).write(EnvironmentBlock.bytes(newer).prefix(512), at: place)
        } _: { node in
            try node.restart(expecting: .a)
            try node.restart(expecting: .a)
            try node.slots("blessing slot A", running: .a) { try $0.bless() }
            try node.slots("activating slot B", running: .a, lastEvent: "b activated") {
                try $0.activate(.b, tries: 9)
            }
            try node.restart(expecting: .b)
            try node.slots("marking slot B bad", running: .b, lastEvent: "b bad") { try $0.markBad(.b, reason: nil) }
            try node.restart(expecting: .a)
        }
    }

    /// More generations than are kept, so that old ones are removed, and steps back.
    @Test func configurations() throws {
        try prove("configuration writes", cuts: 2) { node in
            for number in 1...7 {
                let (slot, host) = (number % 3 == 0 ? Slot.b : .a, "host\(number).example.org")
                try node.configuration("writing configuration \(number)", of: slot, becomes: host) {
                    try $0.write(NodeDisk.configuration(host), by: "nodectl apply")
                }
            }
            try node.configuration("stepping back", of: .a, becomes: "host5.example.org") { try $0.rollBack() }
            try node.configuration("writing after a step back", of: .a, becomes: "last.example.org") {
                try $0.write(NodeDisk.configuration("last.example.org"), by: "nodectl apply")
            }
        }
    }
}
