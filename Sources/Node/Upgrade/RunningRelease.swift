import Host
import NodeConfig
public import Updates

/// The release that runs, as far as an upgrade has to know it.
public struct RunningRelease: Sendable {
    /// The product's name.
    public let name: String
    /// Its version.
    public let version: ReleaseVersion
    /// `x86_64`
    public let architecture: String
    /// The machines that it is made for.
    let compatibility: String

    /// What the image says about itself.
    ///
    /// - Parameter root: `/`, or a fixture
    /// - Throws: `.incompatible` when it says nothing, or nothing that can be compared
    public init(root: String = "/") throws {
        let image = try InstalledImage(root: root)
        guard let version = ReleaseVersion(image.version) else {
            throw Failure(
                .incompatible, "the running system has no version that could be compared: \"\(image.version)\"")
        }
        self.init(name: image.name, version: version, architecture: image.architecture)
    }

    init(name: String, version: ReleaseVersion, architecture: String, compatibility: String? = nil) {
        self.name = name
        self.version = version
        self.architecture = architecture
        self.compatibility = compatibility ?? name
    }
}
