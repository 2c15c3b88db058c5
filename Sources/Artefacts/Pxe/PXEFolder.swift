import Boot
import CLinux
import Disks
import Glibc
import Host
import Transfer

/// A folder to start machines from over the network: for iPXE, PXELINUX and GRUB, with BIOS and UEFI, by TFTP and HTTP.
///
/// All addresses in it are relative to where the boot loader found it, so that it works wherever it is put.
public struct PXEFolder: Sendable {
    /// The names of its large files.
    enum Name {
        static let kernel = "vmlinuz"
        static let initramfs = "initrd.img"
        static let fullInitramfs = "initrd-full.img"
        static let root = "root.squashfs"
        static let bootFiles = "boot-files.img"
    }

    /// What the entries are about: `hypervisor 1.2`.
    public var title: String
    /// The kernel's arguments of every entry.
    public var kernelArguments: [String]
    /// Path of the kernel.
    public var kernel: String
    /// Path of the initramfs.
    public var initramfs: String
    /// Path of the segment that it needs for the network.
    public var network: String
    /// Path of the root file system.
    public var root: String
    /// GRUB's tools, its modules, and the signed UEFI programs.
    public var tools: ToolTree
    /// Seconds since 1970: every time in an archive.
    public var epoch: Int

    /// A folder of these parts.
    public init(
        title: String, kernelArguments: [String], kernel: String, initramfs: String, network: String, root: String,
        tools: ToolTree, epoch: Int
    ) {
        self.title = title
        self.kernelArguments = kernelArguments
        self.kernel = kernel
        self.initramfs = initramfs
        self.network = network
        self.root = root
        self.tools = tools
        self.epoch = epoch
    }

    /// Writes the folder aside, then puts it in the place of an older one.
    ///
    /// - Throws: also when `path` is something else than an older PXE folder
    public func write(to path: String) throws {
        try ArtefactFolder.write(to: path, kind: "PXE folder", isOne: Self.isOne, fill: fill)
    }

    /// Refuses a folder that was not made here.
    public static func require(_ path: String) throws {
        guard isOne(path) else {
            throw Failure(
                .invalidInput, "\"\(path)\" is no PXE folder: it has no boot.ipxe and vmlinuz",
                hint: "make one: nodewright build RECIPE --format pxe")
        }
    }

    /// Whether a folder is one that was made here.
    private static func isOne(_ path: String) -> Bool {
        File.kind(Path.join(path, "boot.ipxe")) == .regular && File.kind(Path.join(path, Name.kernel)) == .regular
    }

    private func fill(_ folder: String) throws {
        func path(_ name: String) -> String { Path.join(folder, name) }
        try File.copy(kernel, to: path(Name.kernel))
        try File.copy(root, to: path(Name.root))
        try Self.join([initramfs, network], to: path(Name.initramfs))
        try full(path(Name.fullInitramfs))
        let bootFiles = try bootFiles()
        try File.write(path(Name.bootFiles), bootFiles)
        let checksum = try Checksum.of(file: root).hex
        let menu = PXEMenu(
            title: title, kernelArguments: kernelArguments, checksum: checksum, size: try File.size(root),
            bootFiles: Checksum.of(bootFiles).hex)
        for (name, text) in menu.files {
            try Folder.create(Path.parent(path(name)))
            try File.write(path(name), text)
        }
        for program in try EFILoader(networkPrograms: tools.path).programs {
            try File.copy(program.path, to: path(program.name))
        }
        try File.write(path("grub.0"), try BIOSLoader.network(tools: tools))
        for name in try Folder.walk(folder) {
            chmod(path(name), File.kind(path(name)) == .folder ? 0o755 : 0o644)
        }
        try ChecksumFile.update(
            folder: folder, names: try Folder.walk(folder).filter { File.kind(path($0)) == .regular },
            known: [Name.root: checksum])
    }

    /// The initramfs with the root file system inside, as one more segment.
    private func full(_ path: String) throws {
        let name = Name.root
        let content = Path.join(Path.parent(path), name)
        let size = try File.size(content)
        guard size < 1 << 32 else {
            throw Failure(.incompatible, "the root file system is too large for an initramfs: cpio ends at 4 GiB")
        }
        try Self.join([initramfs], to: path)
        let descriptor = try check("write \"\(path)\"") { nlinux_open(path, O_WRONLY | O_APPEND | O_CLOEXEC, 0o644) }
        defer { close(descriptor) }
        try File.append(
            BootArchive.header(name, size: size, mode: 0o100644, epoch: epoch), to: descriptor, named: path)
        try Self.append(content, to: descriptor, named: path)
        try File.append(
            BootArchive.padding(size) + BootArchive.trailer(epoch: epoch), to: descriptor, named: path)
    }

    /// What an installed disk needs beside the root file system, and what no medium has here.
    private func bootFiles() throws -> [UInt8] {
        let efi = try EFILoader(tree: tools.path)
        return try BootArchive.bytes(
            SystemFiles(
                programs: efi.programs.map { ($0.name, .file($0.path)) }, bios: DiskBIOSLoader.make(tools: tools),
                kernel: .file(kernel), initramfs: .file(initramfs)), epoch: epoch)
    }

    private static func join(_ parts: [String], to path: String) throws {
        try File.copy(parts[0], to: path)
        let descriptor = try check("write \"\(path)\"") { nlinux_open(path, O_WRONLY | O_APPEND | O_CLOEXEC, 0o644) }
        defer { close(descriptor) }
        for part in parts.dropFirst() { try append(part, to: descriptor, named: path) }
    }

    private static func append(_ file: String, to descriptor: Int32, named path: String) throws {
        let source = try check("read \"\(file)\"") { nlinux_open(file, O_RDONLY | O_CLOEXEC, 0) }
        defer { close(source) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try checkLength("read \"\(file)\"") { read(source, &buffer, buffer.count) }
            if count == 0 { return }
            try File.append(buffer[..<count], to: descriptor, named: path)
        }
    }
}
