import Host
import TestSupport
import Testing

@testable import NodewrightCommands

@Suite struct DoctorTests {
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))

    /// Convention: the code runs no program that the list does not name.
    @Test func everyProgramInTheSourcesIsInTheList() throws {
        let listed = Set(ExternalProgram.all.map(\.name))
        let sources = Path.join(Self.package, "Sources")
        var used: Set<String> = []
        for file in try Folder.walk(sources).filter({ $0.hasSuffix(".swift") }) {
            // Programs of a node run on the node, from its own packages.
            let node = ["Console/", "Node/", "NodectlCommands/", "NodewrightCommands/ExternalProgram.swift"]
            if node.contains(where: file.hasPrefix) { continue }
            let text = try File.readText(Path.join(sources, file)).split(separator: "\n").filter { !$0.contains("///") }
                .joined(separator: "\n")
            for match in text.matches(of: /(?:[^.\w](?:Command|run)|\.program)\(\s*"([a-z0-9][-a-z0-9._+]*)"/) {
                let name = String(match.output.1)
                used.insert(name)
                #expect(listed.contains(name), "Sources/\(file) runs \(name)")
            }
        }
        #expect(used.isSuperset(of: ["xorriso", "unsquashfs", "mcopy"]), "the pattern finds what it should")
    }

    /// `make setup` installs what doctor asks for.
    @Test func everyPackageIsInTheDependencies() throws {
        let text = try File.readText(Path.join(Self.package, "packaging/dependencies"))
        func packages(_ family: String) -> Set<String> {
            Set(
                text.split(separator: "\n").filter { $0.hasPrefix(family + ":") }.flatMap {
                    $0.split(separator: " ").dropFirst()
                }.map(String.init))
        }
        for program in ExternalProgram.all {
            #expect(packages("apt").contains(program.apt), "\(program.name)")
            #expect(packages("dnf").contains(program.dnf), "\(program.name)")
        }
    }

    /// The lab is made from Debian's archive, whose keys and mirror other distributions do not have by themselves.
    @Test func theLabNeedsKeysAndAMirror() throws {
        let result = try Command(Programs.built("nodewright"), ["doctor", "--only", "lab"]).run()
        let lines = result.text.split(separator: "\n").map(String.init)
        let keys = try #require(lines.first { $0.hasPrefix("Debian's keys") })
        #expect(keys.contains("/debian-archive-keyring.") || keys.contains("debian-keyring (Fedora)"))
        let mirror = try #require(lines.first { $0.hasPrefix("Debian's mirror") })
        #expect(mirror.contains("/debian") || mirror.contains("--mirror"))
    }

    @Test func whatIsMissingIsNamedWithItsPackage() throws {
        let program = try Programs.built("nodewright")
        try Folder.withTemporary { folder in
            // Environment.program looks into the sbin folders, too: createrepo_c is in neither.
            let result = try Command(
                "/usr/bin/env", ["PATH=\(folder)", program, "doctor", "--only", "lab"]
            ).run()
            #expect(result.status == ExitStatus.incompatible.rawValue)
            #expect(result.text.contains("createrepo_c"))
            #expect(result.text.contains("missing"))
            #expect(result.errorTail.contains("createrepo"))
        }
    }
}
