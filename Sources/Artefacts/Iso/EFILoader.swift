import Host

/// The UEFI boot programs of the repository, signed by its distribution: shim, GRUB and the key manager.
public struct EFILoader: Sendable {
    /// Path of each program on the host, by its name in `/EFI/BOOT`.
    let programs: [(name: String, path: String)]

    init(programs: [(name: String, path: String)]) { self.programs = programs }

    /// Finds the programs in a tree: the current layout of Fedora (`/usr/lib/efi`), that of bootupd, the one of
    /// installed systems.
    ///
    /// GRUB made for CDs is preferred: it looks for its menu where it was started from.
    public init(tree: String) throws {
        try self.init(tree, shim: "BOOTX64.EFI", grub: ["gcdx64.efi", "grubx64.efi"])
    }

    /// The programs for the network, where shim looks for its companions beside itself. Fedora's GRUBs can all reach it;
    /// Debian has one of its own for that.
    init(networkPrograms tree: String) throws {
        try self.init(tree, shim: "shimx64.efi", grub: ["grubnetx64.efi", "grubx64.efi", "gcdx64.efi"])
    }

    private init(_ tree: String, shim: String, grub: [String]) throws {
        let found = try Self.files(tree)
        func path(_ names: [String], _ package: String) throws -> String {
            for name in names {
                if let path = found.first(where: { Path.name($0).lowercased() == name }) { return path }
            }
            throw Failure(
                .invalidInput, "no \(names.joined(separator: " or ")) in the boot loader's tree",
                hint: "the repositories of the recipe must offer the package \"\(package)\"")
        }
        programs = [
            (shim, try path(["shimx64.efi", "bootx64.efi"], "shim-x64")),
            ("grubx64.efi", try path(grub, "grub2-efi-x64-cdboot")),
            ("mmx64.efi", try path(["mmx64.efi"], "shim-x64")),
        ]
    }

    /// Every EFI program, in the order in which places are preferred, newest version first.
    private static func files(_ tree: String) throws -> [String] {
        var folders: [String] = []
        for component in ["usr/lib/efi/grub2", "usr/lib/efi/grub", "usr/lib/efi/shim"] {
            let folder = Path.join(tree, component)
            guard File.kind(folder) == .folder else { continue }
            folders += try Folder.list(folder).reversed().map { Path.join(folder, $0 + "/EFI") }
        }
        folders += ["usr/lib/bootupd/updates/EFI", "boot/efi/EFI"].map { Path.join(tree, $0) }
        return try folders.filter { File.kind($0) == .folder }.flatMap { folder in
            try Folder.walk(folder).filter { $0.lowercased().hasSuffix(".efi") }.map { Path.join(folder, $0) }
        }
    }
}
