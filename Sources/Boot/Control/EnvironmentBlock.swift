import Disks

/// One copy of the boot state as it lies on the EFI system partition: 1024 bytes in the format of GRUB's environment blocks.
///
/// What GRUB counts are single digits in the first 512 bytes, so that a start changes one sector of a copy, which a disk
/// writes whole or not at all. Userspace changes the sequence number, which stands in both halves: a copy of which only one
/// half was written when the power went is known by that. It is never written by grub-editenv, which empties the file first.
public enum EnvironmentBlock {
    /// The paths of both copies from the root of the partition, in the order in which GRUB reads them.
    public static let paths = [DiskMenu.folder + "/env1", DiskMenu.folder + "/env2"]
    /// Bytes of a copy.
    public static let size = 1024
    /// A file that is longer is none of ours.
    static let limit = 1 << 16
    /// The first line (GRUB's include/grub/lib/envblk.h).
    private static let signature = Array("# GRUB Environment Block\n".utf8)
    /// The variables, in the order of the file.
    static let names = ["seq", "order", "a_ok", "a_left", "a_fail", "b_ok", "b_left", "b_fail", "seq2"]

    /// A state as the bytes of one copy.
    public static func bytes(_ state: BootState) -> [UInt8] {
        var bytes = signature
        func add(_ name: String, _ value: String) { bytes += Array("\(name)=\(value)\n".utf8) }
        add("seq", String(state.sequence))
        add("order", state.order.map(\.rawValue).joined())
        for slot in Slot.allCases {
            add("\(slot.rawValue)_ok", state[slot].isGood ? "1" : "0")
            add("\(slot.rawValue)_left", String(state[slot].triesLeft))
            add("\(slot.rawValue)_fail", String(state[slot].failures))
        }
        // Brings the second number into the second half.
        add("pad", String(repeating: "x", count: size / 2 - bytes.count - "pad=\n".utf8.count))
        add("seq2", String(state.sequence))
        return bytes + [UInt8](repeating: UInt8(ascii: "#"), count: size - bytes.count)
    }

    /// Reads a copy the way that GRUB's script does.
    ///
    /// - Returns: nil unless both sequence numbers are equal and every value is one of the possible ones
    public static func read(_ bytes: [UInt8]) -> BootState? {
        guard bytes.count <= limit, let values = variables(bytes) else { return nil }
        func digit(_ name: String, _ highest: Int) -> Int? {
            guard let text = values[name], text.utf8.count == 1, let value = Int(text), value <= highest else {
                return nil
            }
            return value
        }
        func counters(_ slot: Slot) -> BootState.Counters? {
            guard let good = digit("\(slot.rawValue)_ok", 1), let left = digit("\(slot.rawValue)_left", 9),
                let failures = digit("\(slot.rawValue)_fail", 9)
            else { return nil }
            return .init(isGood: good == 1, triesLeft: left, failures: failures)
        }
        guard let text = values["seq"], values["seq2"] == text, text.utf8.count == 10,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let sequence = Int(text),
            BootState.sequences.contains(sequence), let order = values["order"], ["ab", "ba"].contains(order),
            let a = counters(.a), let b = counters(.b)
        else { return nil }
        return BootState(sequence: sequence, first: order == "ab" ? .a : .b, a: a, b: b)
    }

    /// The newer whole one of some copies, the earlier one of equals; nil when none is whole.
    public static func newest(of copies: [[UInt8]?]) -> (index: Int, state: BootState)? {
        var found: (index: Int, state: BootState)?
        for (index, copy) in copies.enumerated() {
            guard let state = copy.flatMap(read) else { continue }
            if found.map({ state.sequence > $0.state.sequence }) ?? true { found = (index, state) }
        }
        return found
    }

    /// The variables of a block as GRUB's own reader sees them (`grub_envblk_iterate`): of a name that stands there twice the
    /// later one counts, a line without `=` runs on into the next, and a value ends at a zero byte.
    ///
    /// - Returns: nil without the signature
    static func variables(_ bytes: [UInt8]) -> [String: String]? {
        guard bytes.starts(with: signature) else { return nil }
        func text(_ bytes: some Sequence<UInt8>) -> String {
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let (mark, equals, newline, escape) = (
            UInt8(ascii: "#"), UInt8(ascii: "="), UInt8(ascii: "\n"), UInt8(ascii: "\\")
        )
        var values: [String: String] = [:]
        var place = signature.count
        while place < bytes.count {
            if bytes[place] != mark {
                guard let end = bytes[place...].firstIndex(of: equals) else { break }
                let name = text(bytes[place..<end])
                place = end + 1
                var value: [UInt8] = []
                while place < bytes.count, bytes[place] != newline {
                    if bytes[place] == escape { place += 1 }
                    if place < bytes.count { value.append(bytes[place]) }
                    place += 1
                }
                if place >= bytes.count { break }
                values[name] = text(value)
            }
            while place < bytes.count, bytes[place] != newline { place += bytes[place] == escape ? 2 : 1 }
            place += 1
        }
        return values
    }
}
