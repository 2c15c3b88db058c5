import Boot
import DiskSupport
import Disks
import Host
import TestSupport
import Testing

/// GRUB's script against its offline model.
@Suite struct SlotScriptTests {
    private static let golden = Path.normalized(Path.join(Path.parent(#filePath), "../Golden/boot"))

    @Test(arguments: ["grub.cfg", "slot.cfg"]) func theMenuIsWhatWasReviewed(name: String) throws {
        let text = name == "grub.cfg" ? DiskMenu.text : try EmulatedGRUB.entry(.b).menu
        let file = Path.join(Self.golden, name)
        if Environment.variable("NODEWRIGHT_RECORD") != nil {
            try File.write(file, text)
            Issue.record("recorded \(name); review it and run again without NODEWRIGHT_RECORD")
        }
        #expect(
            try File.readText(file) == text, "NODEWRIGHT_RECORD=1 swift test --filter SlotScriptTests writes it anew")
        if Environment.program("grub-script-check") != nil {
            try Command("grub-script-check", [file]).run().check()
        }
    }

    /// Under Secure Boot nothing can be loaded: only commands whose modules are in the signed GRUBs of Fedora and Debian.
    @Test func onlyCommandsOfSignedGRUBs() {
        let known: Set<String> = [
            "[", "count_a", "count_b", "echo", "exit", "false", "halt", "load_copy", "load_env", "menuentry", "reboot",
            "regexp", "save_copies", "save_env", "serial", "set", "sleep", "source", "submenu", "terminal_input",
            "terminal_output", "true",
        ]
        let grammar: Set<String> = ["if", "elif", "else", "then", "fi", "for", "do", "done", "function", "}", "linux"]
        let lines = DiskMenu.text.replacing("\\\n", with: " ").split(separator: "\n")
        for line in lines {
            var words = line.split(separator: " ").map { $0.hasSuffix(";") ? $0.dropLast() : $0 }
            if words.first == "if" || words.first == "elif" { words.removeFirst() }
            guard let word = words.first.map(String.init), !word.hasPrefix("#") else { continue }
            #expect(known.contains(word) || grammar.contains(word), "\(line)")
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var copies: [[UInt8]?]
        var startable: Set<Slot> = [.a, .b]
        /// The copies that the disk lets GRUB write.
        var writable: Set<Int> = [0, 1]
        /// Starts in a row.
        var starts = 3
        var testDescription: String { name }

        init(
            _ name: String, _ first: [UInt8]?, _ second: [UInt8]?, startable: Set<Slot> = [.a, .b],
            writable: Set<Int> = [0, 1]
        ) {
            self.name = name
            copies = [first, second]
            self.startable = startable
            self.writable = writable
        }
    }

    private static func block(
        _ first: Slot, _ a: BootState.Counters, _ b: BootState.Counters, sequence: Int = 1_000_000_001
    ) -> [UInt8] { EnvironmentBlock.bytes(BootState(sequence: sequence, first: first, a: a, b: b)) }

    private static func changed(_ block: [UInt8], _ old: String, _ new: String) -> [UInt8] {
        Array(String(decoding: block, as: UTF8.self).replacing(old, with: new).utf8)
    }

    static let rows: [Row] = {
        let good = BootState.Counters(isGood: true)
        let spent = BootState.Counters(isGood: false)
        func trial(_ tries: Int) -> BootState.Counters { .init(isGood: false, triesLeft: tries) }
        func failing(_ times: Int) -> BootState.Counters { .init(isGood: true, failures: times) }
        let plain = block(.a, good, good)
        let newer = block(.b, good, trial(3), sequence: 1_000_000_002)
        let torn = Array(newer.prefix(512) + plain.suffix(512))
        let rubbish = [UInt8](repeating: 0, count: 1024)
        var rows: [Row] = [
            Row("installed", block(.a, good, spent), block(.a, good, spent), startable: [.a]),
            Row("both good", plain, plain), Row("B first", block(.b, good, good), block(.b, good, good)),
            Row("a newer second copy", plain, newer), Row("a newer first copy", newer, plain),
            Row("a first copy torn in its middle", torn, plain), Row("a second copy torn in its middle", plain, torn),
            Row("torn the other way", Array(plain.prefix(512) + newer.suffix(512)), newer),
            Row("the first copy destroyed", rubbish, newer), Row("the second copy destroyed", newer, rubbish),
            Row("both copies destroyed", rubbish, rubbish), Row("both copies torn", torn, torn),
            Row("the first copy missing", nil, newer), Row("no copies", nil, nil),
            Row("a stick", nil, nil, startable: [.a]),
            Row("only B without copies", nil, nil, startable: [.b]), Row("an empty copy", [], newer),
            Row("all tries used", block(.b, good, spent), block(.b, good, spent)),
            Row("both spent", block(.b, spent, spent), block(.b, spent, spent)),
            Row("the last try", block(.b, good, trial(1)), block(.b, good, trial(1))),
            Row("nine tries", block(.b, good, trial(9)), block(.b, good, trial(9))),
            Row("a good slot fails too often", block(.a, failing(5), good), block(.a, failing(5), good)),
            Row("nearly too often", block(.a, failing(4), good), block(.a, failing(4), good)),
            Row("both fail", block(.b, failing(9), failing(9)), block(.b, failing(9), failing(9))),
            Row("failing before spent", block(.b, failing(7), spent), block(.b, failing(7), spent)),
            Row("trial before failing", block(.a, failing(5), trial(2)), block(.a, failing(5), trial(2))),
            Row("the chosen slot has no files", newer, newer, startable: [.a]),
            Row("nothing can start", plain, plain, startable: []),
        ]
        let trying = block(.b, good, trial(3))
        let untried = block(.b, spent, trial(3))
        let refusals: [(String, Set<Int>)] = [
            ("the first copy refuses", [1]), ("the second copy refuses", [0]), ("both copies refuse", []),
        ]
        for (refusing, writable) in refusals {
            var refused = [
                Row(refusing + " a trial", trying, trying, writable: writable),
                Row(refusing + ", the first is newer", newer, plain, writable: writable),
                Row(refusing + ", the second is newer", plain, newer, writable: writable),
                Row(refusing + ", the first is destroyed", rubbish, newer, writable: writable.subtracting([0])),
                Row(refusing + " a good slot", plain, plain, writable: writable),
                Row(refusing + ", no slot is good", untried, untried, writable: writable),
                Row(refusing + " and the other slot is empty", trying, trying, startable: [.b], writable: writable),
            ]
            // GRUB takes its time over an entry that fails.
            for index in refused.indices.dropFirst() { refused[index].starts = 1 }
            rows += refused
        }
        let hostile = [
            ("order=ab", "order=ca"), ("order=ab", "order=a "), ("a_ok=1", "a_ok=2"), ("a_ok=1", "a_ok=y"),
            ("a_left=0", "a_left=x"), ("a_fail=0", "a_fail=-"), ("b_fail=0", "b_fail="), ("b_ok=1", "c_ok=1"),
            ("seq=1000000001", "seq=9000000001"), ("1000000001", "100000000x"), ("1000000001", "01000000001"),
            ("a_left=0\n", "a_left=00\n"), ("a_fail=0\n", "a_fail=0\na_fail=7\n"), ("order=ab", "order=$a"),
            ("order=ab\n", "order=ab\nroot=hd9\nprefix=nowhere\n"), ("a_ok=1\na_left=0", "a_ok=1,0\na_left="),
            ("pad=x", "pad=\\"), ("order=ab\n", "order ab\n"), ("# GRUB", "# GRUG"),
        ]
        for (old, new) in hostile {
            let bytes = changed(plain, old, new)
            let name = "\(old) is \(new)".replacing("\n", with: " ")
            for var row in [Row(name + ", twice", bytes, bytes), Row(name + ", once", changed(newer, old, new), plain)]
            {
                row.starts = 1
                rows.append(row)
            }
        }
        return rows
    }()

    /// What GRUB starts and what it leaves on the disk is what the model says, for some starts in a row.
    @Test(.enabled(if: EmulatedGRUB.isInstalled, "grub-emu is not installed"), arguments: rows)
    func realGRUBDoesWhatTheModelSays(row: Row) throws {
        try Folder.withTemporary { folder in
            let grub = try EmulatedGRUB(
                folder, startable: row.startable, copies: row.copies, isReversed: row.writable == [1])
            let limit = try grub.limit(writable: row.writable)
            for round in 1...row.starts {
                let before = try grub.copies()
                let model = SlotChoice(copies: before, startable: row.startable, writable: row.writable)
                let start = try grub.start(limit: limit)
                #expect(start.slot == model.slot, "start \(round): \(start.screen)")
                let after = EnvironmentBlock.newest(of: try grub.copies())?.state
                #expect(after == model.counted, "start \(round)")
                // The kernel is told what GRUB has counted, noted or not.
                let known = EnvironmentBlock.newest(of: before)?.state
                let trial = model.slot.flatMap { slot in
                    known?.counting(start: slot)[slot]
                }.flatMap { $0.isGood ? nil : String($0.triesLeft) }
                #expect(start.trial == trial, "start \(round)")
                if model.slot == nil { #expect(start.screen.contains("no system that can start")) }
                // A copy of ours, torn or not, is whole and the same as the other afterwards.
                if row.writable.count == 2, model.slot != nil, let counted = model.counted,
                    row.copies.allSatisfy({ $0?.count == 1024 }),
                    before.allSatisfy({ $0?.starts(with: Array("# GRUB Env".utf8)) == true })
                {
                    #expect(try grub.copies().allSatisfy { $0.flatMap(EnvironmentBlock.read) == counted })
                }
            }
        }
    }

    /// Without a copy that counts next time, no trial is started twice: at once the slot that is known to be good.
    @Test func aTrialThatCannotBeNotedIsNotStarted() {
        var state = BootState.installed()
        state.activate(.b, tries: 3)
        let bytes = EnvironmentBlock.bytes(state)
        for (writable, slot, left) in [([0], Slot.b, 2), ([1], .a, 3), ([], .a, 3)] as [(Set<Int>, Slot, Int)] {
            let choice = SlotChoice(copies: [bytes, bytes], startable: [.a, .b], writable: writable)
            #expect(choice.slot == slot && choice.counted?.b.triesLeft == left, "\(writable)")
        }
    }

    /// A kernel that cannot be loaded: GRUB goes on with the other slot by itself, and both starts are counted.
    @Test(.enabled(if: EmulatedGRUB.isInstalled, "grub-emu is not installed"), arguments: Slot.allCases)
    func aKernelThatCannotBeLoadedLeadsToTheOtherSlot(broken: Slot) throws {
        try Folder.withTemporary { folder in
            var state = BootState.installed(broken.other)
            state.activate(broken, tries: 2)
            let bytes = EnvironmentBlock.bytes(state)
            let grub = try EmulatedGRUB(folder, broken: [broken], copies: [bytes, bytes])
            let start = try grub.start()
            #expect(start.slot == broken.other, "\(start.screen)")
            #expect(SlotChoice(state: state, startable: [.a, .b]).fallback == broken.other)
            let after = EnvironmentBlock.newest(of: try grub.copies())?.state
            #expect(after == state.counting(start: broken).counting(start: broken.other))
        }
    }
}

extension EmulatedGRUB {
    /// From which byte on the disk has to refuse writes, so that only these copies can be written; nil for none.
    fileprivate func limit(writable: Set<Int>) throws -> Int? {
        if writable.count == 2 { return nil }
        if writable.isEmpty { return 0 }
        let files = try FATReader(image, offset: offset)
        return try files.places(EnvironmentBlock.paths[writable.contains(0) ? 1 : 0]).first?.lowerBound
    }
}
