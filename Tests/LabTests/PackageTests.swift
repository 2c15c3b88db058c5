import Archives
import Host
import Testing

@testable import Lab

@Suite struct PackageTests {
    static let cache = Path.join(Environment.cacheFolder, "lab-cache/debs")

    @Test(.enabled(if: File.exists(cache), "no package of Debian is in the cache; run \"nodewright lab create\""))
    func realPackagesOfDebian() throws {
        let files = try Folder.list(Self.cache).filter { $0.hasSuffix(".deb") }.map { Path.join(Self.cache, $0) }
        let small = try files.filter { try File.size($0) < 200_000 }.prefix(5)
        #expect(!small.isEmpty)
        for file in small {
            let package = try DebPackage(file: file)
            #expect(package.fields["Version"]?.isEmpty == false)
            #expect(package.files.contains { $0.path.hasPrefix("/usr/share/doc/") })
        }
    }

    @Test func damagedPackagesAreRefused() throws {
        try Folder.withTemporary { folder in
            let file = Path.join(folder, "broken.deb")
            try File.write(file, "!<arch>\nthis is none")
            let failure = #expect(throws: Failure.self) { try DebPackage(file: file) }
            #expect(failure?.status == .invalidInput)
        }
    }

    @Test func rpmReadsAndVerifiesWhatWeWrite() throws {
        try Folder.withTemporary { folder in
            var package = RPMPackage(name: "sample", version: "1.0~rc1", release: "2")
            package.summary = "A sample"
            package.buildTime = 1_700_000_000
            var program = LabFile(path: "/usr/bin/sample", kind: .regular, mode: 0o4755)
            program.content = Array("content".utf8)
            program.capabilities = "cap_net_raw=p"
            var second = LabFile(path: "/usr/bin/other-name", kind: .regular, mode: 0o4755)
            second.hardLink = program.path
            var link = LabFile(path: "/usr/bin/link", kind: .link, mode: 0o777)
            link.linkTarget = "sample"
            var settings = LabFile(path: "/etc/sample.conf", kind: .regular, mode: 0o640)
            settings.group = "wheel"
            Layout.mark(&settings)
            package.files = [
                program, second, link, settings, LabFile(path: "/usr/share/sample", kind: .folder, mode: 0o755),
            ]
            package.requires = [try Dependency(parsing: "(bash if zsh)"), try Dependency(parsing: "coreutils >= 8")]
            package.recommends = [Dependency("less")]
            package.scriptlets["post"] = .init(text: "exit 0")
            let file = Path.join(folder, package.fileName)
            let database = ["--dbpath", Path.join(folder, "db")]
            try SigningKey.with(Path.join(folder, "key")) { key in
                let bytes = try package.encoded { try key.sign($0) }
                #expect(try package.encoded { try key.sign($0) }.count == bytes.count)
                try File.write(file, bytes)
                try File.write(Path.join(folder, "public"), key.publicKey)
            }
            try Command("rpm", database + ["--import", Path.join(folder, "public")]).run().check()
            let check = try Command("rpmkeys", database + ["--checksig", "-v", file]).run().check()
            #expect(check.text.contains("EdDSA/SHA256 Signature, key ID"))
            #expect(!check.text.contains("NOKEY"))
            let format =
                "[%{filenames} %{filemodes:octal} %{filegroupname} %{filelinktos} %{filecaps} %{filenlinks}\\n]"
            let listing = try Command("rpm", database + ["-qp", "--queryformat", format, file]).run().check().text
            #expect(
                listing == """
                    /etc/sample.conf 100640 wheel   1
                    /usr/bin/link 120777 root sample  1
                    /usr/bin/other-name 104755 root   2
                    /usr/bin/sample 104755 root  cap_net_raw=p 2
                    /usr/share/sample 40755 root   1

                    """)
            #expect(try Command("rpm", ["-qpc", file]).run().check().text == "/etc/sample.conf\n")
            let needs = try Command("rpm", ["-qp", "--requires", "--recommends", file]).run().check().text
            #expect(needs.contains("(bash if zsh)\n") && needs.contains("coreutils >= 8\n") && needs.contains("less\n"))
            let unpacked = try Command("rpm2cpio", [file]).run().check().output
            let reader = try ArchiveReader(bytes: unpacked, named: "payload")
            var contents: [String: String] = [:]
            while let entry = try reader.next() {
                contents[entry.path] = String(decoding: try reader.content(), as: UTF8.self)
            }
            // RPM takes the content of hard links from the last name.
            #expect(contents["./usr/bin/sample"] == "content")
        }
    }

    @Test func dependenciesOfARealProgram() throws {
        let program = try #require(ELF(File.read("/usr/bin/env")))
        #expect(program.requires.contains("libc.so.6()(64bit)"))
        #expect(program.requires.contains { $0.hasPrefix("libc.so.6(GLIBC_2.") })
        #expect(ELF(Array("#!/bin/sh\n".utf8)) == nil)
        #expect(ELF(Array(try File.read("/usr/bin/env").prefix(200))) != nil)
    }
}
