import CLinux
import Glibc
import Host
import Transfer

/// A target that stands in a folder.
public struct DownloadedTarget: Sendable {
    /// Where the file is.
    public let path: String
    /// Whether it was there already.
    public let isReused: Bool
}

extension UpdateClient {
    /// Downloads a target into a folder, under its path in percent-encoded form: `images/a` becomes `images%2Fa` (5.7).
    ///
    /// Length and every hash are verified while it arrives in a file aside, which then takes the name; a file that is there
    /// with the right content is kept.
    ///
    /// - Parameter progress: hears how many bytes have arrived
    /// - Throws: `.network`, `.signature` when the content is another, `.device` when it cannot be written
    public func download(
        _ target: TargetFile, to folder: String, progress: @escaping (Int) -> Void = { _ in }
    ) throws -> DownloadedTarget {
        guard let source = targets else { throw Failure(.internalError, "this client has no source of targets") }
        guard !target.path.isEmpty else { throw Failure(.signature, "a target has no name") }
        guard !target.hashes.checksums.isEmpty else {
            throw Failure(
                .signature, "the target \"\(target.path)\" is not accepted: \(FileHashes.unverifiable)",
                hint: "the publisher has to add one of them")
        }
        let destination = Path.join(folder, PercentEncoding.fileName(target.path))
        if try isThere(target, destination) { return DownloadedTarget(path: destination, isReused: true) }
        try Folder.create(folder)
        try File.replace(destination) { aside in
            let descriptor = try check("create \"\(aside)\"") {
                nlinux_open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
            }
            defer { close(descriptor) }
            let check = ArrivingTarget(target)
            let isServed = try source.target(try remotePath(target), limit: target.length) { piece in
                check.add(piece)
                try File.append(piece, to: descriptor, named: aside)
                progress(check.length)
            }
            guard isServed else {
                throw Failure(
                    .network, "the repository has no file for the target \"\(target.path)\"",
                    hint: "check the base address of targets; a mirror may be incomplete")
            }
            try check.finish()
        }
        return DownloadedTarget(path: destination, isReused: false)
    }

    /// Where a target is below the base address: with consistent snapshots, the last component begins with a hash of the file
    /// (specification, section 5.7.2).
    ///
    /// - Throws: as `refresh`
    public func remotePath(_ target: TargetFile) throws -> String {
        guard try refresh().root.consistentSnapshot, let hash = target.hashes.checksums.first else {
            return target.path
        }
        let name = Path.name(target.path)
        return target.path.dropLast(name.count) + "\(hash.hex).\(name)"
    }

    private func isThere(_ target: TargetFile, _ path: String) throws -> Bool {
        guard File.kind(path) == .regular, try File.size(path) == target.length else { return false }
        return try target.hashes.checksums.allSatisfy { try Checksum.of(file: path, $0.algorithm) == $0 }
    }
}

/// Length and hashes of a target while it arrives.
private final class ArrivingTarget {
    private let target: TargetFile
    private var sha256 = Digest(.sha256)
    private var sha512 = Digest(.sha512)
    private(set) var length = 0

    init(_ target: TargetFile) { self.target = target }

    func add(_ piece: UnsafeRawBufferPointer) {
        for checksum in target.hashes.checksums {
            switch checksum.algorithm {
            case .sha256: sha256.update(piece)
            case .sha512: sha512.update(piece)
            case .sha1: break
            }
        }
        length += piece.count
    }

    func finish() throws {
        let hint =
            "the server or a proxy sends another file than the signed metadata names; try again later or another mirror"
        guard length == target.length else {
            throw Failure(
                .signature, "the target \"\(target.path)\" has \(length) bytes instead of \(target.length)", hint: hint)
        }
        for expected in target.hashes.checksums {
            let actual = expected.algorithm == .sha512 ? sha512.finish() : sha256.finish()
            guard actual == expected else {
                throw Failure(
                    .signature,
                    "the target \"\(target.path)\" is another file: its \(expected.algorithm.rawValue) hash is \(actual.hex), not \(expected.hex)",
                    hint: hint)
            }
        }
    }
}
