import Artefacts
import Host
import Recipe
import RootTree

/// Makes the folder that machines start from over the network.
struct PXEMaker: ArtefactMaker {
    let phase = "PXE"

    func make(_ parts: ImageParts) throws -> [String] {
        let network = try parts.cache.stage("network initramfs", key: parts.keys.networkInitramfs()) { work in
            let result = try Initramfs(
                parts.baseTree, kernel: parts.kernelVersion, epoch: parts.epoch,
                compression: parts.keys.compression.ofNetworkInitramfs, progress: parts.progress
            ).writeNetwork(to: Path.join(work, "network.img"))
            return "\(result.size / 1_000_000) MB"
        }
        let path = Path.join(parts.options.output, "pxe")
        try PXEFolder(
            // Without the word Nodewright, as in the ISO's menu.
            title: "\(parts.recipe.name) \(parts.recipe.version)", kernelArguments: parts.kernelArguments,
            kernel: parts.kernel, initramfs: parts.initramfs, network: Path.join(network, "network.img"),
            root: parts.root, tools: ToolTree(parts.bootTree, progress: parts.progress), epoch: parts.epoch
        ).write(to: path)
        return [path]
    }
}
