import Artefacts
import Glibc
import Host
import Testing

@testable import Build
@testable import Packages
@testable import RootTree

/// The way of a tree into its image: nothing that the ownership table says gets lost.
@Suite struct SquashfsEntryTests {
    private static let ping = PackageFile(
        path: "/usr/bin/ping", mode: 0o100755, user: "root", group: "root", capabilities: "cap_net_raw=p",
        linkTarget: nil, size: 0, modified: 1_600_000_000, language: nil, package: "sample-1-1.x86_64", isGhost: false,
        isConfig: false, isDocumentation: false)

    @Test func ownersTimesCapabilitiesAndNames() throws {
        try Folder.withTemporary { folder in
            let tree = Tree(Path.join(folder, "tree"))
            try Folder.create(tree.folder)
            try tree.write("/etc/passwd", "root:x:0:0::/root:/bin/bash\nchrony:x:995:994::/:/sbin/nologin\n")
            try tree.write("/etc/group", "root:x:0:\nchrony:x:994:\n")
            try tree.write("/usr/bin/ping", "ping", mode: 0o755)
            try check("link") { Glibc.link(tree.host("/usr/bin/ping"), tree.host("/usr/bin/ping6")) }
            try tree.write("/opt/zoë", "text", mode: 0o640)
            try tree.link("/bin", to: "usr/bin")
            let rule = OwnershipTable.Rule(
                path: "/opt/zoë", user: "chrony", group: "chrony", mode: 0o2600, source: "overlay")
            let table = try OwnershipTable(tree, packages: [Self.ping], rules: [rule])
            let root = try ImageTree(tree, ownership: table, epoch: 1_700_000_000)
            let checksums = try root.checksums()
            let image = Path.join(folder, "image")
            try Squashfs(epoch: 1_700_000_000).write(
                root.entries.map { try SquashfsEntry($0, of: root, checksums) }, to: image)

            let listing = try Command("unsquashfs", ["-lln", "-UTC", image]).run().check().text
            #expect(listing.contains("-rw---S--- 995/994 "), "\(listing)")
            #expect(listing.contains("2023-11-14 22:13 squashfs-root/opt/zoë"))
            #expect(listing.contains("2020-09-13 12:26 squashfs-root/usr/bin/ping"))
            #expect(listing.contains("squashfs-root/bin -> usr/bin"))
            let out = Path.join(folder, "out")
            try Command("unsquashfs", ["-quiet", "-no-progress", "-d", out, image, "usr/bin"]).run().check()
            var one = stat()
            var other = stat()
            stat(Path.join(out, "usr/bin/ping"), &one)
            stat(Path.join(out, "usr/bin/ping6"), &other)
            #expect(one.st_ino == other.st_ino && one.st_ino != 0)
            // Only root may set the attribute that unsquashfs then restores.
            if getuid() == 0, Environment.program("getcap") != nil {
                let text = try Command("getcap", [Path.join(out, "usr/bin/ping")]).run().check().text
                #expect(text.hasSuffix("ping cap_net_raw=p\n"))
            }
        }
    }
}
