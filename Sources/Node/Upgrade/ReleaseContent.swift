public import Host
public import Updates

/// A file of a release that goes to the EFI system partition.
public enum ReleaseFile: String, Sendable, CaseIterable {
    case kernel = "vmlinuz"
    case initramfs = "initramfs.img"
}

/// A release, wherever it comes from: what is written of it is compared with its manifest afterwards.
public protocol ReleaseContent {
    /// What it is made of. That of a medium has no signature: whoever puts a medium into the machine vouches for it.
    var manifest: ReleaseManifest { get }
    /// Where it comes from, for people.
    var description: String { get }

    /// Writes the root file system into a partition, or goes on with it where it was.
    ///
    /// - Parameters:
    ///   - place: the partition or image file, the first byte in it, and how many bytes there are
    ///   - isCancelled: asked often; true ends the work, and the next run goes on from there
    /// - Returns: false when it was cancelled
    func writeRoot(
        to place: SlotPlace, progress: @escaping ProgressSink, isCancelled: @escaping () -> Bool
    ) throws -> Bool

    /// Writes a file, or goes on with it where it was.
    ///
    /// - Parameter places: where its bytes go, in their order: parts of one disk or image file, as large as the file together
    /// - Returns: false when it was cancelled
    func write(
        _ file: ReleaseFile, to places: [SlotPlace], progress: @escaping ProgressSink, isCancelled: @escaping () -> Bool
    ) throws -> Bool
}

/// A part of a disk.
public struct SlotPlace: Hashable, Sendable {
    /// The device of the partition, or an image file of a whole disk.
    public let path: String
    /// The first byte in it.
    public let offset: Int
    /// How many bytes belong to it.
    public let size: Int
}
