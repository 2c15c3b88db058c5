import Document
import Glibc
import Host
import Recipe
import Sandbox
import TestSupport
import Testing

@testable import RootTree

/// The whole way from an installed tree to its squashfs, on every rung of the ladder (DESIGN.md, decision 11).
@Suite(.serialized) struct LadderTests {
    private static let user = "nodewright-ladder-test"
    private static let position = Position(file: "recipe.yaml")

    /// Listings and images are equal, byte for byte, whatever the build may do.
    @Test func imagesAreIdentical() throws {
        guard getuid() == 0 else {
            print("skipped: needs root, to make a user with subordinate ids")
            return
        }
        try Command("useradd", ["--create-home", Self.user]).run().check()
        defer { _ = try? Command("userdel", ["--remove", "--force", Self.user]).run() }
        let home = "/home/\(Self.user)"
        let program = Path.join(home, "nodewright")
        try File.copy(try Programs.built("nodewright"), to: program)

        var listings: [String: String] = [:]
        var images: [String: [UInt8]] = [:]
        for rung in [Rung.root, .subordinateIDs, .singleID] {
            let folder = Path.join(home, rung.rawValue)
            try makeBase(folder + "/base")
            try File.write(folder + "/job", customisation(folder).json(rung: rung))
            try File.write(folder + "/pack", packingJob(folder, rung))
            try Folder.create(folder + "/out")
            try Command("chown", ["-R", "\(Self.user):", home]).run().check()
            func worker(_ name: String, _ job: String) throws -> [UInt8] {
                let arguments = ["__worker", name, rung.rawValue, String(getpid())]
                // setpriv becomes the program, so that we are its parent either way.
                let other = ["--reuid", Self.user, "--regid", Self.user, "--init-groups", program]
                let command =
                    rung == .root
                    ? Command(program, arguments, input: .bytes(try File.read(job)))
                    : Command(
                        "setpriv", other + arguments, environment: ["HOME": home], input: .bytes(try File.read(job)))
                return try command.run().check().output
            }
            _ = try during("customising as \(rung)") { try worker("customise", folder + "/job") }
            _ = try during("packing as \(rung)") { try worker("pack", folder + "/pack") }
            listings[rung.rawValue] = try File.readText(folder + "/out/root.list")
            images[rung.rawValue] = try File.read(folder + "/out/root.squashfs")
        }
        let root = try #require(listings["root"])
        #expect(root.contains("\t995\t994\t"))
        #expect(root.contains("f\t4755\t0\t0\t"))
        for (_, listing) in listings { #expect(listing == root) }
        // Not only the listing: the packed file systems are the same bytes.
        #expect(Set(images.values).count == 1)
    }

    /// A tree in which a script can run: the host's own shell and a few tools with their libraries.
    private func makeBase(_ folder: String) throws {
        let host = Tree("/")
        var closure = try LibraryClosure(host)
        for program in ["/usr/bin/bash", "/usr/bin/chown", "/usr/bin/chmod", "/usr/bin/touch"] {
            try closure.add(program)
        }
        try Folder.create(folder)
        let tree = Tree(folder)
        for path in closure.paths where File.kind(path) == .regular { try tree.copy(path, to: path, mode: 0o755) }
        for path in closure.paths where File.kind(path) == .link { try tree.link(path, to: try File.linkTarget(path)) }
        for name in ["bin", "lib", "lib64", "sbin"] where File.kind("/" + name) == .link {
            try tree.link("/" + name, to: try File.linkTarget("/" + name))
        }
        try tree.write("/etc/passwd", "root:x:0:0::/root:/bin/bash\nchrony:x:995:994::/:/sbin/nologin\n")
        try tree.write("/etc/group", "root:x:0:\nchrony:x:994:\n")
        try tree.write("/var/lib/secret", "secret", mode: 0)
        try tree.write("/usr/lib/os-release", "NAME=Test\n")
    }

    private func customisation(_ folder: String) throws -> Customisation {
        try Folder.create(folder + "/overlay/etc")
        try File.write(folder + "/overlay/etc/chrony.key", "key")
        try File.write(
            folder + "/script",
            "#!/bin/bash\nset -e\ntouch /usr/bin/tool\nchown 995:994 /usr/bin/tool\nchmod 4755 /usr/bin/tool\n",
            mode: 0o755)
        let none = ResolvedRecipe.Trim.Selection(keep: [], remove: [])
        let trim = ResolvedRecipe.Trim(
            files: [.init(pattern: try Glob("/usr/bin/touch"), isOptional: false, position: Self.position)],
            keepFiles: [],
            locales: nil, docs: Position(file: "recipe.yaml"), kernelModules: none, firmware: none,
            referencedFirmware: nil)
        let rule = ResolvedRecipe.Overlay.Rule(
            files: try Glob("/etc/chrony.key"), mode: 0o640, user: "chrony", group: "chrony", position: Self.position)
        return Customisation(
            name: "test", version: "1", variant: "test-variant",
            overlays: [.init(path: folder + "/overlay", rules: [rule], position: Self.position)],
            users: [
                .init(
                    name: "admin", uid: nil, comment: nil, groups: [], shell: nil, home: nil,
                    sshKeys: ["ssh-ed25519 KEY"],
                    passwordHash: nil, position: Self.position)
            ], services: .init(enable: [], disable: [], mask: []), trim: trim,
            scripts: [.init(path: folder + "/script", arguments: [], position: Self.position)], base: folder + "/base",
            stage: folder + "/stage", epoch: 1_700_000_000)
    }

    /// What an image without packages says about itself.
    private var manifest: JSONValue {
        [
            "format": 1, "name": "test", "version": "1", "arch": "x86_64", "source-date": 0, "kernel": "",
            "kernel-arguments": [], "requests": [], "packages": [], "trims": [], "files": [],
        ]
    }

    private func packingJob(_ folder: String, _ rung: Rung) -> [UInt8] {
        JSON.bytes([
            "rung": .string(rung.rawValue), "base": .string(folder + "/base"), "customised": .string(folder + "/stage"),
            "packages": [], "epoch": 1_700_000_000, "zstd-level": 1, "block-size": 131072,
            "output": .string(folder + "/out"), "manifest": manifest,
        ])
    }
}
