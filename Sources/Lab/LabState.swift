/// What a published lab was made of, so that the next run sees what has changed.
struct LabState {
    /// A checksum over everything but the state of the archive.
    let inputs: String
    /// The same without nodectl.
    let archive: String
    /// The suite of Debian.
    let suite: String
}
