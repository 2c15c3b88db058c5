import Host
import RootTree

/// The kernel of a root tree.
enum KernelVersion {
    /// The version of the only kernel in the tree: the folder of `/usr/lib/modules` that has a `vmlinuz`.
    ///
    /// - Throws: when there is none, or more than one
    static func only(in tree: Tree) throws -> String {
        let modules = tree.host("/usr/lib/modules")
        let versions = File.kind(modules) == .folder ? try Folder.list(modules) : []
        let kernels = versions.filter { File.exists(Path.join(modules, $0 + "/vmlinuz")) }
        guard let kernel = kernels.first else {
            throw Failure(
                .invalidInput, "the packages of the recipe contain no kernel (/usr/lib/modules/VERSION/vmlinuz)",
                hint: "add \"kernel-core\" to packages")
        }
        guard kernels.count == 1 else {
            throw Failure(
                .invalidInput,
                "the packages of the recipe contain \(kernels.count) kernels: \(kernels.joined(separator: ", "))",
                hint: "exclude all but one, or name the wanted one with its version")
        }
        return kernel
    }
}
