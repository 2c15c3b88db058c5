import Document
import Host
import TestSupport
import Testing

/// Help is an interface: what every command says about itself is held against `Tests/Golden/help`.
@Suite struct HelpTests {
    private static let golden = Path.normalized(Path.join(Path.parent(#filePath), "../Golden/help"))

    /// The arguments of every command that a program has, as it describes itself.
    private func commands(of program: String) throws -> [[String]] {
        let dump = try Command(try Programs.built(program), ["--experimental-dump-help"]).run().check().output
        let root = try #require(try JSON.parse(dump, file: program)["command"])
        func visit(_ node: Node, _ path: [String]) -> [[String]] {
            let children = (node["subcommands"]?.sequence ?? []).filter {
                $0["shouldDisplay"]?.bool != false && $0["commandName"]?.string != "help"
            }
            return [path] + children.flatMap { visit($0, path + [$0["commandName"]?.string ?? ""]) }
        }
        return visit(root, [])
    }

    @Test(arguments: ["nodewright", "nodectl"]) func helpIsWhatWasReviewed(program: String) throws {
        let records = Environment.variable("NODEWRIGHT_RECORD") != nil
        var known: Set<String> = []
        for command in try commands(of: program) {
            let help = try Command(try Programs.built(program), command + ["--help"]).run().check().text
            let name = ([program] + command).joined(separator: "-") + ".txt"
            known.insert(name)
            let file = Path.join(Self.golden, name)
            if records {
                try File.write(file, help)
                Issue.record("recorded \(name); review it and run again without NODEWRIGHT_RECORD")
                continue
            }
            let expected = try? File.readText(file)
            #expect(help == expected, "NODEWRIGHT_RECORD=1 swift test --filter HelpTests writes \(name) anew")
        }
        let left = try Folder.list(Self.golden).filter { $0.hasPrefix(program) && !known.contains($0) }
        #expect(left.isEmpty, "commands that are gone")
    }

    /// DESIGN: every command's help has an example, and nothing that a terminal of 80 columns breaks.
    @Test(arguments: ["nodewright", "nodectl"]) func helpHasAnExampleAndFits(program: String) throws {
        for command in try commands(of: program) {
            let help = try Command(try Programs.built(program), command + ["--help"]).run().check().text
            let name = ([program] + command).joined(separator: " ")
            #expect(help.contains("EXAMPLE") || help.contains("Example"), "\(name)")
            #expect(
                help.split(separator: "\n").contains { $0.contains(program + " ") && !$0.hasPrefix("USAGE") }, "\(name)"
            )
            // The parser does not break the line of the usage.
            let long = help.split(separator: "\n").filter { $0.count > 80 && !$0.hasPrefix("USAGE:") }
            #expect(long.isEmpty, "\(name): \(long)")
        }
    }
}
