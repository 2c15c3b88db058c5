import Artefacts
import Disks
import Host
import Recipe
import Transfer

/// Makes disks and sticks.
struct DiskMaker: ArtefactMaker {
    /// What is made.
    enum Kind {
        /// A raw disk with two slots.
        case raw
        /// The same, compressed, for virtual machines.
        case qcow2
        /// A stick: one slot, and a small state partition that grows on the stick.
        case usb
    }

    let kind: Kind

    var phase: String {
        switch kind {
        case .raw: "disk"
        case .qcow2: "qcow2"
        case .usb: "USB"
        }
    }

    func check(_ parts: ImageParts) throws { _ = try sizes(parts) }

    func make(_ parts: ImageParts) throws -> [String] {
        let path = parts.output(kind == .usb ? ".usb.img" : kind == .raw ? ".raw" : ".qcow2")
        let image = DiskImage(
            // Without the word Nodewright: whoever waits for it on a serial line waits for the status screen.
            title: "\(parts.recipe.name) \(parts.recipe.version)", kernel: parts.kernel, initramfs: parts.initramfs,
            root: parts.root, hashTree: try parts.hashTree(), sizes: try sizes(parts), architecture: parts.recipe.arch,
            efi: try EFILoader(tree: parts.bootTree),
            bios: try DiskBIOSLoader.make(tools: ToolTree(parts.bootTree, progress: parts.progress)),
            kernelArguments: parts.kernelArguments, epoch: parts.epoch, purpose: kind == .usb ? "stick" : "disk",
            progress: parts.progress)
        guard kind == .qcow2 else {
            try image.write(to: path)
            return [path]
        }
        try image.write(to: path) { raw, target in
            // One coroutine writes in order; several would put clusters wherever they come.
            try Command(
                "qemu-img", ["convert", "-q", "-f", "raw", "-O", "qcow2", "-c", "-m", "1", raw, target],
                progress: parts.progress
            ).run().check()
        }
        return [path]
    }

    private func sizes(_ parts: ImageParts) throws -> DiskLayout.Sizes {
        let image = parts.recipe.image
        let root = try File.size(parts.root)
        if kind == .usb {
            // Nobody upgrades a stick in place: no larger than it must be, so that it is written quickly.
            var sizes = DiskLayout.Sizes(esp: image.espSize, slot: root, state: 64 << 20)
            sizes.slots = [.a]
            return sizes
        }
        let slot = image.slotSize ?? 2 * root
        guard slot >= root * 3 / 2 else {
            throw Failure(
                .invalidInput,
                "\(image.position): a slot of \(slot >> 20) MiB is too small: the root file system has \(root >> 20) MiB, and the"
                    + " next one may be half as large again (image: sizes: slot)",
                hint: "give it at least \(DiskLayout.rounded(root * 3 / 2) >> 20) MiB, or make the image smaller")
        }
        return DiskLayout.Sizes(esp: image.espSize, slot: slot, state: image.stateSize)
    }
}

extension ImageParts {
    /// The hash tree of the root file system, from the cache when an earlier build or another format has made it.
    func hashTree() throws -> HashTree {
        let checksum = try Checksum.of(file: root)
        var key = Digest()
        key.update(field: "hash tree, format 1")
        key.update(field: checksum.hex)
        let folder = try cache.stage("hash tree", key: key.finish()) { work in
            try HashTree.make(root: root, checksum: checksum, in: work)
            return try HashTree(folder: work).rootHash
        }
        return try HashTree(folder: folder)
    }
}
