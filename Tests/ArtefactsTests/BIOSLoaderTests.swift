import Archives
import Glibc
import Host
import Testing

@testable import Artefacts

private enum LabPackages {
    static let folder = Path.join(Environment.cacheFolder, "lab/fedora/Packages")
    static var exist: Bool { File.kind(folder) == .folder }
}

/// GRUB's own tools, as the lab packages them.
@Suite(.enabled(if: LabPackages.exist, "there is no lab; \"make lab\" makes one"))
struct BIOSLoaderTests {
    @Test func imageIsMadeFromTheTreeAlone() throws {
        try Folder.withTemporary { tree in
            try unpack(["glibc", "xz-libs", "device-mapper-libs", "grub2-tools", "grub2-pc-modules"], into: tree)
            try unpack(["libselinux", "systemd-libs", "libcap", "pcre2"], into: tree)
            let loader = try BIOSLoader(tools: ToolTree(tree))
            #expect(loader.image.count > 50_000)
            #expect(try File.size(loader.bootSector) == 512)
            // Two runs give the same image.
            #expect(try BIOSLoader(tools: ToolTree(tree)).image == loader.image)
        }
    }

    @Test func signedProgramsAreFound() throws {
        try Folder.withTemporary { tree in
            try unpack(["grub2-efi-x64-cdboot", "shim-x64"], into: tree)
            let programs = try EFILoader(tree: tree).programs
            #expect(programs.map { Path.name($0.path) } == ["shimx64.efi", "gcdx64.efi", "mmx64.efi"])
            // Every one carries a signature: a certificate table in the optional header of a PE32+ file.
            for program in programs {
                let bytes = try File.read(program.path)
                let header = number(bytes, 0x3C)
                #expect(number(bytes, header + 24 + 112 + 4 * 8 + 4) > 0, "\(program.name) is not signed")
            }
        }
    }

    private func number(_ bytes: [UInt8], _ offset: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    /// Unpacks the newest RPM of each name, without installing it.
    private func unpack(_ names: [String], into tree: String) throws {
        let files = try Folder.walk(LabPackages.folder).filter { $0.hasSuffix(".rpm") }
        for name in names {
            let file = try #require(
                files.last { file in
                    let rest = Path.name(file).dropFirst(name.count)
                    return Path.name(file).hasPrefix(name + "-") && rest.dropFirst().first?.isNumber == true
                }, "the lab has no \(name)")
            let reader = try ArchiveReader(file: Path.join(LabPackages.folder, file))
            while let entry = try reader.next() {
                let path = Path.join(tree, Path.normalized(entry.path))
                try Folder.create(Path.parent(path))
                switch entry.kind {
                case .regular where entry.hardLink == nil: try write(path, try reader.content(), entry.mode)
                case .link: try Command("ln", ["-sf", entry.linkTarget ?? "", path]).run().check()
                default: break
                }
            }
        }
    }

    /// Without fsync, unlike `File.write`: hundreds of files that nobody keeps.
    private func write(_ path: String, _ content: [UInt8], _ mode: UInt32) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
        defer { close(descriptor) }
        try File.append(content, to: descriptor, named: path)
    }
}
