import CRpm

/// What a package says about itself, besides its files.
public struct PackageFacts: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// 0 when it has none.
    public var epoch: Int
    /// The upstream version.
    public var version: String
    /// The distribution's release.
    public var release: String
    /// `x86_64`, `noarch` …
    public var architecture: String
    /// The license as the package words it: an SPDX expression in a current Fedora, free text elsewhere; may be empty.
    public var license: String
    /// Who built it; may be empty.
    public var vendor: String
    /// The file name of the source package; nil when the package does not say.
    public var source: String?
    /// Where the project lives; nil when the package does not say.
    public var url: String?
    /// One line of description.
    public var summary: String
    /// How much it takes when all of it is installed, in bytes.
    public var installedSize: Int

    /// Facts about a package.
    public init(
        name: String, epoch: Int, version: String, release: String, architecture: String, license: String,
        vendor: String, source: String?, url: String?, summary: String, installedSize: Int
    ) {
        self.name = name
        self.epoch = epoch
        self.version = version
        self.release = release
        self.architecture = architecture
        self.license = license
        self.vendor = vendor
        self.source = source
        self.url = url
        self.summary = summary
        self.installedSize = installedSize
    }

    /// `bash-5.1.8-9.el9.x86_64`, with the epoch unless it is 0.
    public var nevra: String { "\(name)-\(epoch == 0 ? "" : "\(epoch):")\(version)-\(release).\(architecture)" }
}

extension PackageFacts {
    /// Whether this is an older build of a package than `other`: by epoch, version and release, as rpm compares them.
    public func isOlder(than other: PackageFacts) -> Bool {
        if epoch != other.epoch { return epoch < other.epoch }
        let order = rpmvercmp(version, other.version)
        return (order == 0 ? rpmvercmp(release, other.release) : order) < 0
    }
}

extension PackageHeader {
    /// What the package says about itself.
    public var facts: PackageFacts {
        func text(_ tag: rpmTag_e) -> String? {
            guard let pointer = headerGetString(pointer, rpmTagVal(tag.rawValue)), pointer.pointee != 0 else {
                return nil
            }
            return String(cString: pointer)
        }
        func number(_ tag: rpmTag_e) -> Int { Int(clamping: headerGetNumber(pointer, rpmTagVal(tag.rawValue))) }
        return PackageFacts(
            name: text(RPMTAG_NAME) ?? "", epoch: number(RPMTAG_EPOCH), version: text(RPMTAG_VERSION) ?? "",
            release: text(RPMTAG_RELEASE) ?? "", architecture: text(RPMTAG_ARCH) ?? "",
            license: text(RPMTAG_LICENSE) ?? "", vendor: text(RPMTAG_VENDOR) ?? "", source: text(RPMTAG_SOURCERPM),
            url: text(RPMTAG_URL), summary: text(RPMTAG_SUMMARY) ?? "",
            installedSize: max(number(RPMTAG_LONGSIZE), number(RPMTAG_SIZE)))
    }

    /// Reads what many packages say about themselves.
    ///
    /// - Parameter paths: RPM files that have been verified
    public static func facts(ofPackages paths: [String]) throws -> [PackageFacts] {
        try RPMLibrary.use { log in
            let transaction = try RPMTransactionSet()
            return try paths.map { try PackageHeader(reading: $0, with: transaction.pointer, log).facts }
        }
    }
}
