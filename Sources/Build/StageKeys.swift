import CLinux
import Document
import Glibc
import Host
import Packages
import Recipe
import Sandbox
import Transfer

/// The key of each stage: a checksum over everything that goes into it, and over the program itself.
struct StageKeys {
    let recipe: ResolvedRecipe
    let options: BuildOptions
    let program: Checksum
    let epoch: Int
    let lock: Lock
    let bootLock: Lock

    /// How the root file system is compressed.
    var compression: ResolvedRecipe.Image.Compression { options.compression ?? recipe.image.compression }

    private func begin(_ stage: String) -> Digest {
        var digest = Digest()
        digest.update(field: stage)
        digest.update(field: program.hex)
        digest.update(field: "\(epoch)")
        return digest
    }

    private func add(_ lock: Lock, to digest: inout Digest) {
        for package in lock.packages { digest.update(field: package.checksum.description) }
        // What `Installer` is told besides the packages.
        digest.update(field: "docs \(!recipe.trim.removesDocs)")
        digest.update(field: "languages \(recipe.trim.locales?.map(\.value).joined(separator: " ") ?? "all")")
        digest.update(field: "users \(recipe.users.map(\.name).joined(separator: " "))")
    }

    /// The installed packages.
    func rootTree() -> Checksum {
        var digest = begin("root tree")
        add(lock, to: &digest)
        return digest.finish()
    }

    /// The boot loader's tree.
    func bootLoader() -> Checksum {
        var digest = begin("boot loader")
        add(bootLock, to: &digest)
        return digest.finish()
    }

    /// The initramfs.
    func initramfs() -> Checksum {
        var digest = begin("initramfs")
        digest.update(field: rootTree().hex)
        digest.update(field: "\(compression.ofInitramfs)")
        return digest.finish()
    }

    /// What the initramfs needs beside itself for the network.
    func networkInitramfs() -> Checksum {
        var digest = begin("network initramfs")
        digest.update(field: rootTree().hex)
        digest.update(field: "\(compression.ofNetworkInitramfs)")
        return digest.finish()
    }

    /// The changes of the recipe: the whole recipe with the places that the image's manifest names, the content of overlays and
    /// scripts.
    ///
    /// - Parameter rung: root and others mark removed files in different ways; nil for the content alone
    func customised(rung: Rung?) throws -> Checksum {
        var digest = begin("customise")
        digest.update(field: rootTree().hex)
        digest.update(field: JSON.text(recipe.json, sortedKeys: true))
        digest.update(field: RecipePlaces(recipe).identity.hex)
        digest.update(field: rung == .root ? "root" : "user")
        for overlay in recipe.overlays { try add(folder: overlay.path, to: &digest) }
        for script in recipe.scripts { digest.update(field: try Checksum.of(file: script.path).hex) }
        return digest.finish()
    }

    /// The root file system.
    func rootImage(rung: Rung?) throws -> Checksum {
        var digest = begin("root file system")
        digest.update(field: try customised(rung: rung).hex)
        digest.update(field: "\(String(describing: options.compression))")
        return digest.finish()
    }

    /// The files of one format.
    func artefact(_ format: ArtefactFormat) throws -> Checksum {
        var digest = begin("artefact \(format.rawValue)")
        digest.update(field: bootLoader().hex)
        digest.update(field: try rootImage(rung: nil).hex)
        for argument in options.kernelArguments { digest.update(field: argument) }
        return digest.finish()
    }

    /// Names, kinds, permission bits and content of everything below a folder.
    private func add(folder: String, to digest: inout Digest) throws {
        digest.update(field: folder)
        for name in try Folder.walk(folder) {
            let path = Path.join(folder, name)
            var status = stat()
            try check("read \"\(path)\"") { lstat(path, &status) }
            digest.update(field: "\(name) \(status.st_mode)")
            switch File.kind(path) {
            case .regular: digest.update(field: try Checksum.of(file: path).hex)
            case .link: digest.update(field: try File.linkTarget(path))
            default: break
            }
        }
    }
}
