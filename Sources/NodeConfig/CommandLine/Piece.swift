/// A piece of a word's value with the place where it begins, counted in characters from 0.
struct Piece: Hashable {
    let text: String
    let offset: Int

    var isEmpty: Bool { text.isEmpty }
}

extension Piece {
    /// The pieces between separators, empty ones too.
    ///
    /// - Parameter keepsBrackets: whether `[…]` is never cut, as IPv6 addresses are written; a bracket that is not closed
    ///   keeps nothing together
    func split(_ separator: Unicode.Scalar, keepsBrackets: Bool = false) -> [Piece] {
        let scalars = text.unicodeScalars
        // From here on no bracket is closed any more: found once, so that `[[[[[…` is not searched again and again.
        let lastClosing = keepsBrackets ? scalars.lastIndex(of: "]") : nil
        var fields: [Piece] = []
        var piece = String.UnicodeScalarView()
        var start = offset
        var place = offset
        var inBrackets = false
        for index in scalars.indices {
            let scalar = scalars[index]
            place += 1
            if scalar == separator, !inBrackets {
                fields.append(Piece(text: String(piece), offset: start))
                piece = .init()
                start = place
                continue
            }
            if scalar == "[", let lastClosing, index < lastClosing { inBrackets = true }
            if scalar == "]" { inBrackets = false }
            piece.append(scalar)
        }
        fields.append(Piece(text: String(piece), offset: start))
        return fields
    }

    /// What stands before and after the first separator; nil without one.
    func cut(_ separator: Unicode.Scalar) -> (Piece, Piece)? {
        let scalars = text.unicodeScalars
        guard let index = scalars.firstIndex(of: separator) else { return nil }
        let before = scalars[..<index]
        return (
            Piece(text: String(before), offset: offset),
            Piece(text: String(scalars[scalars.index(after: index)...]), offset: offset + before.count + 1)
        )
    }

    /// The inside of `[…]`; nil without brackets.
    var unbracketed: Piece? {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.utf8.count >= 2 else { return nil }
        return Piece(text: String(text.dropFirst().dropLast()), offset: offset + 1)
    }
}
