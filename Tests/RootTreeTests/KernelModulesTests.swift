import Archives
import Host
import Testing

@testable import RootTree

@Suite struct KernelModulesTests {
    @Test(arguments: [
        (["virtio-blk"], ["kernel/drivers/block/virtio_blk.ko", "kernel/drivers/virtio/virtio.ko"], []),
        (["kernel/drivers/virtio/*"], ["kernel/drivers/virtio/virtio.ko"], []),
        (["ext4"], ["kernel/crypto/crc32c_generic.ko", "kernel/fs/ext4/ext4.ko.xz", "kernel/fs/mbcache.ko"], []),
        // Built into the kernel, and unknown.
        (["unix", "nowhere"], [], ["nowhere"]),
        (["virtio*"], ["kernel/drivers/block/virtio_blk.ko", "kernel/drivers/virtio/virtio.ko"], []),
    ])
    func closes(_ selectors: [String], _ paths: [String], _ unmatched: [String]) throws {
        try withFixture { modules in
            let selection = try modules.closure(of: selectors)
            #expect(selection.paths == paths)
            #expect(selection.unmatched == unmatched)
        }
    }

    @Test func readsFirmwareOfCompressedModules() throws {
        try withFixture { modules in
            let names = try modules.firmware(of: ["kernel/fs/ext4/ext4.ko.xz"])
            #expect(names == ["a.bin", "b.bin"])
        }
    }

    @Test func needsDepmod() throws {
        try Folder.withTemporary { folder in
            _ = #expect(throws: Failure.self) { try KernelModules(Tree(folder), version: "1") }
        }
    }

    private func withFixture(_ body: (KernelModules) throws -> Void) throws {
        try Folder.withTemporary { folder in
            let modules = folder + "/usr/lib/modules/6.1"
            try Folder.create(modules + "/kernel/fs/ext4")
            try File.write(
                modules + "/modules.dep",
                """
                kernel/drivers/virtio/virtio.ko:
                kernel/drivers/block/virtio_blk.ko: kernel/drivers/virtio/virtio.ko
                kernel/fs/mbcache.ko:
                kernel/crypto/crc32c_generic.ko:
                kernel/fs/ext4/ext4.ko.xz: kernel/fs/mbcache.ko

                """)
            try File.write(modules + "/modules.builtin", "kernel/net/unix/unix.ko\n")
            try File.write(modules + "/modules.softdep", "# comment\nsoftdep ext4 pre: crypto-crc32c\n")
            try File.write(modules + "/modules.alias", "alias pci:v1* virtio\nalias crypto-crc32c crc32c_generic\n")
            let module = elfFile(sections: [(".modinfo", 1, Array("firmware=b.bin\0firmware=a.bin\0".utf8))])
            try File.write(modules + "/kernel/fs/ext4/ext4.ko.xz", try ArchiveWriter.compress(module, .xz(level: 1)))
            try body(try KernelModules(Tree(folder), version: "6.1"))
        }
    }
}
