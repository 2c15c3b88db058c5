import Host
import Testing

@testable import Artefacts

/// What boot loaders read, as it was reviewed.
@Suite struct PXEMenuTests {
    private let menu = PXEMenu(
        title: "node 1", kernelArguments: ["console=ttyS0", "a=b'c"], checksum: "abcd", size: 300 << 20,
        bootFiles: "ef01")

    @Test func ipxe() {
        let lines = menu.ipxe.split(separator: "\n").filter { !$0.hasPrefix("# ") }.map(String.init)
        #expect(
            lines == [
                "#!ipxe", "isset ${base} && goto web ||", "set base ${cwduri}", "isset ${base} || goto full",
                "iseq ${cwuri} tftp://${next-server}/${filename} && goto full ||",
                "iseq ${cwuri} tftp://${next-server}${filename} && goto full ||", ":web",
                "kernel vmlinuz initrd=initrd.img nodewright.root=${base}root.squashfs nodewright.root-sha256=abcd "
                    + "nodewright.root-size=314572800 nodewright.boot-sha256=ef01 BOOTIF=01-${netX/mac:hexhyp} console=ttyS0 a=b'c",
                "initrd initrd.img", "boot", ":full",
                "kernel vmlinuz initrd=initrd-full.img initrd=boot-files.img nodewright.root=initramfs "
                    + "BOOTIF=01-${netX/mac:hexhyp} console=ttyS0 a=b'c",
                "initrd initrd-full.img", "initrd boot-files.img", "boot",
            ])
    }

    @Test func pxelinux() {
        let text = menu.pxelinux
        #expect(
            text.contains(
                "  INITRD initrd-full.img,boot-files.img\n  IPAPPEND 2\n  APPEND nodewright.root=initramfs console=ttyS0 a=b'c\n"
            ))
        #expect(text.contains("nodewright.root=http://SERVER/root.squashfs nodewright.root-sha256=abcd"))
    }

    @Test func grub() {
        let text = menu.grub
        #expect(
            text.contains(
                """
                menuentry 'node 1: root file system over HTTP' --id web {
                    echo 'Loading the kernel and initrd.img ...'
                    linux $cmdpath/vmlinuz nodewright.root=http://$server$folder/root.squashfs nodewright.root-sha256=abcd \
                nodewright.root-size=314572800 nodewright.boot-sha256=ef01 $bootif console=ttyS0 'a=b'\\''c'
                    initrd $cmdpath/initrd.img
                }
                """))
        // Whoever waits for the word on a serial line waits for the node.
        #expect(!text.contains("Nodewright") && !menu.ipxe.contains("Nodewright"))
    }

    @Test func everyGRUBFindsItsMenu() {
        let names = menu.files.map(\.name)
        for name in ["grub.cfg", "grub/grub.cfg", "EFI/fedora/grub.cfg", "boot.ipxe", "pxelinux.cfg/default", "README"]
        {
            #expect(names.contains(name))
        }
    }

    @Test func aFolderOfSomebodyElseStays() throws {
        try Folder.withTemporary { work in
            let path = Path.join(work, "x-pxe")
            try Folder.create(path)
            try File.write(Path.join(path, "mine"), "mine")
            let folder = PXEFolder(
                title: "t", kernelArguments: [], kernel: "/none", initramfs: "/none", network: "/none", root: "/none",
                tools: ToolTree("/none"), epoch: 0)
            let failure = #expect(throws: Failure.self) { try folder.write(to: path) }
            #expect(failure?.status == .invalidInput)
            #expect(try Folder.list(work) == ["x-pxe"])
            // A failure leaves nothing behind.
            #expect(throws: Failure.self) { try folder.write(to: Path.join(work, "y-pxe")) }
            #expect(try Folder.list(work) == ["x-pxe"])
            #expect(try File.readText(Path.join(path, "mine")) == "mine")
        }
    }
}
