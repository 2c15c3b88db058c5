import Host

/// A qcow2 image (docs/interop/qcow2.txt of QEMU), which may come from anywhere.
enum QCOW2 {
    static let magic: [UInt8] = [0x51, 0x46, 0x49, 0xFB]
    /// The largest disk that is unpacked, in bytes: 64 GiB.
    private static let limit = 64 << 30

    /// Unpacks the image into a sparse file.
    ///
    /// - Throws: `.invalidInput` for an image that leans on other files (which it could choose freely), is encrypted or too large
    static func unpack(_ path: String, to target: String, progress: @escaping ProgressSink) throws {
        let header = try Region(Path.name(path), in: path).read(104)
        func number(_ offset: Int, _ bytes: Int) -> Int? {
            guard header.count >= offset + bytes else { return nil }
            return Array(header[offset..<(offset + bytes)].reversed()).number(at: 0, bytes: bytes)
        }
        guard header.starts(with: magic), let version = number(4, 4), [2, 3].contains(version),
            let backing = number(8, 8), let size = number(24, 8), let encryption = number(32, 4)
        else {
            throw Failure(.invalidInput, "\"\(path)\" has a damaged qcow2 header", hint: RootFileSystem.damaged)
        }
        let features = version == 3 ? number(72, 8) ?? -1 : 0
        // Bits 0 and 1: left dirty or corrupt; bit 2: the data lie in another file.
        guard backing == 0, encryption == 0, features & 0b100 == 0, features >= 0 else {
            throw Failure(
                .invalidInput, "\"\(path)\" needs another file or a key to be read",
                hint: "flatten it: qemu-img convert -O qcow2 IMAGE WHOLE-IMAGE")
        }
        guard size <= limit else {
            throw Failure(.invalidInput, "\"\(path)\" is a disk of \(size) bytes; at most \(limit) are unpacked")
        }
        let result = try Command(
            "qemu-img", ["convert", "-f", "qcow2", "-O", "raw", path, target], progress: progress
        ).run()
        guard result.status == 0 else {
            if result.errorTail.contains("No space left") { try result.check(.device) }
            throw Failure(
                .invalidInput, "\"\(path)\" cannot be read as a qcow2 image", hint: RootFileSystem.damaged,
                details: result.errorTail.split(separator: "\n").suffix(2).map(String.init))
        }
    }
}
