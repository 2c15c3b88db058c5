/// SplitMix64: the same numbers for the same seed, so that a failure can be repeated.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// The numbers of a seed.
    public init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Damages documents: the same seed gives the same damage.
public struct Mutations {
    private let pieces: [[UInt8]]
    private var random: SeededGenerator

    /// - Parameter pieces: what has a meaning in documents of the kind, and is put in at random places
    public init(seed: Int, pieces: [String]) {
        random = SeededGenerator(seed: seed)
        self.pieces = pieces.map { Array($0.utf8) } + [[0], [0x7F], [0xFF], [0xC3], [0xED, 0xA0]]
    }

    /// `original` with one to six places damaged.
    public mutating func mutate(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
            case 1: bytes.removeSubrange(place..<end)
            case 2: if place < end { bytes[place] = UInt8.random(in: .min ... .max, using: &random) }
            default:
                let copy = bytes[place..<end]
                bytes.insert(contentsOf: copy, at: Int.random(in: 0...bytes.count, using: &random))
            }
        }
        return bytes
    }
}
