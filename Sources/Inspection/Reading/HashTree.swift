import Host
import Verity

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

    /// Checks every block against the root hashes that the boot configuration names.
    ///
    /// - Parameter candidates: root hashes in hexadecimal; the tree must fit one of them
    func check(_ candidates: [String], progress: ProgressSink) throws -> Check {
        func found(_ rootHash: String?, _ problem: String?) -> Check {
            Check(name: data.name, rootHash: rootHash, problem: problem)
        }
        guard !candidates.isEmpty else { return found(nil, "no boot entry names its root hash") }
        do {
            let check = try VerityCheck(data: (data.file, data.offset), tree: (hashes.file, hashes.offset))
            let rootHash = try check.rootHash
            guard candidates.contains(rootHash) else { return found(nil, "it does not fit the root hash") }
            _ = try check.run(rootHash: rootHash, progress: progress)
            return found(rootHash, nil)
        } catch let failure as Failure where failure.status == .signature { return found(nil, failure.message) }
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
