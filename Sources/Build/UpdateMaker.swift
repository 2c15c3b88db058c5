import Artefacts
import Host
import NodeConfig
import Recipe

/// Makes the folder that slots are upgraded from.
struct UpdateMaker: ArtefactMaker {
    let phase = "update"

    func make(_ parts: ImageParts) throws -> [String] {
        let path = Path.join(parts.options.output, "update")
        try UpdateFolder(
            name: parts.recipe.name, version: parts.recipe.version, architecture: parts.recipe.arch,
            kernel: parts.kernel, initramfs: parts.initramfs, root: parts.root, hashTree: try parts.hashTree(),
            kernelArguments: parts.kernelArguments, configurationSchema: NodeConfiguration.schemaVersion,
            epoch: parts.epoch
        ).write(to: path)
        return [path]
    }
}
