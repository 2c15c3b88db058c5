public import Document
import Host

/// What a channel offers to one product and architecture: `channels/CHANNEL/PRODUCT-ARCH.json` of a repository.
public struct ChannelList: Hashable, Sendable {
    /// One release on offer.
    public struct Offer: Hashable, Sendable {
        /// Its version.
        public var version: ReleaseVersion
        /// The target path of its manifest.
        public var manifest: String
        /// To how many of a hundred machines it is offered, 0 to 100.
        public var rollout: Int
        /// The oldest version that may be upgraded to it directly; nil for any.
        public var minimumVersion: ReleaseVersion?

        /// An offer.
        public init(version: ReleaseVersion, manifest: String, rollout: Int, minimumVersion: ReleaseVersion?) {
            self.version = version
            self.manifest = manifest
            self.rollout = rollout
            self.minimumVersion = minimumVersion
        }
    }

    /// No list is longer, in bytes.
    public static let limit = 1 << 20
    /// The form that is written.
    public static let format = 1
    /// A channel offers no more releases than this.
    public static let largest = 1000

    /// The channel's name.
    public var channel: String
    /// The product's name.
    public var product: String
    /// `x86_64`
    public var architecture: String
    /// What is offered, newest first.
    public private(set) var offers: [Offer]

    /// A list; the order of the offers does not matter.
    public init(channel: String, product: String, architecture: String, offers: [Offer] = []) {
        self.channel = channel
        self.product = product
        self.architecture = architecture
        self.offers = offers.sorted { $0.version > $1.version }
    }

    /// The target path of the list.
    public var path: String { ReleasePath.list(channel: channel, product: product, architecture: architecture) }

    /// The offer of a version.
    public func offer(_ version: ReleaseVersion) -> Offer? { offers.first { $0.version == version } }

    /// Offers a release, or changes its offer.
    public mutating func put(_ offer: Offer) {
        offers = (offers.filter { $0.version != offer.version } + [offer]).sorted { $0.version > $1.version }
    }

    /// Takes an offer back.
    public mutating func remove(_ version: ReleaseVersion) { offers.removeAll { $0.version == version } }

    /// The newest release that a machine may be upgraded to: newer than what runs, offered to it, and reachable in one step.
    ///
    /// - Parameter machine: see `RolloutShare`
    public func newest(after running: ReleaseVersion, machine: String) -> Offer? {
        offers.first { offer in
            offer.version > running && offer.minimumVersion.map { running >= $0 } ?? true
                && RolloutShare.includes(
                    machine: machine, product: product, version: offer.version, percent: offer.rollout)
        }
    }

    /// The list as it is written.
    public var json: JSONValue {
        [
            "format": .integer(Self.format), "channel": .string(channel), "product": .string(product),
            "architecture": .string(architecture),
            "offers": .array(
                offers.map {
                    [
                        "version": .string($0.version.description), "manifest": .string($0.manifest),
                        "rollout": .integer($0.rollout),
                        "minimumVersion": .optional($0.minimumVersion?.description),
                    ]
                }),
        ]
    }

    /// The list's bytes: the same for the same offers.
    public var bytes: [UInt8] { JSON.bytes(json, pretty: true, sortedKeys: true) }

    /// Reads a list. Keys that are not known are left alone, as in `ReleaseManifest`.
    ///
    /// - Parameter file: how messages name it
    /// - Throws: `.incompatible` for a later form, `.invalidInput` for everything that is wrong, with its place
    public init(_ bytes: [UInt8], file: String) throws {
        let node = try JSON.parse(bytes, file: file, limit: Self.limit)
        let found = Diagnostics()
        let reader = MappingReader(node, found)
        _ = try Form.check(reader.integer("format", in: 1...Int.max), newest: Self.format, file: file, found)
        let channel = reader.string("channel")
        let product = reader.string("product")
        let architecture = reader.string("architecture")
        let nodes = reader.sequence("offers")
        if nodes.count > Self.largest {
            found.error(
                at: reader.position, "a channel offers at most \(Self.largest) releases, but here are \(nodes.count)")
        }
        let offers = nodes.prefix(Self.largest).compactMap { Self.offer($0, found) }
        for (newer, older) in zip(offers, offers.dropFirst()) where newer.version <= older.version {
            found.error(
                at: reader.position,
                "\"offers\" must name the newest release first, but \(newer.version) stands before \(older.version)")
        }
        try found.throwFirst()
        guard let channel, let product, let architecture, ReleaseName.isChannel(channel), ReleaseName.isValid(product),
            ReleaseName.isValid(architecture)
        else {
            throw Failure(.invalidInput, "\(file): channel, product and architecture are not names that can be used")
        }
        self.init(channel: channel, product: product, architecture: architecture, offers: offers)
    }

    private static func offer(_ node: Node, _ found: Diagnostics) -> Offer? {
        let reader = MappingReader(node, found)
        let version = reader.string("version")
        let manifest = reader.string("manifest")
        let rollout = reader.integer("rollout", in: 0...100)
        let minimum = reader.node("minimumVersion", required: false)
        guard let version, let manifest, let rollout else { return nil }
        guard let number = ReleaseVersion(version), ReleasePath.isValid(manifest) else {
            found.error(at: node.position, "\"version\" or \"manifest\" is none that can be used")
            return nil
        }
        let lowest = minimum?.string.flatMap { ReleaseVersion($0) }
        if let minimum, !minimum.isNull, lowest == nil {
            found.error(at: minimum.position, "\"minimumVersion\" must be a version")
            return nil
        }
        return Offer(version: number, manifest: manifest, rollout: rollout, minimumVersion: lowest)
    }
}
