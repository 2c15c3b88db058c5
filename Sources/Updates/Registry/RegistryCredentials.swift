import Document
import Host

/// What a registry lets somebody in with, as `docker login` and `podman login` note it: `auths` in `config.json`.
public struct RegistryCredentials: Sendable, CustomStringConvertible {
    /// `name:password` in base64, the value of an Authorization header of the scheme Basic; nil for nobody in particular.
    let basic: String?

    /// Nobody in particular.
    public static let anonymous = RegistryCredentials(basic: nil)

    /// Says nothing.
    public var description: String { basic == nil ? "(nobody)" : "(credentials)" }

    private init(basic: String?) { self.basic = basic }

    /// Looks for a host in a file of credentials.
    ///
    /// - Throws: `.invalidInput` when the file is damaged, or leaves the host to a program
    public init(host: String, file: String) throws {
        guard File.exists(file) else {
            basic = nil
            return
        }
        let config = try JSON.parse(File.read(file, limit: 1 << 20), file: file)
        let auths = config["auths"]?.mapping ?? []
        guard let entry = auths.first(where: { Self.host(of: $0.key) == host }) else {
            basic = nil
            return
        }
        guard let auth = entry.value["auth"]?.string, Base64.bytes(auth)?.contains(UInt8(ascii: ":")) == true else {
            throw Failure(
                .invalidInput, "\"\(file)\" has no name and password for \(host)",
                hint: "a program keeps them (credsStore), which is not asked: log in with an empty credsStore")
        }
        basic = auth
    }

    /// Where they are noted: `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`.
    public static var usualFile: String {
        let folder =
            Environment.variable("DOCKER_CONFIG")
            ?? Path.join(Environment.variable("HOME") ?? "/", ".docker")
        return Path.join(folder, "config.json")
    }

    /// `https://index.example.org/v1/` is the older way to write a host.
    private static func host(of key: String) -> String {
        let rest = key.firstRange(of: "://").map { String(key[$0.upperBound...]) } ?? key
        return String(rest.prefix { $0 != "/" })
    }
}
