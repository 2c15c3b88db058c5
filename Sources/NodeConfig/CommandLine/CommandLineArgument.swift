/// One argument that the node understands: a row of the published table, and how it is read.
struct CommandLineArgument: Sendable {
    typealias Word = KernelCommandLine.Word

    /// Its names; the first is the one to use.
    let names: [String]
    /// Every form, without the name and `=`: `""` is the bare word.
    let forms: [String]
    /// The keys of the node configuration that it sets.
    let keys: [String]
    /// What it does, in full sentences.
    let meaning: String
    /// A word that works.
    let example: String
    /// Whether its value must not be repeated anywhere.
    let isSecret: Bool
    /// Reads it; nil for words that other programs read.
    let read: (@Sendable (inout CommandLineReader, Word) -> Void)?

    init(
        _ names: String..., forms: [String], keys: [String] = [], _ meaning: String, example: String,
        isSecret: Bool = false, read: (@Sendable (inout CommandLineReader, Word) -> Void)? = nil
    ) {
        self.names = names
        self.forms = forms
        self.keys = keys
        self.meaning = meaning
        self.example = example
        self.isSecret = isSecret
        self.read = read
    }
}
