import Host

/// What the image's bytes are spent on (DESIGN.md, §8).
enum ImageSizes {
    /// Kernel, initramfs and root file system; of an ISO also the rest, which is what it takes to start it.
    static func parts(_ image: ImageParts, artefacts: [BuildResult.Artefact]) throws -> [BuildResult.Part] {
        var parts = try [("kernel", image.kernel), ("initramfs", image.initramfs), ("root file system", image.root)].map
        {
            BuildResult.Part(name: $0.0, size: try File.size($0.1))
        }
        if let iso = artefacts.first(where: { $0.path.hasSuffix(".iso") }) {
            parts.append(.init(name: "boot files", size: iso.size - parts.reduce(0) { $0 + $1.size }))
        }
        return parts
    }
}
