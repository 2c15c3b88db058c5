import Document
import Testing

/// Damaged documents must end in a value or in an error, never in a crash or a hang.
@Suite struct FuzzTests {
    private static let documents = [
        "name: x\nversion: 1.0\nlist:\n  - a\n  - {b: [c, 'd', \"e\\u00e9\"]}\ntext: |\n  one\n  two\n# end\n",
        #"{"name":"x","list":[1,-2.5e3,true,null,{"k":"\ud83d\ude00\n"}],"empty":{}}"#,
        "a: &x [1, 2]\nb: *x\nc: !!str 1\n? d\n: >-\n  e\n  f\n---\ng: h\n",
    ]

    @Test(arguments: 0..<20) func mutationsNeverCrash(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        for _ in 0..<200 {
            var bytes = Array(Self.documents[Int(random.next() % 3)].utf8)
            for _ in 0...random.next() % 6 { mutate(&bytes, &random) }
            let diagnostics = Diagnostics()
            let tree = YAML.parse(bytes, file: "f", diagnostics: diagnostics)
            #expect(tree != nil || diagnostics.hasErrors)
            guard let node = try? JSON.parse(bytes, file: "f") else { continue }
            // What was accepted must survive a round trip unchanged.
            let written = JSON.canonical(JSONValue(node))
            #expect(JSON.canonical(JSONValue(try JSON.parse(written, file: "f"))) == written)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        let special = Array("[]{}:,-?&*!|>'\"%@`#\\\n\t \0\u{7F}".utf8) + [0xFF, 0xC3, 0xED, 0xA0]
        let place = Int(random.next() % UInt64(bytes.count + 1))
        switch random.next() % 4 {
        case 0: bytes.insert(special[Int(random.next() % UInt64(special.count))], at: place)
        case 1: if place < bytes.count { bytes.remove(at: place) }
        case 2: if place < bytes.count { bytes[place] = UInt8(truncatingIfNeeded: random.next()) }
        default:
            let end = min(bytes.count, place + Int(random.next() % 12))
            bytes.insert(contentsOf: bytes[place..<end], at: Int(random.next() % UInt64(bytes.count + 1)))
        }
    }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
