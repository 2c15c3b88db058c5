import CLinux
import Glibc
import Host
import Transfer

/// The compressed blocks of images that were made before: a block that is the same need not be compressed again.
///
/// Beside each image lies an index of its blocks: a line with key, offset, and size for each. The key is a checksum over how the
/// block is compressed and what is in it.
final class EarlierBlocks: Sendable {
    /// Where a compressed block is.
    private struct Place {
        let file: Int
        let offset: Int
        let size: Int
        let isCompressed: Bool
    }

    private static let header = "nodewright blocks 1"

    private let descriptors: [Int32]
    private let places: [String: Place]

    /// - Parameter images: images whose index is beside them; what is missing or damaged is left out
    init(_ images: [String]) {
        var descriptors: [Int32] = []
        var places: [String: Place] = [:]
        for image in images {
            guard let index = try? File.readText(Self.index(of: image), limit: 1 << 24) else { continue }
            let lines = index.split(separator: "\n")
            let descriptor = nlinux_open(image, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0)
            guard descriptor >= 0 else { continue }
            guard let length = try? File.size(image), lines.first == "\(Self.header) \(length)" else {
                close(descriptor)
                continue
            }
            for line in lines.dropFirst() {
                let fields = line.split(separator: " ")
                guard fields.count == 4, let offset = Int(fields[1]), let size = Int(fields[2]), offset > 0, size > 0,
                    size <= 1 << 20, offset + size <= length
                else { continue }
                places[String(fields[0])] = Place(
                    file: descriptors.count, offset: offset, size: size, isCompressed: fields[3] == "c")
            }
            descriptors.append(descriptor)
        }
        self.descriptors = descriptors
        self.places = places
    }

    deinit { descriptors.forEach { close($0) } }

    /// The bytes of a block as they lie in an image; nil when no image has it.
    func block(_ key: Checksum) -> (bytes: [UInt8], isCompressed: Bool)? {
        guard let place = places[key.hex] else { return nil }
        var bytes = [UInt8](repeating: 0, count: place.size)
        let count = bytes.withUnsafeMutableBytes {
            pread(descriptors[place.file], $0.baseAddress, place.size, place.offset)
        }
        return count == place.size ? (bytes, place.isCompressed) : nil
    }

    /// The file with the index of an image.
    static func index(of image: String) -> String { image + ".blocks" }

    /// Writes the index of an image.
    static func write(_ blocks: [(key: Checksum, offset: Int, size: Int, isCompressed: Bool)], of image: String) throws
    {
        var text = "\(header) \(try File.size(image))\n"
        for block in blocks {
            text += "\(block.key.hex) \(block.offset) \(block.size) \(block.isCompressed ? "c" : "-")\n"
        }
        try File.write(index(of: image), text)
    }
}
