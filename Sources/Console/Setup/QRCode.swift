import CQrencode

/// A QR Code (ISO/IEC 18004:2015), for what would be long to type from a screen: an address, a fingerprint.
struct QRCode: Equatable {
    /// Light modules around the code. The standard asks for four (6.3.8), which would take two more of a console's 25
    /// lines; readers of today's phones are content with two.
    static let quietZone = 2

    /// Modules of a side, 21 to 177, without the quiet zone.
    let size: Int
    private let modules: [UInt8]

    /// The code of bytes as they are, which readers take for UTF-8; nil when libqrencode is missing, or when there are
    /// no bytes or more than the largest code holds (2953).
    init?(_ bytes: [UInt8]) {
        let largest = nodewright_qrencode_largest
        var modules = [UInt8](repeating: 0, count: largest * largest)
        size = Int(nodewright_qrencode(bytes, bytes.count, &modules))
        guard size > 0 else { return nil }
        self.modules = Array(modules.prefix(size * size))
    }

    /// Whether a module is dark; both from 0 to `size` - 1.
    subscript(row: Int, column: Int) -> Bool { modules[row * size + column] != 0 }

    /// The code with its quiet zone for a terminal with light text on a dark background, all lines equally wide.
    ///
    /// What is drawn are the light modules, and the background stands for the dark ones: drawn the other way round the
    /// code would be reversed in colour, which many readers do not read.
    /// - Parameter utf8: whether the terminal has block elements (U+2580 to U+2588). Then a character is a column of
    ///   two modules, which makes them about square, as a cell is about twice as high as wide. Without, a module is two
    ///   characters on one line: `##`, the densest of ASCII that every font has, or blanks
    func lines(utf8: Bool) -> [String] {
        let all = -Self.quietZone..<size + Self.quietZone
        guard utf8 else {
            return all.map { row in all.map { isLight(row, $0) ? "##" : "  " }.joined() }
        }
        // The number of rows is odd: the lower half of the last line stays dark, as all below it.
        return stride(from: all.lowerBound, to: all.upperBound, by: 2).map { row in
            all.map { column in
                switch (isLight(row, column), isLight(row + 1, column)) {
                case (true, true): "█"
                case (true, false): "▀"
                case (false, true): "▄"
                case (false, false): " "
                }
            }.joined()
        }
    }

    /// Whether a module of the code or of its quiet zone is light; what lies beyond is not.
    private func isLight(_ row: Int, _ column: Int) -> Bool {
        let code = 0..<size
        if code.contains(row), code.contains(column) { return !self[row, column] }
        return row < size + Self.quietZone
    }
}
