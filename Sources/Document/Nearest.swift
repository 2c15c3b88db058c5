/// The candidate that a mistyped word most likely meant; nil when none is close.
///
/// Close means at most one edit (insertion, deletion, replacement or swap of neighbours) for every three characters. A word
/// that is the same but for case, `-` and `_` is always close. Ties go to the first candidate.
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    var best: (word: String, distance: Int)?
    let plain = simplified(word)
    for candidate in candidates {
        let distance = simplified(candidate) == plain ? 0 : editDistance(word, candidate)
        if distance <= max(1, min(word.utf8.count, candidate.utf8.count) / 3), distance < best?.distance ?? .max {
            best = (candidate, distance)
        }
    }
    return best?.word
}

private func simplified(_ word: String) -> String { word.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " } }

/// The restricted Damerau-Levenshtein distance of two short words.
private func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8)
    let right = Array(right.utf8)
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 1...left.count {
        var current = [row] + [Int](repeating: 0, count: right.count)
        for column in 1...right.count {
            let replaced = last[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
            current[column] = min(replaced, last[column] + 1, current[column - 1] + 1)
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                current[column] = min(current[column], beforeLast[column - 2] + 1)
            }
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
