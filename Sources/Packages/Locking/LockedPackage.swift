import CSolv
import Host
import Transfer

/// One exact package.
public struct LockedPackage: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Epoch (0 when it has none), version and release.
    public var epoch: Int
    /// The upstream version.
    public var version: String
    /// The distribution's release.
    public var release: String
    /// `x86_64`, `noarch` …
    public var architecture: String
    /// What the file must hash to.
    public var checksum: Checksum
    /// The size of the file in bytes.
    public var size: Int
    /// How much it takes when it is installed, in bytes, as the repository says.
    public var installedSize: Int
    /// When it was built, in seconds since 1970.
    public var buildTime: Int
    /// The name of the repository it comes from.
    public var repository: String
    /// Where it lies, relative to the repository's base URL.
    public var location: String
    /// Why it is there.
    public var reason: PackageReason

    /// `bash-5.1.8-9.el9.x86_64`, with the epoch unless it is 0.
    public var nevra: String { "\(name)-\(epoch == 0 ? "" : "\(epoch):")\(version)-\(release).\(architecture)" }
}

extension PackagePool {
    /// The facts about a chosen package.
    func locked(_ id: Id, _ reasons: InstallReasons) throws -> LockedPackage {
        let package = solvable(id)
        let evr = EVR(string(package.pointee.evr))
        let repository = repositories.first { $0.id == package.pointee.repo.pointee.repoid }?.metadata.source.name ?? ""
        guard let location = solvable_lookup_location(package, nil).map({ String(cString: $0) }),
            isPlainRelativePath(location), solvable_lookup_str(package, Id(SOLVABLE_MEDIABASE.rawValue)) == nil
        else {
            throw Failure(
                .invalidInput, "repository \"\(repository)\": the place of \(nevra(id)) leads out of the repository")
        }
        var type: Id = 0
        let hex = solvable_lookup_checksum(package, Id(SOLVABLE_CHECKSUM.rawValue), &type).map { String(cString: $0) }
        let algorithm: HashAlgorithm? =
            switch UInt32(type) {
            case REPOKEY_TYPE_SHA256.rawValue: .sha256
            case REPOKEY_TYPE_SHA512.rawValue: .sha512
            default: nil
            }
        guard let algorithm, let checksum = hex.flatMap({ Checksum(algorithm, hex: $0) }) else {
            throw Failure(
                .signature, "repository \"\(repository)\" has no SHA-256 or SHA-512 checksum for \(nevra(id))",
                hint: "recreate the repository with createrepo_c")
        }
        func number(_ key: solv_knownid) -> Int { Int(clamping: solvable_lookup_num(package, Id(key.rawValue), 0)) }
        return LockedPackage(
            name: name(id), epoch: evr.epoch, version: evr.version, release: evr.release,
            architecture: string(package.pointee.arch), checksum: checksum, size: number(SOLVABLE_DOWNLOADSIZE),
            installedSize: number(SOLVABLE_INSTALLSIZE), buildTime: number(SOLVABLE_BUILDTIME), repository: repository,
            location: location, reason: reasons[id])
    }
}
