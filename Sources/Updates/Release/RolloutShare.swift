import Transfer

/// Which machines a release is offered to while only a part of them may have it.
public enum RolloutShare {
    /// The place of a machine in the rollout of a release, from 0 to 99: the same one at every call, another one for each release,
    /// so that it is not always the same machines that come first. SHA-256 over identifier, product and version.
    ///
    /// - Parameter machine: an identifier that stays the same and is not secret, such as one derived from the machine id
    public static func place(machine: String, product: String, version: ReleaseVersion) -> Int {
        var digest = Digest(.sha256)
        for field in [machine, product, version.description] { digest.update(field: field) }
        let number = digest.finish().bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(number % 100)
    }

    /// Whether a machine is among the first `percent` of a hundred; a release that was offered to it stays so when the share grows.
    public static func includes(
        machine: String, product: String, version: ReleaseVersion, percent: Int
    ) -> Bool { place(machine: machine, product: product, version: version) < percent }
}
