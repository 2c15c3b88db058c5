import Host

/// The initramfs of live media and disks, assembled from the files of a root tree (DESIGN.md, decision 5).
///
/// ```swift
/// let initramfs = Initramfs(tree, kernel: version, epoch: epoch)
/// let result = try initramfs.write(to: "initramfs.img")
/// ```
public struct Initramfs: Sendable {
    /// How the segments are compressed; the kernel must know it (`CONFIG_RD_ZSTD`, `CONFIG_RD_XZ`).
    public enum Compression: Sendable, Equatable {
        /// Fast to unpack. Levels 1 to 19: 12 takes 4 s of one processor, 19 takes 45 s for a tenth less.
        case zstd(level: Int)
        /// A fifth smaller than zstd at level 12; slow to make and to unpack.
        case xz

        fileprivate var name: String { self == .xz ? "xz" : "zstd" }
    }

    /// A part of the image with its own compression, so that a change in one leaves the bytes of the others alone.
    public struct Segment: Sendable {
        /// `modules`, `system`, `configuration` or `network`.
        public let name: String
        /// What is in it.
        public let archive: InitramfsArchive
    }

    /// What was written.
    public struct Result: Sendable {
        /// The size of the image in bytes.
        public let size: Int
        /// Each segment with its sizes in bytes.
        public let segments: [(name: String, size: Int, compressed: Int)]
    }

    private let tree: Tree
    private let kernel: String
    private let epoch: Int
    private let compression: Compression
    private let extraModules: [String]
    private let progress: ProgressSink

    /// A description of the image.
    ///
    /// - Parameters:
    ///   - kernel: the version whose modules go in
    ///   - epoch: the time of every entry, in seconds since 1970
    ///   - modules: selectors (see `KernelModules.closure`) beside the built-in list; unknown ones are an error
    public init(
        _ tree: Tree, kernel: String, epoch: Int, compression: Compression = .zstd(level: 12), modules: [String] = [],
        progress: @escaping ProgressSink = silent
    ) {
        self.tree = tree
        self.kernel = kernel
        self.epoch = epoch
        self.compression = compression
        self.extraModules = modules
        self.progress = progress
    }

    /// Assembles and compresses the image. Equal trees give equal bytes.
    public func write(to path: String) throws -> Result {
        try write(try segments(), to: path, compressor())
    }

    /// Assembles and compresses what starting over the network needs beside the image, to be appended to it.
    ///
    /// - Throws: also when the tree has no NetworkManager or no nodectl
    public func writeNetwork(to path: String) throws -> Result {
        try write([try networkSegment()], to: path, compressor())
    }

    private func write(
        _ segments: [Segment], to path: String, _ compress: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) throws -> Result {
        try checkKernel()
        let epoch = epoch
        let packed = try parallelMap(segments, workers: 2) { segment in
            let bytes = try segment.archive.bytes(epoch: epoch)
            var packed = try during("compressing the \(segment.name) of the initramfs") { try compress(bytes) }
            // The kernel looks for the next segment at a multiple of 4, behind any number of zeros.
            packed += [UInt8](repeating: 0, count: (4 - packed.count % 4) % 4)
            return (name: segment.name, size: bytes.count, packed: packed)
        }
        try File.write(path, packed.flatMap(\.packed))
        return Result(
            size: packed.reduce(0) { $0 + $1.packed.count },
            segments: packed.map { ($0.name, $0.size, $0.packed.count) })
    }

    /// The segments, in their order in the image.
    public func segments() throws -> [Segment] {
        [
            Segment(name: "modules", archive: try modules(InitramfsContents.modules)),
            Segment(name: "system", archive: try system(network: false)),
            Segment(name: "configuration", archive: try configuration()),
        ]
    }

    /// Network drivers, NetworkManager and the fetcher, as far as they are not in the other segments; the lists of modules are
    /// those of all modules together.
    public func networkSegment() throws -> Segment {
        let parts = try parallelMap([true, false], workers: 2) { network in
            var archive = try system(network: network)
            archive.add(try modules(InitramfsContents.modules + (network ? InitramfsNetwork.modules : [])))
            return archive
        }
        var archive = parts[0].subtracting(parts[1])
        for (path, content) in InitramfsNetwork.files { archive.put(path, .file(Array(content.utf8))) }
        for (path, content) in InitramfsNetwork.scripts {
            archive.put(path, .file(Array(content.utf8), mode: 0o755))
        }
        for folder in InitramfsNetwork.folders { archive.put(folder, .folder()) }
        return Segment(name: "network", archive: archive)
    }

