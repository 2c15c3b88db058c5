import Host

/// The files of a FAT file system inside a disk image, read with mtools.
struct FATImage {
    /// The file system.
    let region: Region
    let progress: ProgressSink

    private var device: String { "\(region.file)@@\(region.offset)" }

    /// The paths of all files, from `/`.
    func files() throws -> [String] {
        let result = try Command("mdir", ["-/", "-b", "-i", device, "::/"], progress: progress).run()
        guard result.status == 0 else {
            throw Failure(
                .invalidInput, "the FAT file system \"\(region.name)\" cannot be read", hint: RootFileSystem.damaged,
                details: result.errorTail.split(separator: "\n").suffix(2).map(String.init))
        }
        return result.text.split(separator: "\n").filter { $0.hasPrefix("::/") && !$0.hasSuffix("/") }.map {
            String($0.dropFirst(2))
        }
    }

    /// Copies a file out.
    ///
    /// - Parameter target: a path of our own choice: names of an artefact never become paths on this machine
    func copy(_ path: String, to target: String) throws -> Region {
        let result = try Command("mcopy", ["-n", "-i", device, "::" + path, target], progress: progress).run()
        guard result.status == 0 else {
            throw Failure(
                .invalidInput, "\"\(path)\" in \"\(region.name)\" cannot be read", hint: RootFileSystem.damaged,
                details: result.errorTail.split(separator: "\n").suffix(2).map(String.init))
        }
        return try Region(path, in: target)
    }
}
