import Document
import Glibc
import Host
import Recipe
import Testing

@testable import RootTree

private let place = Position(file: "recipe.yaml", line: 3, column: 5)

@Suite struct OverlayCopyTests {
    @Test(arguments: [
        ("../usr/bin", "/etc/x", true), ("../../usr", "/etc/x", false), ("/etc/passwd", "/x", true),
        ("../../etc/passwd", "/x", false),
        ("a/../../../b", "/etc/x", false), ("a/../../b", "/etc/x", true),
    ])
    func judgesLinks(_ target: String, _ path: String, _ stays: Bool) {
        #expect(OverlayCopy.staysInside(target, of: path) == stays)
    }

    @Test func copiesWithModesThroughLinks() throws {
        try Folder.withTemporary { scratch in
            try Folder.create(scratch + "/tree")
            try Folder.create(scratch + "/overlay")
            let tree = Tree(scratch + "/tree")
            try tree.createFolder("/usr/bin")
            try tree.link("/bin", to: "usr/bin")
            try tree.link("/etc/old", to: "/nowhere")
            let source = Tree(scratch + "/overlay")
            try source.write("/bin/tool", "#!/bin/sh\n", mode: 0o744)
            try source.write("/bin/mine", "#!/bin/sh\n", mode: 0o700)
            try source.write("/etc/old", "new", mode: 0o664)
            try source.write("/etc/secret", "hidden", mode: 0o600)
            try source.createFolder("/etc/private")
            chmod(scratch + "/overlay/etc/private", 0o700)
            try source.write("/etc/ssh/key", "secret")
            try source.link("/etc/link", to: "ssh/key")
            let rule = ResolvedRecipe.Overlay.Rule(
                files: try Glob("/etc/ssh/*"), mode: 0o600, user: nil, group: "ssh", position: place)
            var copy = OverlayCopy(tree)
            try copy.copy(.init(path: scratch + "/overlay", rules: [rule], position: place))
            #expect(File.kind(scratch + "/tree/bin") == .link)
            let tool = try tree.read("/usr/bin/tool")
            #expect(tool == Array("#!/bin/sh\n".utf8))
            #expect(File.kind(scratch + "/tree/etc/old") == .regular)
            let modes = Dictionary(copy.rules.map { ($0.path, $0) }) { $1 }
            #expect(modes["/bin/tool"]?.mode == 0o755)
            #expect(modes["/etc/old"]?.mode == 0o644)
            #expect(modes["/etc/ssh/key"]?.mode == 0o600)
            #expect(modes["/etc/secret"]?.mode == 0o600)
            #expect(modes["/etc/private"]?.mode == 0o700)
            #expect(modes["/bin/mine"]?.mode == 0o700)
            #expect(modes["/etc/ssh/key"]?.group == "ssh")
        }
    }

    /// A checkout with a umask of 077 would give an image whose services cannot read their settings.
    @Test func refusesWhatAUmaskMadePrivate() throws {
        try Folder.withTemporary { scratch in
            try Folder.create(scratch + "/tree")
            try Folder.create(scratch + "/overlay/etc", mode: 0o700)
            try File.write(scratch + "/overlay/etc/settings", "x", mode: 0o600)
            var copy = OverlayCopy(Tree(scratch + "/tree"))
            let failure = #expect(throws: Failure.self) {
                try copy.copy(.init(path: scratch + "/overlay", rules: [], position: place))
            }
            #expect(failure?.status == .invalidInput)
            #expect(failure?.hint?.contains("chmod") == true)
            let rule = ResolvedRecipe.Overlay.Rule(
                files: try Glob("/etc/*"), mode: 0o600, user: nil, group: nil, position: place)
            try copy.copy(.init(path: scratch + "/overlay", rules: [rule], position: place))
        }
    }

    @Test func refusesLinksThatPointOutside() throws {
        try Folder.withTemporary { scratch in
            try Folder.create(scratch + "/tree")
            try Folder.create(scratch + "/overlay/etc")
            try File.link(scratch + "/overlay/etc/evil", to: "../../etc/shadow")
            var copy = OverlayCopy(Tree(scratch + "/tree"))
            let failure = #expect(throws: Failure.self) {
                try copy.copy(.init(path: scratch + "/overlay", rules: [], position: place))
            }
            #expect(failure?.status == .invalidInput)
            #expect(failure?.message.contains("/etc/evil") == true)
        }
    }
}

