import Document
import Host
import Recipe
import Testing

@testable import Packages
@testable import RootTree

/// Trims that break what stays are refused, and the error names both ends of the chain.
@Suite struct TrimCheckTests {
    /// Trims a tree by patterns, one a line of `trim.yaml`, and returns what the check says.
    private func complaints(
        trimming patterns: [String], packages: [InstalledPackages.Package] = [], _ fill: (Tree) throws -> Void
    ) throws -> [String] {
        try Folder.withTemporary { folder in
            let tree = Tree(folder)
            try fill(tree)
            let rules = try patterns.enumerated().map { index, pattern in
                ResolvedRecipe.Trim.Rule(
                    pattern: try Glob(pattern), isOptional: false,
                    position: Position(file: "trim.yaml", line: index + 1, column: 5))
            }
            let none = ResolvedRecipe.Trim.Selection(keep: [], remove: [])
            var trimmer = Trimmer(tree)
            try trimmer.apply(
                .init(
                    files: rules, keepFiles: [], locales: nil, docs: nil, kernelModules: none, firmware: none,
                    referencedFirmware: nil))
            do {
                try TrimCheck(tree, removed: trimmer.removed, packages: packages).run()
                return []
            } catch let failure as Failure {
                #expect(failure.status == .invalidInput)
                return failure.details
            }
        }
    }

    private func package(_ name: String, owns paths: [String], _ scriptlets: [PackageScriptlet] = [])
        -> InstalledPackages.Package
    {
        .init(
            facts: .init(
                name: name, epoch: 0, version: "1.0", release: "1", architecture: "x86_64", license: "", vendor: "",
                source: nil, url: nil, summary: "", installedSize: 0),
            files: paths.map {
                PackageFile(
                    path: $0, mode: 0o100755, user: "root", group: "root", capabilities: nil, linkTarget: nil, size: 1,
                    modified: 0, language: nil, package: "\(name)-1.0-1.x86_64", isGhost: false, isConfig: false,
                    isDocumentation: false)
            }, scriptlets: scriptlets)
    }

    // MARK: - Libraries

    private let loader = "/lib64/ld-linux-x86-64.so.2"

    /// bar needs libmid needs libfoo; baz needs nothing of it.
    private func fillLibraries(_ tree: Tree) throws {
        try tree.createFolder("/usr/lib64")
        try tree.link("/lib64", to: "usr/lib64")
        try tree.write("/usr/lib64/ld-linux-x86-64.so.2", dynamicFile())
        try tree.write("/usr/lib64/libfoo.so.1.2", dynamicFile(soname: "libfoo.so.1"))
        try tree.link("/usr/lib64/libfoo.so.1", to: "libfoo.so.1.2")
        try tree.write("/usr/lib64/libmid.so.2", dynamicFile(soname: "libmid.so.2", needed: ["libfoo.so.1"]))
        try tree.write("/usr/bin/bar", dynamicFile(needed: ["libmid.so.2", "libc.so.6"], interpreter: loader))
        try tree.write("/usr/bin/baz", dynamicFile(interpreter: loader))
        try tree.write("/usr/lib64/private/libown.so", dynamicFile(soname: "libown.so"))
        try tree.write("/usr/bin/own", dynamicFile(needed: ["libown.so"], runpath: "$ORIGIN/../lib64/private"))
    }

