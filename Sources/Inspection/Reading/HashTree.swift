import Glibc
import Host

/// The dm-verity hash tree of a root file system.
struct HashTree: Sendable {
    /// The root file system.
    let data: Region
    /// The hash tree, its header first.
    let hashes: Region

    /// What a check has shown.
    public struct Check: Sendable, Equatable {
        /// What the tree protects.
        public let name: String
        /// The root hash that the boot configuration names; nil when it names none that fits.
        public let rootHash: String?
        /// Why it does not hold; nil when it does.
        public let problem: String?
    }

    /// Checks every block against the root hashes that the boot configuration names (`veritysetup verify`; no root needed).
    ///
    /// - Parameter candidates: root hashes in hexadecimal; the tree must fit one of them
    func check(_ candidates: [String], work: String, progress: @escaping ProgressSink) throws -> Check {
        guard !candidates.isEmpty else {
            return Check(name: data.name, rootHash: nil, problem: "no boot entry names its root hash")
        }
        // veritysetup reads from the beginning of a file only.
        let dataFile = try whole(data, Path.join(work, "data"), progress)
        let hashFile = try whole(hashes, Path.join(work, "hashes"), progress)
        var problem = ""
        for candidate in candidates {
            let result = try Command("veritysetup", ["verify", dataFile, hashFile, candidate], progress: progress).run()
            if result.status == 0 { return Check(name: data.name, rootHash: candidate, problem: nil) }
            problem = result.errorTail.split(separator: "\n").first.map(String.init) ?? "it does not fit the root hash"
        }
        return Check(name: data.name, rootHash: nil, problem: problem)
    }

    private func whole(_ region: Region, _ copy: String, _ progress: @escaping ProgressSink) throws -> String {
        if region.offset == 0, try File.size(region.file) == region.size { return region.file }
        try region.copy(to: copy)
        return copy
    }
}

extension Region {
    /// Copies the bytes into a new file, in which runs of zeros take no space.
    func copy(to path: String) throws {
        try File.write(path, [])
        try check("set the size of \"\(path)\"") { truncate(path, off_t(size)) }
        let descriptor = try check("open \"\(path)\"") { open(path, O_WRONLY | O_CLOEXEC) }
        defer { close(descriptor) }
        let piece = 1 << 20
        for start in stride(from: 0, to: size, by: piece) {
            let bytes = try read(piece, at: start)
            if bytes.allSatisfy({ $0 == 0 }) { continue }
            try check("write \"\(path)\"") { lseek(descriptor, off_t(start), SEEK_SET) < 0 ? -1 : 0 }
            try File.append(bytes, to: descriptor, named: path)
        }
    }
}

/// Finds `roothash=HEX` in boot configurations.
func rootHashes(in texts: [String]) -> [String] {
    var found: [String] = []
    for text in texts {
        for match in text.matches(of: /roothash=([0-9a-fA-F]{64})(?![0-9a-fA-F])/) {
            let hash = String(match.output.1).lowercased()
            if !found.contains(hash) { found.append(hash) }
        }
    }
    return found
}
