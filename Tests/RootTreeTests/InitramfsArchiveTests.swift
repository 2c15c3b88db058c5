import Host
import Testing

@testable import RootTree

@Suite struct InitramfsArchiveTests {
    private func sample(_ order: [Int]) throws -> [UInt8] {
        let entries: [(String, InitramfsArchive.Entry)] = [
            ("/usr/bin/mount", .file(Array("program".utf8), mode: 0o755)),
            ("/bin", .link(to: "usr/bin")),
            ("/dev/console", .characterDevice(major: 5, minor: 1)),
            ("/etc/empty", .file([])),
        ]
        var archive = InitramfsArchive()
        for index in order { archive.put(entries[index].0, entries[index].1) }
        return try archive.bytes(epoch: 1_700_000_000)
    }

    @Test func isReadByCpio() throws {
        let listing = try Command(
            "cpio", ["-itv", "--quiet", "--numeric-uid-gid"], input: .bytes(try sample([0, 1, 2, 3]))
        ).run().check().text
        let lines = listing.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(
            lines.map { $0.first ?? "" } == [
                "lrwxrwxrwx", "drwxr-xr-x", "crw-------", "drwxr-xr-x", "-rw-r--r--", "drwxr-xr-x", "drwxr-xr-x",
                "-rwxr-xr-x",
            ])
        #expect(lines.allSatisfy { $0[2] == "0" && $0[3] == "0" })
        #expect(lines[0].suffix(3) == ["bin", "->", "usr/bin"])
        #expect(lines[2].contains("5,") && lines[2].contains("1"))
        #expect(
            lines.map { $0.last ?? "" } == [
                "usr/bin", "dev", "dev/console", "etc", "etc/empty", "usr", "usr/bin", "usr/bin/mount",
            ])
    }

    @Test func dependsOnNothingButItsContent() throws {
        let first = try sample([0, 1, 2, 3])
        let second = try sample([3, 2, 1, 0])
        #expect(first == second)
    }
}