    @Test func aNeededLibrary() throws {
        let chain =
            "/usr/lib64/libfoo.so.1.2 removed by trim.yaml:1:5 is needed by /usr/lib64/libmid.so.2, which /usr/bin/bar of package bar-1.0-1.x86_64 needs"
        let bar = package("bar", owns: ["/usr/bin/bar"])
        #expect(
            try complaints(trimming: ["/usr/lib64/libfoo.so.1.2"], packages: [bar], fillLibraries) == [chain])
        #expect(
            try complaints(trimming: ["/usr/lib64/libfoo*"], packages: [bar], fillLibraries)
                == [chain.replacing("so.1.2 removed", with: "so.1 removed")])
        // With everything that needs it; and what was missing before is nobody's fault (libc.so.6 here).
        #expect(
            try complaints(
                trimming: ["/usr/lib64/libfoo*", "/usr/lib64/libmid*", "/usr/bin/bar"], fillLibraries) == [])
    }

    @Test func aLibraryOfAPrivateFolderAndALoader() throws {
        #expect(
            try complaints(trimming: ["/usr/lib64/private"], fillLibraries) == [
                "/usr/lib64/private/libown.so removed by trim.yaml:1:5 is needed by /usr/bin/own"
            ])
        #expect(
            try complaints(trimming: ["/usr/lib64/ld-*"], fillLibraries).map { $0.prefix(46) } == [
                "/usr/lib64/ld-linux-x86-64.so.2 removed by tri", "/usr/lib64/ld-linux-x86-64.so.2 removed by tri",
            ])
    }

    @Test(arguments: [
        (#"[{"feature":"lock","priority":"required","soname":["liba.so.1"]}]"#, ["/usr/lib64/liba*"], true),
        (#"[{"feature":"lock","soname":["liba.so.1"]}]"#, ["/usr/lib64/liba*"], true),
        (#"[{"feature":"lock","priority":"suggested","soname":["liba.so.1"]}]"#, ["/usr/lib64/liba*"], false),
        (#"[{"feature":"lock","soname":["liba.so.1","libb.so.1"]}]"#, ["/usr/lib64/liba*"], false),
        (#"[{"feature":"lock","soname":["liba.so.1","libb.so.1"]}]"#, ["/usr/lib64/liba*", "/usr/lib64/libb*"], true),
        (#"[{"feature":"lock","soname":["libnever.so.1"]}]"#, ["/usr/lib64/liba*"], false),
    ])
    func aDlopenNote(_ note: String, _ trims: [String], _ isRefused: Bool) throws {
        let found = try complaints(trimming: trims) { tree in
            try tree.write("/usr/bin/p", elfFile(sections: [(".note.dlopen", 7, dlopenNote(note))]))
            for name in ["liba.so.1", "libb.so.1"] { try tree.write("/usr/lib64/\(name)", dynamicFile(soname: name)) }
        }
        #expect(found.isEmpty != isRefused)
        if isRefused {
            #expect(found[0].hasPrefix("/usr/lib64/liba.so.1 removed by trim.yaml:1:5 is needed by /usr/bin/p"))
        }
    }

    // MARK: - Modules, scripts, units, scriptlets

    @Test func aKernelModule() throws {
        let found = try complaints(trimming: ["/usr/lib/modules/*/kernel/mtd/**"]) { tree in
            try tree.write(
                "/usr/lib/modules/6.1/modules.dep", "kernel/mtd/mtd.ko:\nkernel/net/sfc.ko: kernel/mtd/mtd.ko\n")
            for name in ["mtd/mtd", "net/sfc"] { try tree.write("/usr/lib/modules/6.1/kernel/\(name).ko", "x") }
        }
        #expect(
            found == [
                "/usr/lib/modules/6.1/kernel/mtd/mtd.ko removed by trim.yaml:1:5 is needed by the kernel module /usr/lib/modules/6.1/kernel/net/sfc.ko"
            ])
    }

    @Test(arguments: ["#!/usr/bin/python3\n", "#! /usr/bin/env python3\n", "#!/usr/bin/python3 -I\n"])
    func aScript(_ start: String) throws {
        let found = try complaints(trimming: ["/usr/bin/python3*"]) { tree in
            try tree.write("/usr/bin/python3.11", "x", mode: 0o755)
            try tree.link("/usr/bin/python3", to: "python3.11")
            try tree.write("/usr/sbin/tool", start, mode: 0o755)
            try tree.write("/usr/share/example", start, mode: 0o755)
        }
        #expect(found == ["/usr/bin/python3 removed by trim.yaml:1:5 is needed by the script /usr/sbin/tool"])
    }

    @Test(arguments: [
        ("ExecStart=/usr/bin/thing --now", true), ("ExecStartPre=!!/usr/bin/thing", true), ("ExecStart=thing", true),
        ("ExecStart=-/usr/bin/thing", false), ("ExecStart=/usr/bin/other", false),
        ("ExecStart=/usr/bin/thing-%i", false), ("# ExecStart=/usr/bin/thing", false),
        ("ConditionFileIsExecutable=/usr/bin/thing\nExecStart=/usr/bin/thing", false),
    ])
    func aUnit(_ lines: String, _ isRefused: Bool) throws {
        let found = try complaints(trimming: ["/usr/bin/thing"]) { tree in
            try tree.write("/usr/bin/thing", "x", mode: 0o755)
            try tree.write("/usr/lib/systemd/system/a.service", "[Service]\n\(lines)\n")
            try tree.write("/usr/lib/systemd/system/masked.service", "[Service]\nExecStart=/usr/bin/thing\n")
            try tree.link("/etc/systemd/system/masked.service", to: "/dev/null")
        }
        let line = "/usr/bin/thing removed by trim.yaml:1:5 is needed by the unit /usr/lib/systemd/system/a.service"
        #expect(found == (isRefused ? [line] : []))
    }

    @Test(arguments: [
        (PackageScriptlet(kind: .preun, interpreter: "/usr/bin/perl", body: "x"), true),
        (PackageScriptlet(kind: .postun, interpreter: "/usr/bin/sh", body: "if true; then\n  perl -e 1\nfi\n"), true),
        (PackageScriptlet(kind: .postun, interpreter: "/usr/bin/sh", body: "/usr/bin/perl -e 1 || :"), true),
        (PackageScriptlet(kind: .postun, interpreter: "/usr/bin/sh", body: "# perl\necho perl"), false),
        (PackageScriptlet(kind: .postun, interpreter: "/usr/bin/sh", body: "[ -x /usr/bin/perl ] && perl -e 1"), false),
        (PackageScriptlet(kind: .postun, interpreter: "/usr/bin/sh", body: "command -v perl && perl -e 1"), false),
        // It has run when the package came, and runs never again.
        (PackageScriptlet(kind: .post, interpreter: "/usr/bin/perl", body: ""), false),
    ])
    func aScriptlet(_ scriptlet: PackageScriptlet, _ isRefused: Bool) throws {
        let found = try complaints(trimming: ["/usr/bin/perl"], packages: [package("a", owns: [], [scriptlet])]) {
            tree in
            for name in ["sh", "perl"] { try tree.write("/usr/bin/\(name)", "x", mode: 0o755) }
        }
        let line =
            "/usr/bin/perl removed by trim.yaml:1:5 is needed by the scriptlet %\(scriptlet.kind.rawValue) of package a-1.0-1.x86_64"
        #expect(found == (isRefused ? [line] : []))
    }
}
