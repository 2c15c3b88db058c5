import Glibc
import Host
import Testing

@testable import Packages
@testable import RootTree

func packageFile(
    _ path: String, mode: UInt32, user: String = "root", group: String = "root", capabilities: String? = nil
) -> PackageFile {
    PackageFile(
        path: path, mode: mode, user: user, group: group, capabilities: capabilities, linkTarget: nil, size: 0,
        modified: 1_600_000_000, language: nil, package: "sample-1-1.x86_64", isGhost: false, isConfig: false,
        isDocumentation: false)
}

/// A small tree with everything that an image can hold.
func withSampleTree(_ body: (Tree) throws -> Void) throws {
    try Folder.withTemporary { folder in
        let tree = Tree(folder)
        try tree.write("/etc/passwd", "root:x:0:0::/root:/bin/bash\nchrony:x:995:994::/:/sbin/nologin\n")
        try tree.write("/etc/group", "root:x:0:\ntty:x:5:\nchrony:x:994:\n")
        try tree.write("/usr/bin/ping", "ping", mode: 0o755)
        try check("link") { Glibc.link(folder + "/usr/bin/ping", folder + "/usr/bin/ping6") }
        try tree.write("/usr/bin/wall", "wall", mode: 0o755)
        try tree.write("/opt/zoë", "text", mode: 0o640)
        try tree.link("/bin", to: "usr/bin")
        try tree.write(
            "/usr/lib/tmpfiles.d/chrony.conf", "# comment\nd /var/lib/chrony 0750 chrony chrony -\nL /run/x - - - - y\n"
        )
        try tree.createFolder("/usr/share/factory/var/lib/chrony")
        try tree.createFolder("/run/left")
        try body(tree)
    }
}

extension ImageTree {
    /// The listing with the checksums that are in the tree.
    fileprivate func checkedListing() throws -> String { listing(try checksums()) }
}

@Suite struct ImageTreeTests {
    private static let packages = [
        packageFile("/bin/ping", mode: 0o100755, capabilities: "cap_net_raw=p"),
        packageFile("/usr/bin/wall", mode: 0o102755, group: "tty"),
        packageFile("/usr/bin/missing", mode: 0o100755, user: "nobody-knows"),
    ]

    /// The root file system is read-only, and keys that may log in must outlast a restart.
    @Test func theFolderOfRootBelongsToVar() throws {
        try withSampleTree { tree in
            try tree.write("/root/.bashrc", "settings")
            try tree.write("/root/.ssh/authorized_keys", "key", mode: 0o600)
            chmod(tree.host("/root"), 0o550)
            try tree.createFolder("/var")
            let files = SystemFiles(tree: tree)
            let own = try files.moveRoot()
            try files.moveVar()
            let packages = [
                packageFile("/root", mode: 0o040550), packageFile("/root/.bashrc", mode: 0o100640, user: "chrony"),
            ]
            let overlay = OwnershipTable.Rule(path: "/root/.ssh/authorized_keys", mode: 0o600, source: "overlay")
            let table = try OwnershipTable(tree, packages: packages, rules: [overlay] + own)
            let lines = try ImageTree(tree, ownership: table, epoch: 1_700_000_000).checkedListing().split(
                separator: "\n")
            func fields(_ path: String) -> [Substring] {
                lines.first { $0.hasSuffix("\t" + path) }?.split(separator: "\t") ?? []
            }
            #expect(fields("/root -> var/roothome").first == "l")
            // sshd refuses keys in a folder that others may write, and nobody else has to look into it.
            let home = "/usr/share/factory/var/roothome"
            #expect(fields(home)[..<4].elementsEqual(["d", "0700", "0", "0"]))
            #expect(fields(home + "/.bashrc")[..<4].elementsEqual(["f", "0640", "995", "0"]))
            #expect(fields(home + "/.ssh/authorized_keys")[..<4].elementsEqual(["f", "0600", "0", "0"]))
            #expect(table.packages[home + "/.bashrc"] == "sample-1-1.x86_64")
            #expect(try tree.list("/var").isEmpty)
            // A second time, and where an overlay has decided otherwise, nothing happens.
            #expect(try files.moveRoot().isEmpty)
        }
    }

    @Test func theImageSaysWhatItIs() throws {
        try withSampleTree { tree in
            try tree.write("/usr/lib/os-release", "NAME=Sample\nVARIANT_ID=server\nVERSION_ID=43\n")
            try SystemFiles(tree: tree).writeRelease(name: "rack", version: "2", variant: "ovirt-node")
            let lines = try tree.lines("/usr/lib/os-release").map(String.init)
            #expect(
                lines == [
                    "NAME=Sample", "VERSION_ID=43", "IMAGE_ID=\"rack\"", "IMAGE_VERSION=\"2\"",
                    "VARIANT=\"Nodewright\"", "VARIANT_ID=\"ovirt-node\"",
                ])
        }
    }

    @Test func takesOwnersFromTheTable() throws {
        try withSampleTree { tree in
            let rule = OwnershipTable.Rule(path: "/opt/zoë", user: "chrony", mode: 0o600, source: "overlay")
            let table = try OwnershipTable(tree, packages: Self.packages, rules: [rule])
            let lines = try ImageTree(tree, ownership: table, epoch: 1_700_000_000).checkedListing().split(
                separator: "\n")
            func fields(_ path: String) -> [Substring] {
                lines.first { $0.hasSuffix("\t" + path) }?.split(separator: "\t") ?? []
            }
            #expect(fields("/usr/bin/ping")[..<5].elementsEqual(["f", "0755", "0", "0", "4"]))
            #expect(fields("/usr/bin/ping")[6] == "cap_net_raw=p")
            #expect(fields("/usr/bin/ping6 = /usr/bin/ping")[0] == "h")
            #expect(fields("/usr/bin/wall")[..<4].elementsEqual(["f", "2755", "0", "5"]))
            #expect(fields("/opt/zoë")[..<4].elementsEqual(["f", "0600", "995", "0"]))
            #expect(fields("/usr/share/factory/var/lib/chrony")[..<4].elementsEqual(["d", "0750", "995", "994"]))
            #expect(fields("/bin -> usr/bin")[..<2].elementsEqual(["l", "0777"]))
            // Mounted over at boot: the folder stays, its content does not.
            #expect(fields("/run").first == "d")
            #expect(fields("/run/left").isEmpty)
        }
    }

    @Test func namesThePackageOfAnUnknownUser() throws {
        try withSampleTree { tree in
            let file = packageFile("/usr/bin/wall", mode: 0o100755, user: "ghost-user")
            let failure = #expect(throws: Failure.self) { try OwnershipTable(tree, packages: [file]) }
            #expect(failure?.message.contains("sample-1-1.x86_64") == true)
            #expect(failure?.message.contains("/usr/bin/wall") == true)
            #expect(failure?.message.contains("ghost-user") == true)
        }
    }
}
