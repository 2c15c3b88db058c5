import Host
import Testing

@testable import RootTree

@Suite struct LibraryClosureTests {
    /// The libraries that the host's own loader would take.
    @Test(arguments: ["/bin/bash", "/usr/bin/curl", "/usr/bin/udevadm", "/usr/bin/qemu-system-x86_64"])
    func agreesWithTheLoader(_ program: String) throws {
        guard File.exists(program) else { return }
        let tree = Tree("/")
        var closure = try LibraryClosure(tree) { _ in false }
        try closure.add(program)
        let output = try Command("ldd", [program]).run().check().text
        let expected = try output.split(separator: "\n").compactMap { line -> String? in
            guard let path = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first(where: { $0.hasPrefix("/") })
            else { return nil }
            return try tree.resolve(String(path))?.path
        }
        let found = closure.paths.filter { File.kind($0) == .regular }
        let own = try tree.resolve(program).map { [$0.path] } ?? []
        #expect(found == Set(expected + own))
    }

    @Test func namesTheMissingLibrary() throws {
        try Folder.withTemporary { folder in
            try Folder.create(folder + "/usr/bin")
            try File.copy("/bin/bash", to: folder + "/usr/bin/bash")
            var closure = try LibraryClosure(Tree(folder))
            let failure = #expect(throws: Failure.self) { try closure.add("/usr/bin/bash") }
            #expect(failure?.message.contains("/usr/bin/bash") == true)
        }
    }

    /// Suggested libraries stay out unless chosen; the first alternative that exists is taken; missing ones are skipped.
    @Test func followsDlopenNotes() throws {
        try Folder.withTemporary { folder in
            try Folder.create(folder + "/usr/lib64")
            let note = dlopenNote(
                #"[{"feature":"a","soname":["liba.so.2","liba.so.1"]},{"feature":"b","priority":"suggested","soname":["libb.so"]},{"feature":"c","soname":["libc.so"]}]"#
            )
            try File.write(folder + "/usr/lib64/top.so", elfFile(sections: [(".note.dlopen", 7, note)]))
            for name in ["liba.so.1", "libb.so"] {
                try File.write(folder + "/usr/lib64/" + name, elfFile(sections: []))
            }
            var closure = try LibraryClosure(Tree(folder))
            try closure.add("/usr/lib64/top.so")
            #expect(closure.paths == ["/usr/lib64/top.so", "/usr/lib64/liba.so.1"])
            var all = try LibraryClosure(Tree(folder)) { _ in true }
            try all.add("/usr/lib64/top.so")
            #expect(all.paths == ["/usr/lib64/top.so", "/usr/lib64/liba.so.1", "/usr/lib64/libb.so"])
        }
    }
}
