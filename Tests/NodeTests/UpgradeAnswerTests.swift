import Boot
import Disks
import Document
import Host
import TestSupport
import Testing
import Verity

@testable import Node

/// What `nodectl upgrade` tells programs: events, objects, and the lines of an engine.
@Suite struct UpgradeAnswerTests {
    private static let release = SampleRelease("2.0", change: 1)

    private func lines(_ text: String) throws -> [Node] {
        try text.split(separator: "\n").map { try JSON.parse(String($0), file: "answer") }
    }

    @Test func eventsAndOneResult() throws {
        try UpgradableNode.with { node in
            let result = try node.apply(node.folder(Self.release), "--json")
            #expect(result.status == 10)
            let lines = try lines(result.text)
            let last = try #require(lines.last)
            #expect(last["result"]?.string == "activated" && last["slot"]?.string == "b")
            #expect(last["version"]?.string == "2.0")
            #expect(try last["rootHash"]?.string == Self.release.tree.rootHash)
            let events = lines.dropLast()
            #expect(events.allSatisfy { $0["event"]?.string != nil })
            let begun = events.filter { $0["event"]?.string == "started" }.compactMap { $0["phase"]?.string }
            #expect(
                begun == [
                    "clearing slot B", "writing the root file system", "reading slot B back", "writing vmlinuz",
                    "writing initramfs.img",
                ], "\(begun)")
            let ended = events.filter { $0["event"]?.string == "finished" }.compactMap { $0["phase"]?.string }
            #expect(ended == begun, "\(ended)")
            let size = events.first { $0["phase"]?.string == "writing the root file system" }?["total"]?.integer
            #expect(size == Self.release.root.count)
            // The restart that is needed is the status, and one object for people's programs on standard error.
            let note = try JSON.parse(result.errorTail, file: "errors")
            #expect(note["status"]?.integer == 10 && note["error"] == nil && note["message"]?.string != nil)

            let again = try self.lines(node.apply(node.path("update"), "--json").text)
            #expect(!again.contains { $0["phase"]?.string?.hasPrefix("writing") == true })
            #expect(again.last?["result"]?.string == "activated")
            try node.nodectl("upgrade", "cancel", "--json").check()
            let prepared = try self.lines(
                node.nodectl("upgrade", "download", node.path("update"), "--json").check().text)
            #expect(prepared.last?["result"]?.string == "prepared")
        }
    }

    @Test func aFailureIsOneObject() throws {
        try UpgradableNode.with { node in
            let result = try node.apply(node.folder(SampleRelease("0.9")), "--json")
            let object = try JSON.parse(result.errorTail, file: "errors")
            #expect(result.status == 6 && object["status"]?.integer == 6)
            #expect(object["error"]?.string?.contains("older than what runs") == true)
            #expect(object["hint"]?.string?.contains("--allow-downgrade") == true)
        }
    }

    @Test func statusAndHistoryForPrograms() throws {
        try UpgradableNode.with { node in
            func json(_ words: String...) throws -> Node {
                let result = try Command(
                    Programs.built("nodectl"), node.arguments(["upgrade"] + words + ["--json"])
                ).run().check()
                return try JSON.parse(result.output, file: words.joined())
            }
            let before = try json("status")
            #expect(before["running"]?.string == "1.0" && before["slot"]?.string == "a")
            #expect(before["next"]?.string == "a" && before["nextTitle"]?.string == "hypervisor 1.0")
            for key in ["available", "checked", "process"] { #expect(before[key]?.isNull == true, "\(key)") }
            #expect(try json("history").sequence?.isEmpty == true)
            #expect(try node.nodectl("upgrade", "history").check().text.isEmpty)

            #expect(try node.apply(node.folder(Self.release)).status == 10)
            let after = try json("status")
            #expect(after["next"]?.string == "b" && after["nextTitle"]?.string == "hypervisor 2.0")
            let event = try #require(try json("history").sequence?.first)
            #expect(event["event"]?.string == "upgraded" && event["slot"]?.string == "b")
            #expect(event["reason"]?.string == "hypervisor 2.0 from the folder \(node.path("update"))")
            let text = try node.nodectl("upgrade", "history").check().text
            #expect(text.hasSuffix("  slot B  upgraded: hypervisor 2.0 from the folder \(node.path("update"))\n"))
            #expect(try json("cancel")["cancelled"]?.string == "slot")
            #expect(try json("history").sequence?.last?["event"]?.string == "cancelled")
        }
    }

    /// `<BSTRAP component="…" status="OK|FAIL" message="…"/>`: any FAIL is a failed upgrade, and RHEV_INSTALL comes last.
    @Test func linesThatAnEngineReads() throws {
        try UpgradableNode.with { node in
            let done = try node.apply(node.folder(Self.release), "--engine")
            #expect(done.status == 0, "\(done.errorTail)")
            #expect(
                done.text == """
                    <BSTRAP component="ovirt-node-upgrade" status="OK" message="the new version is ready"/>
                    <BSTRAP component="RHEV_INSTALL" status="OK"/>

                    """, "\(done.text)")
            try node.expectNext(Self.release)
            let refused = try node.apply(node.folder(SampleRelease("0.9", change: 2), "<a&b>"), "--engine")
            #expect(refused.status == 6)
            #expect(
                refused.text == """
                    <BSTRAP component="ovirt-node-upgrade" status="FAIL" \
                    message="hypervisor 0.9 is older than what runs, 1.0"/>
                    <BSTRAP component="RHEV_INSTALL" status="FAIL"/>

                    """, "\(refused.text)")
            // Names of files are no elements.
            let hostile = try node.apply(node.path("\"<x a='1'>&\n.iso"), "--engine")
            #expect(hostile.status == 2)
            let lines = hostile.text.split(separator: "\n")
            #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("<BSTRAP component=\"") && $0.hasSuffix("/>") })
            #expect(lines.first?.contains("&quot;&lt;x a='1'&gt;&amp;") == true, "\(hostile.text)")
        }
    }

    @Test(arguments: [
        ["--tries", "0"], ["--tries", "10"], ["--reboot", "--reboot-when-idle"], ["--engine", "--json"],
        ["--scheduled", "--reboot"], ["one", "two"],
    ])
    func wrongUsageIsSaid(arguments: [String]) throws {
        let result = try Command(Programs.built("nodectl"), ["upgrade", "apply"] + arguments).run()
        #expect(result.status == 2 && !result.errorTail.isEmpty)
    }
}

