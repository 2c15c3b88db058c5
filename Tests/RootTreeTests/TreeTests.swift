import Glibc
import Host
import Testing

@testable import RootTree

@Suite struct TreeTests {
    /// path, where it leads, the links on the way
    @Test(arguments: [
        ("/usr/bin/sh", "/usr/bin/bash", ["/usr/bin/sh"]),
        ("/bin/sh", "/usr/bin/bash", ["/bin", "/usr/bin/sh"]),
        ("/usr/bin/../bin/./bash", "/usr/bin/bash", []),
        // Neither many ".." nor an absolute link leave the tree.
        ("/escape/usr/bin/bash", "/usr/bin/bash", ["/escape"]),
        ("/../../usr/bin/bash", "/usr/bin/bash", []),
        ("/absolute", "/usr/bin/bash", ["/absolute", "/bin"]),
    ])
    func resolvesInside(_ path: String, _ target: String, _ links: [String]) throws {
        try withFixture { tree in
            let found = try tree.resolve(path)
            #expect(found == Tree.Resolution(path: target, links: links))
        }
    }

    @Test(arguments: ["/nothing", "/dangling", "/usr/bin/bash/x", "/passwd"])
    func findsNothing(_ path: String) throws {
        try withFixture { tree in
            let found = try tree.resolve(path)
            #expect(found == nil)
        }
    }

    @Test func refusesLoops() throws {
        try withFixture { tree in
            _ = #expect(throws: Failure.self) { try tree.resolve("/loop/x") }
        }
    }

    private func withFixture(_ body: (Tree) throws -> Void) throws {
        try Folder.withTemporary { folder in
            try Folder.create(folder + "/usr/bin")
            try File.write(folder + "/usr/bin/bash", "x")
            for (path, target) in [
                ("/usr/bin/sh", "bash"), ("/bin", "usr/bin"), ("/escape", "../../../.."), ("/absolute", "/bin/bash"),
                ("/dangling", "nowhere"), ("/loop", "loop"), ("/passwd", "/etc/passwd"),
            ] {
                try File.link(folder + path, to: target)
            }
            try body(Tree(folder))
        }
    }
}
