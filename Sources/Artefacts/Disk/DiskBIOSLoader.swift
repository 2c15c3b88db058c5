public import Boot
import Host

/// Makes GRUB for BIOS as it lies on a disk, with the recipe's own tools.
public enum DiskBIOSLoader {
    private static let modules = "usr/lib/grub/i386-pc"
    /// Everything that the menu uses; nothing is loaded later.
    private static let names = [
        "biosdisk", "configfile", "echo", "fat", "halt", "linux", "loadenv", "ls", "minicmd", "normal", "part_gpt",
        "reboot", "regexp", "search", "search_fs_file", "serial", "sleep", "terminal", "test", "true",
    ]

    /// The boot code; its prefix is the folder of the menu on partition 2 of the disk that it was started from.
    public static func make(tools: ToolTree) throws -> BIOSBootCode {
        let boot = try File.read(tools.file([modules + "/boot.img"], package: "grub2-pc-modules"))
        let core = try during("making GRUB's image for BIOS") {
            try Folder.withTemporary { folder in
                let output = Path.join(folder, "core.img")
                try tools.run(
                    ["usr/bin/grub2-mkimage", "usr/bin/grub-mkimage"],
                    [
                        "-O", "i386-pc", "-d", Path.join(tools.path, modules), "-p", "(,gpt2)" + DiskMenu.folder, "-o",
                        output,
                    ] + names, package: "grub2-tools")
                return try File.read(output)
            }
        }
        return try BIOSBootCode(bootImage: boot, coreImage: core)
    }
}
