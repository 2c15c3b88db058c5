import Host
import Sandbox

/// Uncompresses the kernel modules of a tree, so that the compressor of the image sees them all (DESIGN.md, decision 6).
struct ModuleUnpacking {
    let tree: Tree

    /// Describes the modules (`modules.dep` and its companions) with `depmod` of the tree, or of the host when it has none.
    ///
    /// - Parameter anew: also where a description is there already
    func describe(anew: Bool, _ mounts: RootMounts, progress: @escaping ProgressSink) throws {
        for version in try KernelModules.versions(in: tree) {
            let described = try tree.resolve("/usr/lib/modules/\(version)/modules.dep") != nil
            if anew || !described { try describe(version, mounts, progress) }
        }
    }

    /// Uncompresses all modules; the description is stale afterwards.
    func run() throws {
        for version in try KernelModules.versions(in: tree) {
            let modules = try KernelModules(tree, version: version)
            let compressed = modules.all.filter { path in
                !path.hasSuffix(".ko") && File.exists(tree.host("\(modules.folder)/\(path)"))
            }
            _ = try parallelMap(compressed) { path in
                let content = try modules.content(of: path)
                try File.writeScratch(tree.host("\(modules.folder)/\(KernelModules.plain(path))"), content)
                try File.remove(tree.host("\(modules.folder)/\(path)"))
            }
        }
    }

    /// Removes what only `depmod` itself and debuggers read of a description: the rest is twice there, as text and compiled.
    func dropSources() throws {
        for version in try KernelModules.versions(in: tree) {
            for name in ["modules.symbols", "modules.symbols.bin", "modules.alias", "modules.order"] {
                try tree.remove("/usr/lib/modules/\(version)/\(name)")
            }
        }
    }

    private func describe(_ version: String, _ mounts: RootMounts, _ progress: @escaping ProgressSink) throws {
        var command =
            try tree.resolve("/usr/sbin/depmod") == nil
            ? Command("depmod", ["-b", tree.folder, version]) : mounts.command("/usr/sbin/depmod", ["-a", version])
        command.progress = progress
        try command.run().check()
    }
}