    /// Refuses a compression that the kernel's own configuration lacks; a tree without that file is trusted.
    private func checkKernel() throws {
        let option = "CONFIG_RD_\(compression.name.uppercased())=y"
        let configurations = ["/usr/lib/modules/\(kernel)/config", "/boot/config-\(kernel)"]
        for lines in try configurations.map(tree.lines) where !lines.isEmpty {
            if lines.contains(Substring(option)) { return }
            throw Failure(
                .incompatible,
                "kernel \(kernel) cannot unpack an initramfs in \(compression.name) (\(option) is not set)")
        }
    }

    /// - Parameter level: instead of the level of zstd that was chosen
    private func compressor() -> @Sendable ([UInt8]) throws -> [UInt8] {
        let progress = progress
        let (program, arguments): (String, [String]) =
            switch compression {
            // Two threads whatever the host has, so that its size cannot change the bytes.
            case .zstd(let level): ("zstd", ["-q", "-\(level)", "-T2", "--no-check", "-c"])
            // The kernel's decompressor knows no other check.
            case .xz: ("xz", ["-q", "-9", "-T1", "--check=crc32", "--lzma2=preset=9,dict=32MiB", "-c"])
            }
        return { bytes in
            try Command(program, arguments, input: .bytes(bytes), progress: progress).run().check().output
        }
    }

    // MARK: - Modules

    private func modules(_ selectors: [String]) throws -> InitramfsArchive {
        let modules = try KernelModules(tree, version: kernel)
        let builtIn = try modules.closure(of: selectors)
        let extra = try modules.closure(of: extraModules)
        if let unknown = extra.unmatched.first {
            throw Failure(
                .invalidInput,
                "the initramfs asks for the kernel module \"\(unknown)\", which kernel \(kernel) does not have")
        }
        let paths = Set(builtIn.paths + extra.paths).sorted()
        let contents = try parallelMap(paths, workers: 2) { try modules.content(of: $0) }

        var archive = InitramfsArchive()
        try Folder.withTemporary(prefix: "nodewright-initramfs") { staging in
            let folder = Path.join(staging, modules.folder)
            try Folder.create(folder)
            // depmod looks into /lib or /usr/lib, as it was built.
            try File.link(Path.join(staging, "lib"), to: "usr/lib")
            for (path, content) in zip(paths, contents) {
                // Uncompressed, so that one compressor sees them all.
                let file = Path.join(folder, KernelModules.plain(path))
                try Folder.create(Path.parent(file))
                try writePlain(file, content)
            }
            for name in ["modules.builtin", "modules.builtin.modinfo", "modules.order"] {
                if let content = try tree.read(Path.join(modules.folder, name)) {
                    try writePlain(Path.join(folder, name), content)
                }
            }
            try Command("depmod", ["-b", staging, kernel], progress: progress).run().check()
            for path in try Folder.walk(folder) {
                let file = Path.join(folder, path)
                guard File.kind(file) == .regular, path != "modules.symbols", path != "modules.alias" else { continue }
                archive.put(Path.join(modules.folder, path), .file(try File.read(file)))
            }
        }
        for name in try firmware(zip(paths, contents)) {
            for folder in ["/usr/lib/firmware/updates", "/usr/lib/firmware"] {
                for ending in ["", ".xz", ".zst"] {
                    guard let content = try tree.read("\(folder)/\(name)\(ending)") else { continue }
                    archive.put("\(folder)/\(name)\(ending)", .file(content))
                }
            }
        }
        return archive
    }

    private func firmware(_ modules: some Sequence<(String, [UInt8])>) throws -> Set<String> {
        var names: Set<String> = []
        for (path, content) in modules {
            names.formUnion(
                try ELFImage(content, name: path).moduleInformation.filter { $0.key == "firmware" }.map(\.value))
        }
        // A name is a relative path; one that climbs is hostile.
        return names.filter { !$0.split(separator: "/").contains("..") }
    }

    private func writePlain(_ path: String, _ bytes: [UInt8]) throws {
        // Scratch: no fsync.
        try File.writeScratch(path, bytes)
    }

    // MARK: - System