@Suite struct AccountEditorTests {
    @Test func addsAndChanges() throws {
        try withSampleTree { tree in
            var editor = try AccountEditor(tree, epoch: 86400 * 19000)
            try editor.apply(
                .init(
                    name: "admin", uid: nil, comment: "A", groups: ["tty"], shell: nil, home: nil,
                    sshKeys: ["ssh-ed25519 KEY"],
                    passwordHash: nil, position: place))
            try editor.apply(
                .init(
                    name: "root", uid: nil, comment: nil, groups: [], shell: "/bin/sh", home: nil, sshKeys: [],
                    passwordHash: "$6$x", position: place))
            try editor.write()
            let passwd = try tree.lines("/etc/passwd")
            #expect(passwd.contains("admin:x:1000:1000:A:/home/admin:/bin/bash"))
            #expect(passwd.contains("root:x:0:0::/root:/bin/sh"))
            let group = try tree.lines("/etc/group")
            #expect(group.contains("tty:x:5:admin") && group.contains("admin:x:1000:"))
            let shadow = try tree.lines("/etc/shadow")
            #expect(shadow == ["root:$6$x:19000::::::", "chrony:!*:19000::::::", "admin:!*:19000::::::"])
            let keys = try tree.read("/home/admin/.ssh/authorized_keys")
            #expect(keys == Array("ssh-ed25519 KEY\n".utf8))
            #expect(
                editor.rules.last
                    == .init(
                        path: "/home/admin/.ssh/authorized_keys", user: "1000", group: "1000", mode: 0o600,
                        source: "recipe.yaml:3:5"))
        }
    }

    @Test func refusesWhatCannotBe() throws {
        try withSampleTree { tree in
            var editor = try AccountEditor(tree, epoch: 0)
            func user(_ name: String, uid: Int?, groups: [String]) -> ResolvedRecipe.User {
                .init(
                    name: name, uid: uid, comment: nil, groups: groups, shell: nil, home: nil, sshKeys: [],
                    passwordHash: nil,
                    position: place)
            }
            for wrong in [
                user("a", uid: 995, groups: []), user("chrony", uid: 7, groups: []),
                user("b", uid: nil, groups: ["wheel"]),
            ] {
                let failure = #expect(throws: Failure.self) { try editor.apply(wrong) }
                #expect(failure?.message.hasPrefix("recipe.yaml:3:5: ") == true)
            }
        }
    }
}

@Suite struct TrimmerTests {
    private func rule(_ pattern: String, optional: Bool = false) throws -> ResolvedRecipe.Trim.Rule {
        .init(pattern: try Glob(pattern), isOptional: optional, position: place)
    }

    private func trim(files: [ResolvedRecipe.Trim.Rule] = [], keep: [ResolvedRecipe.Trim.Rule] = [])
        -> ResolvedRecipe.Trim
    {
        let none = ResolvedRecipe.Trim.Selection(keep: [], remove: [])
        return .init(
            files: files, keepFiles: keep, locales: nil, docs: nil, kernelModules: none, firmware: none,
            referencedFirmware: nil)
    }