/// Waiting for guests, on a clock of its own.
@Suite struct IdleWaitTests {
    private func wait(
        _ guests: [RunningGuests?], isWanted: [Bool] = [], cancelledAfter: Int = .max
    ) -> (told: [String], seconds: Int, failure: Failure?) {
        var told: [String] = []
        var seconds = 0
        var guests = guests
        var isWanted = isWanted
        let wait = IdleWait(
            guests: { guests.count > 1 ? guests.removeFirst() : guests[0] },
            isWanted: { isWanted.isEmpty ? true : isWanted.removeFirst() }, isCancelled: { seconds >= cancelledAfter },
            tell: { told.append($0) }, pause: { seconds += 1 })
        do { try wait.run() } catch { return (told, seconds, error as? Failure) }
        return (told, seconds, nil)
    }

    @Test func itEndsWithTheLastGuest() {
        let (one, two) = (RunningGuests(names: ["vm1"]), RunningGuests(names: ["vm1", "vm2\u{1B}"]))
        let none = RunningGuests(names: [])
        let idle = wait([none])
        #expect(idle.told.isEmpty && idle.seconds == 0 && idle.failure == nil)
        let long = wait([two, two, one, none])
        #expect(long.told == ["waiting for 2 guests: vm1, vm2", "waiting for 1 guest: vm1"] && long.failure == nil)
        #expect(long.seconds == 30)
        // What is not known may be a guest.
        let silent = wait([nil, one, none])
        #expect(silent.told.first == "waiting: libvirt does not answer, and guests may run" && silent.failure == nil)
    }

    @Test func whoGivesUpKeepsTheNewVersion() {
        let ended = wait([RunningGuests(names: ["vm1"])], cancelledAfter: 3)
        #expect(ended.seconds == 3 && ended.failure?.status == .rebootRequired)
    }

    /// A node that goes back to what it was need not be restarted.
    @Test func whatWasTakenBackNeedsNoRestart() {
        let back = wait([RunningGuests(names: ["vm1"])], isWanted: [true, false])
        #expect(back.seconds == 10 && back.failure?.status == .nothingToDo)
        #expect(wait([RunningGuests(names: [])], isWanted: [false]).failure?.status == .nothingToDo)
    }
}
