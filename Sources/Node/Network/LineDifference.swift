/// What changes between two texts, line by line: those that go with `-`, those that come with `+`, and the group that they stand in.
enum LineDifference {
    /// More lines than this are not compared one by one: the table would grow with their square.
    private static let limit = 2000

    /// The changed lines in their order; empty when nothing changes.
    ///
    /// - Parameter context: lines around a change that are shown, too
    static func lines(from old: String, to new: String, context: Int = 0) -> [String] {
        let before = old.split(separator: "\n").map(String.init)
        let after = new.split(separator: "\n").map(String.init)
        if before == after { return [] }
        guard before.count <= limit, after.count <= limit else {
            return before.map { "- " + $0 } + after.map { "+ " + $0 }
        }
        // The length of the longest common end of both texts, from each pair of lines on.
        var common = [[Int]](repeating: [Int](repeating: 0, count: after.count + 1), count: before.count + 1)
        for row in before.indices.reversed() {
            for column in after.indices.reversed() {
                common[row][column] =
                    before[row] == after[column]
                    ? common[row + 1][column + 1] + 1 : max(common[row + 1][column], common[row][column + 1])
            }
        }
        var marked: [(changed: Bool, text: String)] = []
        var (row, column) = (0, 0)
        while row < before.count || column < after.count {
            if row < before.count, column < after.count, before[row] == after[column] {
                marked.append((false, "  " + before[row]))
                (row, column) = (row + 1, column + 1)
            } else if row < before.count, column == after.count || common[row + 1][column] >= common[row][column + 1] {
                marked.append((true, "- " + before[row]))
                row += 1
            } else {
                marked.append((true, "+ " + after[column]))
                column += 1
            }
        }
        return marked.indices.compactMap { index in
            let near = marked[max(0, index - context)...min(marked.count - 1, index + context)]
            return near.contains { $0.changed } ? marked[index].text : nil
        }
    }
}
