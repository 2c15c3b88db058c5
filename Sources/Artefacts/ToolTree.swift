import Host

/// A small installed tree, from the recipe's own repositories, with the boot loader's programs and files (DESIGN.md,
/// decision 14: GRUB's tools and modules of one version).
public struct ToolTree: Sendable {
    /// What is installed in it: GRUB's tools and modules, the signed UEFI programs, and the libraries of the tools.
    public static let packages = [
        "grub2-tools", "grub2-pc-modules", "grub2-efi-x64-cdboot", "shim-x64", "glibc", "xz-libs", "device-mapper-libs",
    ]

    /// The folder of the tree.
    public let path: String
    /// Hears commands.
    public var progress: ProgressSink

    /// The tree at `path`.
    public init(_ path: String, progress: @escaping ProgressSink = silent) {
        self.path = path
        self.progress = progress
    }

    /// The first of the files (paths inside) that the tree has, as a path on the host.
    func file(_ candidates: [String], package: String) throws -> String {
        if let found = candidates.first(where: { File.exists(Path.join(path, $0)) }) { return Path.join(path, found) }
        throw Failure(
            .invalidInput, "the boot loader's tree has no \(candidates.joined(separator: " or "))",
            hint: "the repositories of the recipe must offer the package \"\(package)\"")
    }

    /// Runs the first of the programs that the tree has, with the tree's own dynamic loader and libraries.
    ///
    /// That needs neither privileges nor namespaces, and paths mean the same as outside.
    func run(_ candidates: [String], _ arguments: [String], package: String) throws {
        let program = try file(candidates, package: package)
        let loader = try file(["usr/lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2"], package: "glibc")
        let libraries = ["usr/lib64", "usr/lib/x86_64-linux-gnu"].map { Path.join(path, $0) }.joined(separator: ":")
        try Command(loader, ["--library-path", libraries, program] + arguments, progress: progress).run().check()
    }
}
