import Artefacts
import Document
import Glibc
import Host
import Transfer

/// What a finished build notes beside its artefacts, so that the next one can see that they are what it would make.
struct ArtefactRecord {
    private let folder: String
    private let name: String

    init(folder: String, name: String) {
        self.folder = folder
        self.name = name
    }

    private func path(_ kind: String) -> String { Path.join(folder, ".\(name).\(kind).build.json") }

    /// The files of an earlier build with the same key, when none of them was touched since.
    ///
    /// - Parameter kind: the format, or what else the build writes
    func unchanged(_ kind: String, key: Checksum) -> [BuildResult.Artefact]? {
        let path = path(kind)
        guard let bytes = try? File.read(path, limit: 1 << 20), let root = try? JSON.parse(bytes, file: path),
            root["key"]?.string == key.hex, let files = root["artefacts"]?.sequence, !files.isEmpty,
            File.exists(Path.join(folder, ChecksumFile.name))
        else { return nil }
        var artefacts: [BuildResult.Artefact] = []
        for file in files {
            guard let name = file["name"]?.string, let stamp = file["stamp"]?.string,
                let sha256 = file["sha256"]?.string,
                let size = file["size"]?.integer, Self.stamp(Path.join(folder, name)) == stamp
            else { return nil }
            artefacts.append(.init(path: Path.join(folder, name), size: size, sha256: sha256))
        }
        return artefacts
    }

    /// Writes `SHA256SUMS` and the note.
    func write(_ kind: String, key: Checksum, files: [String]) throws -> [BuildResult.Artefact] {
        // A folder is vouched for by its own list of checksums.
        func summed(_ file: String) -> String {
            File.kind(file) == .folder ? Path.join(Path.name(file), ChecksumFile.name) : Path.name(file)
        }
        let checksums = try ChecksumFile.update(folder: folder, names: files.map(summed))
        let artefacts = try files.map { file in
            BuildResult.Artefact(path: file, size: try Self.size(file), sha256: checksums[summed(file)] ?? "")
        }
        let json: JSONValue = [
            "key": .string(key.hex),
            "artefacts": .array(
                artefacts.map {
                    [
                        "name": .string(Path.name($0.path)), "size": .integer($0.size), "sha256": .string($0.sha256),
                        "stamp": .string(Self.stamp($0.path) ?? ""),
                    ]
                }),
        ]
        try File.write(path(kind), JSON.text(json))
        return artefacts
    }

    /// The bytes of a file, or of all files in a folder.
    static func size(_ path: String) throws -> Int {
        guard File.kind(path) == .folder else { return try File.size(path) }
        return try Folder.walk(path).map { Path.join(path, $0) }.filter { File.kind($0) == .regular }
            .reduce(0) { $0 + (try File.size($1)) }
    }

    /// Changes whenever the file, or one in the folder, is written: inode, size and time of the last change in nanoseconds.
    private static func stamp(_ path: String) -> String? {
        if File.kind(path) == .folder {
            guard let names = try? Folder.walk(path) else { return nil }
            var digest = Digest()
            for name in names { digest.update(field: "\(name) \(stamp(ofFile: Path.join(path, name)) ?? "")") }
            return digest.finish().hex
        }
        return stamp(ofFile: path)
    }

    private static func stamp(ofFile path: String) -> String? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & Glibc.S_IFMT == Glibc.S_IFREG else { return nil }
        return "\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
