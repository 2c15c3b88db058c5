import Host
import Updates

/// Where a repository is, as people write it.
public enum RepositoryPlace {
    /// Opens a repository: the path of a folder, or `oci://HOST/NAME`.
    ///
    /// - Throws: `.busy` when somebody else publishes to a folder
    public static func open(_ place: String, for access: RepositoryFolder.Access) throws -> any RepositoryStorage {
        guard place.contains("://") else { return try RepositoryFolder(place, for: access) }
        guard place.hasPrefix(RegistryAddress.scheme) else {
            throw Failure(
                .invalidInput, "\"\(place)\" cannot be published to",
                hint:
                    "publish to a folder, and copy that to the server, metadata/timestamp.json last; or to oci://HOST/NAME"
            )
        }
        let address = try RegistryAddress(place)
        let credentials = try RegistryCredentials(host: address.host, file: RegistryCredentials.usualFile)
        return try RegistryRepository(RegistryClient(address, credentials: credentials), for: access)
    }
}
