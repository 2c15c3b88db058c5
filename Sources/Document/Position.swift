/// A place in a text file.
///
/// Lines and columns start at 1; columns count characters (Unicode scalars), as editors do.
public struct Position: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The file as the person named it.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1.
    public let column: Int

    /// A place in a file.
    public init(file: String, line: Int = 1, column: Int = 1) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `recipe.yaml:12:5`, the form that editors and terminals make clickable.
    public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }

    /// A file as a whole, or something else that has no lines, such as an option of the command line.
    public static func whole(_ file: String) -> Position { Position(file: file, line: 0, column: 0) }

    /// By file, then from the top of the file to its end.
    public static func < (left: Position, right: Position) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }

    /// The place of a byte in a text; used only for reporting, so it walks from the start.
    static func of(offset: Int, in bytes: [UInt8], file: String) -> Position {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return Position(file: file, line: line, column: column)
    }
}
