import Artefacts
import Host
import Recipe

/// Makes the hybrid ISO.
struct ISOMaker: ArtefactMaker {
    let phase = "ISO"

    func make(_ parts: ImageParts) throws -> [String] {
        let path = parts.output(".iso")
        let tools = ToolTree(parts.bootTree, progress: parts.progress)
        let menu = BootMenu(
            // Without the word Nodewright: whoever waits for it on a serial line waits for the status screen.
            title: "\(parts.recipe.name) \(parts.recipe.version)", label: parts.recipe.image.label,
            kernelArguments: parts.kernelArguments)
        try HybridISO(
            menu: menu, kernel: parts.kernel, initramfs: parts.initramfs, root: parts.root,
            bios: BIOSLoader(tools: tools), installed: DiskBIOSLoader.make(tools: tools),
            efi: EFILoader(tree: parts.bootTree), epoch: parts.epoch, progress: parts.progress
        ).write(to: path) { size in
            guard let limit = parts.recipe.image.isoLimit, size > limit else { return }
            throw Failure(
                .invalidInput,
                "the ISO has \(size) bytes, more than the \(limit) that the recipe allows (image: sizes: iso-limit)",
                hint: "remove packages, add trim rules, or raise the limit")
        }
        return [path]
    }
}