    @Test func removesFilesAndAccountsForThem() throws {
        try Folder.withTemporary { folder in
            let tree = Tree(folder)
            for path in [
                "/usr/share/doc/a", "/usr/share/doc/b/c", "/usr/share/keep/x", "/usr/include/h", "/usr/lib64/x.a",
                "/usr/lib64/x.so",
            ] {
                try tree.write(path, "12345")
            }
            var trimmer = Trimmer(tree)
            try trimmer.apply(
                trim(
                    files: [
                        try rule("/usr/share/doc"), try rule("/usr/lib64/*.a"), try rule("/usr/include"),
                        try rule("/nope", optional: true),
                    ],
                    keep: [try rule("/usr/share/doc/b/**")]))
            let left = try Folder.walk(folder)
            #expect(
                left == [
                    "usr", "usr/lib64", "usr/lib64/x.so", "usr/share", "usr/share/doc", "usr/share/doc/b",
                    "usr/share/doc/b/c",
                    "usr/share/keep", "usr/share/keep/x",
                ])
            #expect(trimmer.removals.map(\.bytes) == [5, 5, 5])
            #expect(trimmer.removals.map(\.rule) == ["/usr/share/doc", "/usr/lib64/*.a", "/usr/include"])
        }
    }

    @Test func reportsEveryRuleThatMatchesNothing() throws {
        try Folder.withTemporary { folder in
            var trimmer = Trimmer(Tree(folder))
            let failure = #expect(throws: Failure.self) {
                try trimmer.apply(trim(files: [try rule("/a"), try rule("/b/*"), try rule("/c", optional: true)]))
            }
            #expect(failure?.details == ["recipe.yaml:3:5: \"/a\"", "recipe.yaml:3:5: \"/b/*\""])
        }
    }

    /// Every kind of rule: what it took and where the recipe says so; a rule of keep-files, too, must match something.
    @Test func accountsForEveryKindOfRule() throws {
        try Folder.withTemporary { folder in
            let tree = Tree(folder)
            for (path, size) in [
                ("/usr/share/doc/a/README", 7), ("/usr/share/man/man1/a.1", 5), ("/usr/share/locale/de/a.mo", 11),
                ("/usr/lib/firmware/x.bin", 13), ("/usr/lib/modules/6.1/kernel/a.ko", 17),
                ("/usr/lib/modules/6.1/kernel/b.ko", 19), ("/usr/include/a.h", 23), ("/usr/include/b.h", 29),
            ] { try tree.write(path, [UInt8](repeating: 0x61, count: size)) }
            try tree.write("/usr/lib/modules/6.1/kernel/a.ko", elfFile(sections: []))
            try tree.write("/usr/lib/modules/6.1/modules.dep", "kernel/a.ko:\nkernel/b.ko:\n")
            try tree.link("/usr/include/c.h", to: "a.h")
            func at(_ line: Int) -> Position { Position(file: "recipe.yaml", line: line, column: 3) }
            var wanted = trim(files: [try rule("/usr/include")], keep: [try rule("/usr/include/b.h")])
            wanted.docs = at(1)
            wanted.locales = [Located("en_US", at: at(2))]
            wanted.kernelModules.keep = [.init(pattern: try Glob("a"), isOptional: false, position: at(5))]
            wanted.referencedFirmware = at(6)
            var trimmer = Trimmer(tree)
            try trimmer.apply(wanted)
            let accounts = trimmer.removals.map { "\($0.rule) \($0.position) \($0.files) \($0.bytes)" }
            #expect(
                accounts == [
                    "docs recipe.yaml:1:3 2 12", "locales recipe.yaml:2:3 1 11", "/usr/include recipe.yaml:3:5 2 23",
                    "kernel-modules: keep recipe.yaml:5:3 1 19", "firmware recipe.yaml:6:3 1 13",
                ])
            #expect(trimmer.removed["/usr/include/c.h"] == "recipe.yaml:3:5")

            var again = Trimmer(tree)
            let failure = #expect(throws: Failure.self) {
                try again.apply(trim(keep: [try rule("/usr/include/none.h"), try rule("/usr/include/b.h")]))
            }
            #expect(failure?.details == ["recipe.yaml:3:5: \"/usr/include/none.h\""])
        }
    }

    @Test func keepsWhatModulesNeed() throws {
        try Folder.withTemporary { folder in
            let tree = Tree(folder)
            let modules = "/usr/lib/modules/6.1"
            try tree.write(
                modules + "/modules.dep",
                "kernel/mtd/mtd.ko:\nkernel/mtd/nand.ko: kernel/mtd/mtd.ko\nkernel/net/sfc.ko: kernel/mtd/mtd.ko\n")
            for (name, firmware) in [
                ("mtd/mtd", ""), ("mtd/nand", "firmware=nand.bin\0"), ("net/sfc", "firmware=sfc.bin\0"),
            ] {
                try tree.write(
                    "\(modules)/kernel/\(name).ko", elfFile(sections: [(".modinfo", 1, Array(firmware.utf8))]))
            }
            for name in ["nand.bin", "sfc.bin.xz", "extra/other.bin"] {
                try tree.write("/usr/lib/firmware/" + name, "x")
            }
            var wanted = trim()
            wanted.kernelModules = .init(keep: [], remove: [try rule("kernel/mtd/**")])
            wanted.referencedFirmware = place
            var trimmer = Trimmer(tree)
            try trimmer.apply(wanted)
            let left = try Folder.walk(folder + modules + "/kernel").filter { $0.hasSuffix(".ko") }
            #expect(left == ["mtd/mtd.ko", "net/sfc.ko"])
            let firmware = try Folder.walk(folder + "/usr/lib/firmware")
            #expect(firmware == ["sfc.bin.xz"])
        }
    }

    /// `remove` takes from what `keep` leaves, besides what the rest of it needs.
    @Test func removesFromWhatIsKept() throws {
        try Folder.withTemporary { folder in
            let tree = Tree(folder)
            let modules = "/usr/lib/modules/6.1"
            let names = ["net/nf_a", "net/nf_b", "net/nf_c", "net/other"]
            try tree.write(
                modules + "/modules.dep",
                "kernel/net/nf_a.ko:\nkernel/net/nf_b.ko: kernel/net/nf_a.ko\nkernel/net/nf_c.ko:\nkernel/net/other.ko:\n"
            )
            for name in names { try tree.write("\(modules)/kernel/\(name).ko", "x") }
            var wanted = trim()
            wanted.kernelModules = .init(keep: [try rule("nf_*")], remove: [try rule("nf_a"), try rule("nf_c")])
            var trimmer = Trimmer(tree)
            try trimmer.apply(wanted)
            let left = try Folder.walk(folder + modules + "/kernel").filter { $0.hasSuffix(".ko") }
            #expect(left == ["net/nf_a.ko", "net/nf_b.ko"])
        }
    }

    @Test func keepsTheLanguagesAskedFor() throws {
        try Folder.withTemporary { folder in
            let tree = Tree(folder)
            for name in ["de", "en", "en_GB", "en_US", "locale.alias"] {
                try tree.write("/usr/share/locale/\(name)", "x")
            }
            try tree.write("/usr/lib/locale/C.utf8/LC_CTYPE", "x")
            var wanted = trim()
            wanted.locales = [Located("en_US", at: place)]
            var trimmer = Trimmer(tree)
            try trimmer.apply(wanted)
            let left = try tree.list("/usr/share/locale")
            #expect(left == ["en", "en_US", "locale.alias"])
            let compiled = try tree.list("/usr/lib/locale")
            #expect(compiled == ["C.utf8"])
        }
    }
}
