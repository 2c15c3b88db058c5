import Glibc
import Host

/// The folder in memory that NetworkManager reads our profiles from.
struct ProfileFolder {
    /// Where NetworkManager keeps profiles that do not outlast a restart.
    static let standard = "/run/NetworkManager/system-connections"

    /// The folder.
    let path: String

    init(_ path: String = ProfileFolder.standard) { self.path = path }

    /// The names of our profiles' files that lie there.
    func files() -> [String] {
        let names = (try? Folder.list(path)) ?? []
        return names.filter { NetworkProfile.isOurs($0) && File.kind(Path.join(path, $0)) == .regular }
    }

    /// The content of one of them; empty when it is gone.
    func text(_ file: String) -> String { (try? File.readText(Path.join(path, file), limit: 1 << 16)) ?? "" }

    /// Writes a profile, readable for root alone, or NetworkManager refuses it.
    func write(_ profile: NetworkProfile) throws {
        try Folder.create(path)
        try File.write(Path.join(path, profile.file), profile.text, mode: 0o600)
    }

    func remove(_ file: String) throws { try File.remove(Path.join(path, file)) }

    /// What NetworkManager is told of.
    func paths(_ files: [String]) -> [String] { files.map { Path.join(path, $0) } }
}
