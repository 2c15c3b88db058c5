import Host

/// GRUB for BIOS: the boot image of a CD, and the boot sector that starts the same image from a stick.
public struct BIOSLoader: Sendable {
    /// The El Torito image (`i386-pc-eltorito`), with all modules that the menu needs inside.
    let image: [UInt8]
    /// The path of the boot sector, which xorriso completes with the place of the image.
    let bootSector: String

    private static let modules = "usr/lib/grub/i386-pc"
    /// Everything the menu uses; nothing is loaded later, so the ISO carries no module files.
    private static let names = [
        "biosdisk", "configfile", "echo", "fat", "halt", "iso9660", "linux", "ls", "normal", "part_gpt", "part_msdos",
        "reboot", "search", "search_fs_file", "serial", "sleep", "terminal", "test",
    ]

    /// What starts over the network: everything that the menu of a PXE folder uses.
    private static let networkNames = [
        "biosdisk", "configfile", "echo", "halt", "http", "linux", "ls", "net", "normal", "pxe", "reboot", "regexp",
        "serial",
        "sleep", "terminal", "test", "tftp",
    ]

    /// GRUB as the boot file of PXE; it reads `grub.cfg` beside it.
    static func network(tools: ToolTree) throws -> [UInt8] {
        try during("making GRUB's image for PXE") {
            try Folder.withTemporary { folder in
                let output = Path.join(folder, "grub.0")
                let start = Path.join(folder, "start.cfg")
                try File.write(start, "normal $cmdpath/grub.cfg\n")
                try tools.run(
                    ["usr/bin/grub2-mkimage", "usr/bin/grub-mkimage"],
                    [
                        "-O", "i386-pc-pxe", "-d", Path.join(tools.path, Self.modules), "-p", "/grub", "-c", start,
                        "-o",
                        output,
                    ] + Self.networkNames, package: "grub2-tools")
                return try File.read(output)
            }
        }
    }

    init(image: [UInt8], bootSector: String) {
        self.image = image
        self.bootSector = bootSector
    }

    /// Makes the image with the tree's own `grub2-mkimage`.
    public init(tools: ToolTree) throws {
        bootSector = try tools.file([Self.modules + "/boot_hybrid.img"], package: "grub2-pc-modules")
        image = try during("making GRUB's image for BIOS") {
            // Not to standard output: the program insists on fsync, which a pipe refuses.
            try Folder.withTemporary { folder in
                let output = Path.join(folder, "eltorito.img")
                try tools.run(
                    ["usr/bin/grub2-mkimage", "usr/bin/grub-mkimage"],
                    [
                        "-O", "i386-pc-eltorito", "-d", Path.join(tools.path, Self.modules), "-p", BootMenu.folder,
                        "-o", output,
                    ] + Self.names, package: "grub2-tools")
                return try File.read(output)
            }
        }
    }
}