    private func system(network: Bool) throws -> InitramfsArchive {
        var closure = try LibraryClosure(tree) { note in
            note.priority == .required || InitramfsContents.dlopenFeatures.contains(note.feature)
        }
        for program in InitramfsContents.programs { try closure.add(program) }
        for program in InitramfsContents.optionalPrograms { try closure.addIfPresent(program) }
        if network { try InitramfsNetwork.addPrograms(to: &closure) }
        var paths = closure.paths
        if network { paths.formUnion(InitramfsNetwork.plainFiles) }
        for link in InitramfsContents.links where File.kind(tree.host(link)) == .link { paths.insert(link) }
        // Loaders built for multiarch folders search only those, which a tree of Fedora's shape has as links to lib64.
        for name in try tree.list("/usr/lib")
        where name.hasSuffix("-linux-gnu") && File.kind(tree.host("/usr/lib/\(name)")) == .link {
            paths.insert("/usr/lib/\(name)")
        }
        for name in InitramfsContents.udevRules { paths.insert("/usr/lib/udev/rules.d/" + name) }
        for name in InitramfsContents.units { paths.insert("/usr/lib/systemd/system/" + name) }
        for folder in ["/usr/lib/modprobe.d", "/etc/modprobe.d"] {
            for name in try tree.list(folder) where name.hasSuffix(".conf") { paths.insert("\(folder)/\(name)") }
        }

        var archive = InitramfsArchive()
        for folder in InitramfsContents.folders { archive.put(folder, .folder()) }
        for path in paths {
            if let entry = try entry(path) { archive.put(path, entry) }
        }
        for (unit, wanted) in InitramfsContents.wants {
            for name in wanted where archive["/usr/lib/systemd/system/\(name)"] != nil {
                archive.put("/usr/lib/systemd/system/\(unit).wants/\(name)", .link(to: "../\(name)"))
            }
        }
        for (path, target) in InitramfsContents.unitLinks { archive.put(path, .link(to: target)) }
        archive.put("/init", .link(to: "usr/lib/systemd/systemd"))
        return archive
    }

    /// What stands at a path of the tree; nil when nothing does. Modes are reduced to "runs" or "does not": the initramfs has one
    /// user.
    private func entry(_ path: String) throws -> InitramfsArchive.Entry? {
        let file = tree.host(path)
        switch File.kind(file) {
        case .link: return .link(to: try File.linkTarget(file))
        case .regular: return .file(try File.read(file, limit: 1 << 28), mode: File.isExecutable(file) ? 0o755 : 0o644)
        case .folder: return .folder()
        case .other, nil: return nil
        }
    }

    // MARK: - Configuration

    private func configuration() throws -> InitramfsArchive {
        var archive = InitramfsArchive()
        archive.put("/dev/console", .characterDevice(major: 5, minor: 1))
        archive.put("/dev/null", .characterDevice(major: 1, minor: 3, mode: 0o666))
        let release = try tree.read("/usr/lib/os-release") ?? Array("NAME=Nodewright\nID=nodewright\n".utf8)
        archive.put("/etc/initrd-release", .file(release))
        archive.put("/etc/os-release", .link(to: "initrd-release"))
        archive.put(
            "/etc/nsswitch.conf", .file(Array("passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n".utf8)))
        // Loaded before anything is mounted: a mount that loads "loop" by opening it finds the module half set up, and fails
        // on a busy machine.
        archive.put(
            "/usr/lib/modules-load.d/nodewright.conf", .file(Array("loop\nsquashfs\noverlay\nisofs\n".utf8)))
        // The kernel would make eight devices in advance, and udev would look at each of them twice; others are made when asked
        // for at /dev/loop-control.
        archive.put("/usr/lib/modprobe.d/nodewright.conf", .file(Array("options loop max_loop=1\n".utf8)))
        archive.put(
            "/etc/passwd",
            .file(try accounts("/etc/passwd", ["root", "nobody"], "root:x:0:0:root:/root:/usr/bin/bash")))
        archive.put("/etc/group", .file(try accounts("/etc/group", InitramfsContents.groups, "root:x:0:")))
        archive.put("/usr/bin/sh", .link(to: "bash"))
        for (path, content) in InitramfsUnits.files + InitramfsDisk.files {
            archive.put(path, .file(Array(content.utf8)))
        }
        for (path, content) in InitramfsUnits.scripts + InitramfsDisk.scripts {
            archive.put(path, .file(Array(content.utf8), mode: 0o755))
        }
        return archive
    }

    /// The lines of some accounts, as the tree has them; root is there in any case.
    private func accounts(_ path: String, _ names: Set<String>, _ root: String) throws -> [UInt8] {
        let lines = try tree.lines(path).filter { line in
            let name = String(line.prefix { $0 != ":" })
            return names.contains(name) && name != "root"
        }
        return Array(([root] + lines.map(String.init)).joined(separator: "\n").utf8) + [0x0A]
    }
}
