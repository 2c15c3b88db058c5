/// The identifiers of a disk and its partitions; they never change once the disk is made.
public struct DiskIdentifiers: Sendable {
    /// The GUID of the disk.
    public let disk: UUID
    private let partitions: [PartitionRole: UUID]

    /// Identifiers from a function of a name: `disk` or the name of a partition.
    ///
    /// Images derive them from what is in them, so that they are reproducible.
    public init(_ make: (_ name: String) throws -> UUID) rethrows {
        disk = try make("disk")
        partitions = try Dictionary(uniqueKeysWithValues: PartitionRole.allCases.map { ($0, try make($0.name)) })
    }

    /// Random ones, as an installation wants them: no two disks in the world are the same.
    public static func random() -> DiskIdentifiers { DiskIdentifiers { _ in .random() } }

    /// The PARTUUID of a role.
    func partition(_ role: PartitionRole) -> UUID? { partitions[role] }
}
