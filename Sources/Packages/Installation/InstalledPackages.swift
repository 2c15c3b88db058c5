import CRpm
import Glibc
import Host

/// The packages that a tree's package database has, with their files.
public struct InstalledPackages: Sendable {
    /// Where the database lies in a tree.
    public static let databasePath = "/usr/lib/sysimage/rpm/rpmdb.sqlite"

    /// RPMVSF_MASK_NOSIGNATURES, a macro that Swift does not see.
    private static let withoutSignatures: UInt32 = 0xC0C00

    /// An installed package.
    public struct Package: Sendable {
        /// What it says about itself.
        public var facts: PackageFacts
        /// Everything that it owns.
        public var files: [PackageFile]
        /// What runs when it comes and goes.
        public var scriptlets: [PackageScriptlet]
    }

    /// The packages, sorted by NEVRA; public keys, which the database keeps as packages, left out.
    public let packages: [Package]

    /// Reads the database of the tree at `root`.
    ///
    /// The database may come from anywhere: librpm checks the form of every header.
    /// - Throws: `.invalidInput` when there is none or it is damaged
    public init(root: String) throws {
        let database = Path.join(root, Self.databasePath)
        guard File.kind(database) == .regular else {
            throw Failure(.invalidInput, "there is no package database \"\(Self.databasePath)\"")
        }
        packages = try RPMLibrary.use { log in
            // Signatures were checked before installation, and the keys are not here; the form is checked all the same.
            let transaction = try RPMTransactionSet(root: root)
            rpmtsSetVSFlags(transaction.pointer, rpmVSFlags(Self.withoutSignatures))
            guard rpmtsOpenDB(transaction.pointer, O_RDONLY) == 0,
                let iterator = rpmtsInitIterator(transaction.pointer, 0, nil, 0)
            else {
                throw Failure(
                    .invalidInput, "the package database cannot be read", details: Array(log.problems.prefix(4)))
            }
            defer { rpmdbFreeIterator(iterator) }
            var found: [Package] = []
            while let pointer = rpmdbNextIterator(iterator) {
                let header = PackageHeader(sharing: pointer)
                let facts = header.facts
                guard facts.name != "gpg-pubkey", !facts.name.isEmpty else { continue }
                found.append(Package(facts: facts, files: header.files, scriptlets: header.scriptlets))
            }
            guard !found.isEmpty || log.problems.isEmpty else {
                throw Failure(.invalidInput, "the package database is damaged", details: Array(log.problems.prefix(4)))
            }
            return found.sorted { $0.facts.nevra.utf8.lexicographicallyPrecedes($1.facts.nevra.utf8) }
        }
    }
}
