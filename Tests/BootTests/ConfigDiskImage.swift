import Host

/// A disk with a FAT file system that brings a node's configuration along, as any computer makes it.
enum ConfigDiskImage {
    /// Makes one.
    ///
    /// - Returns: the image
    static func make(_ document: String, in folder: String, name: String = "config") throws -> String {
        let (file, image) = (Path.join(folder, name + ".yaml"), Path.join(folder, name + ".img"))
        try File.write(file, document)
        try Command("truncate", ["-s", "8M", image]).run().check()
        try Command("mkfs.vfat", ["-n", "NODECONFIG", image]).run().check()
        try Command("mcopy", ["-i", image, file, "::node.yaml"]).run().check()
        return image
    }
}
