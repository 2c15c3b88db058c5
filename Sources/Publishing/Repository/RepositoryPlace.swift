import Host

/// Where a repository is, as people write it.
public enum RepositoryPlace {
    /// Opens a repository: the path of a folder.
    public static func open(_ place: String, for access: RepositoryFolder.Access) throws -> any RepositoryStorage {
        guard !place.contains("://") else {
            throw Failure(
                .invalidInput, "\"\(place)\" cannot be published to",
                hint: "publish to a folder, and copy that to the server: rsync -H --delay-updates, timestamp.json last")
        }
        return try RepositoryFolder(place, for: access)
    }
}
