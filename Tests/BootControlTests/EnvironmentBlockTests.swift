import Disks
import Host
import TestSupport
import Testing

@testable import Boot

@Suite struct EnvironmentBlockTests {
    private static let states: [BootState] = [
        .installed(), .installed(.b),
        BootState(
            sequence: 1_999_999_999, first: .b, a: .init(isGood: true, failures: 9),
            b: .init(isGood: false, triesLeft: 9)),
    ]

    @Test(arguments: states) func whatIsWrittenIsRead(state: BootState) {
        let bytes = EnvironmentBlock.bytes(state)
        #expect(bytes.count == 1024)
        #expect(EnvironmentBlock.read(bytes) == state)
        // What GRUB counts lies in the first sector, the second number is the beginning of the second one.
        #expect(Array(bytes[512..<517]) == Array("seq2=".utf8))
        var counted = state
        for _ in 1...12 { counted = counted.counting(start: .a).counting(start: .b) }
        #expect(EnvironmentBlock.bytes(counted)[512...] == bytes[512...])
    }

    /// GRUB's own program reads what we write, and we read what it makes of it.
    @Test(.enabled(if: Environment.program("grub-editenv") != nil, "grub-editenv is not installed"), arguments: states)
    func grubReadsIt(state: BootState) throws {
        try Folder.withTemporary { folder in
            let file = Path.join(folder, "env1")
            try File.write(file, EnvironmentBlock.bytes(state))
            let text = try Command("grub-editenv", [file, "list"]).run().check().text
            let listed = Set(text.split(separator: "\n").map(String.init))
            #expect(listed.contains("seq=\(state.sequence)") && listed.contains("seq2=\(state.sequence)"))
            #expect(listed.contains("order=\(state.first == .a ? "ab" : "ba")"))
            #expect(listed.contains("b_left=\(state.b.triesLeft)") && listed.contains("a_fail=\(state.a.failures)"))
            try Command("grub-editenv", [file, "set", "a_ok=0", "a_left=4"]).run().check()
            var expected = state
            expected.a = .init(isGood: false, triesLeft: 4, failures: state.a.failures)
            #expect(EnvironmentBlock.read(try File.read(file)) == expected)
        }
    }

    /// Any point of a write that a power cut can leave between two sectors: the old state or the new, and never a third.
    @Test func everyTornWriteIsTheOldStateOrTheNew() {
        let old = BootState(sequence: 1_000_000_007, first: .a, a: .init(isGood: true), b: .init(isGood: false))
        var new = old
        new.activate(.b, tries: 3)
        new.sequence += 1
        let (before, after) = (EnvironmentBlock.bytes(old), EnvironmentBlock.bytes(new))
        let pieces = [
            before.prefix(512) + before.suffix(512), after.prefix(512) + before.suffix(512),
            after.prefix(512) + after.suffix(512), before.prefix(512) + after.suffix(512),
        ]
        .map { Array($0) }
        for piece in pieces {
            // While the one copy is written, the other is whole.
            #expect([old, new].contains(EnvironmentBlock.newest(of: [before, piece])?.state))
            #expect([old, new].contains(EnvironmentBlock.newest(of: [piece, before])?.state))
            #expect(EnvironmentBlock.newest(of: [piece, after])?.state == new)
            #expect(EnvironmentBlock.newest(of: [after, piece])?.state == new)
        }
    }

    /// Damaged blocks never trap, and what is read from them is written back the same.
    @Test func damageIsRefusedOrHarmless() {
        var mutations = Mutations(
            seed: 6, pieces: ["seq=", "seq2=", "1000000001", "=", "\n", "\\", "#", "order=ba", "a_ok=0", "\\\n"])
        let plain = EnvironmentBlock.bytes(.installed())
        var accepted = 0
        for _ in 0..<3000 {
            let bytes = mutations.mutate(plain)
            guard let state = EnvironmentBlock.read(bytes) else { continue }
            accepted += 1
            #expect(EnvironmentBlock.read(EnvironmentBlock.bytes(state)) == state)
        }
        #expect(accepted > 100 && accepted < 2900)
        for count in [0, 1, 24, 25, 26, 511, 512, 520] {
            #expect(EnvironmentBlock.read(Array(plain.prefix(count))) == nil, "\(count) bytes")
        }
        #expect(EnvironmentBlock.read([UInt8](repeating: 0x23, count: 1 << 20)) == nil)
    }
}

@Suite struct BootStateTests {
    /// From every state that there is: some slot is chosen as long as one has its files, and counting ends at a good slot.
    @Test func noStateExcludesTheLastGoodSlot() {
        var counters: [BootState.Counters] = []
        for digit in 0...9 {
            counters.append(.init(isGood: true, failures: digit))
            counters.append(.init(isGood: false, triesLeft: digit))
        }
        for first in Slot.allCases {
            for a in counters {
                for b in counters {
                    let state = BootState(first: first, a: a, b: b)
                    #expect(SlotChoice(state: state, startable: []).slot == nil)
                    for slot in Slot.allCases {
                        let only = SlotChoice(state: state, startable: [slot])
                        #expect(only.slot == slot && only.fallback == nil)
                    }
                    // Starts that never become healthy: after all tries a good slot is what starts, if there is one.
                    var later = state
                    for _ in 0..<20 { later = SlotChoice(state: later, startable: [.a, .b]).counted ?? later }
                    let last = SlotChoice(state: later, startable: [.a, .b])
                    #expect(last.slot != nil && last.fallback == last.slot?.other)
                    if a.isGood || b.isGood { #expect(last.slot.map { later[$0].isGood } == true) }
                }
            }
        }
    }

    @Test func aTrialEndsAtTheOtherSlotAndIsBlessed() throws {
        var state = BootState.installed()
        state.activate(.b, tries: nil)
        var started: [Slot?] = []
        for _ in 0..<4 {
            let choice = SlotChoice(state: state, startable: [.a, .b])
            started.append(choice.slot)
            state = try #require(choice.counted)
        }
        #expect(started == [.b, .b, .b, .a])
        state.activate(.b, tries: 1)
        state = state.counting(start: .b)
        state.markGood(.b)
        #expect(state.b == .init(isGood: true) && SlotChoice(state: state, startable: [.a, .b]).slot == .b)
        // Back to a good slot without a trial.
        state.activate(.a, tries: nil)
        #expect(state.first == .a && state.a == .init(isGood: true))
        try state.markBad(.b)
        let failure = #expect(throws: Failure.self) { try state.markBad(.a) }
        #expect(failure?.status == .incompatible)
        #expect(SlotChoice(state: state, startable: [.a, .b]).slot == .a)
    }
}
