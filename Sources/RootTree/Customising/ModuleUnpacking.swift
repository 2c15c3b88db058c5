import Host
import Sandbox

/// Uncompresses the kernel modules of a tree, so that the compressor of the image sees them all (DESIGN.md, decision 6).
struct ModuleUnpacking {
    let tree: Tree

    /// Uncompresses the modules that are left and describes them anew with `depmod` of the tree, or of the host when it has none.
    func run(_ mounts: RootMounts, progress: @escaping ProgressSink) throws {
        for version in try KernelModules.versions(in: tree) {
            guard !(try tree.lines("/usr/lib/modules/\(version)/modules.order")).isEmpty else { continue }
            try describe(version, mounts, progress)
            let modules = try KernelModules(tree, version: version)
            let compressed = modules.all.filter {
                !$0.hasSuffix(".ko") && File.exists(tree.host("\(modules.folder)/\($0)"))
            }
            _ = try parallelMap(compressed) { path in
                let content = try modules.content(of: path)
                let file = tree.host("\(modules.folder)/\(path)")
                guard let ending = path.firstRange(of: ".ko") else { return }
                let plain = tree.host("\(modules.folder)/\(path[..<ending.upperBound])")
                try File.writeScratch(plain, content)
                try File.remove(file)
            }
            try describe(version, mounts, progress)
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
