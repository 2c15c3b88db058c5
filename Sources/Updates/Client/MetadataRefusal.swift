import Host

/// Why metadata is not accepted: one message for each attack of the specification's section 1.5.2, all of class `.signature`.
enum MetadataRefusal {
    /// What cannot be read as metadata.
    static func malformed(_ failure: Failure) -> Failure {
        Failure(
            .signature, "the metadata is malformed: \(failure.message)",
            hint: "check that the address is that of an update repository; nothing of it was used")
    }

    /// Too few valid signatures.
    static func threshold(_ file: String, valid: Int, needed: Int, signers: String) -> Failure {
        Failure(
            .signature,
            "\(file) is not signed by enough keys of \(signers): \(valid) valid of \(needed) that are needed",
            hint: "the repository is not the one that is trusted here, or somebody has changed the file")
    }

    /// An older version of something than was seen before.
    static func rollback(_ what: String, from old: Int, to new: Int, in file: String) -> Failure {
        Failure(
            .signature, "rollback refused: \(file) has version \(new) of \(what), but version \(old) was seen before",
            hint: "the server offers older metadata: another mirror may be right, else ask the publisher")
    }

    /// A file that is not in the snapshot any more.
    static func removal(of name: String) -> Failure {
        Failure(
            .signature, "rollback refused: snapshot.json does not list \(name) any more, which was there before",
            hint: "the server offers other metadata than before: another mirror may be right, else ask the publisher")
    }

    /// What has expired at the time when the update began.
    static func freeze(_ file: String, expired: Expiry, now: Int) -> Failure {
        Failure(
            .signature, "\(file) has expired on \(expired), and it is \(Expiry(seconds: now)) here",
            hint: "somebody may hold newer metadata back: try another mirror, check the clock, or ask the publisher")
    }

    /// Files that do not belong together.
    static func mixAndMatch(_ file: String, namedBy other: String, _ difference: String) -> Failure {
        Failure(
            .signature, "\(file) is not the file that \(other) names: \(difference)",
            hint: "the server mixes files of different times, or it is being changed at present: try again later")
    }

    /// A root that does not follow the trusted one.
    static func rootVersion(_ file: String, expected: Int, found: Int) -> Failure {
        Failure(
            .signature, "\(file) has version \(found) instead of \(expected): roots must follow one after the other",
            hint: "the server offers a wrong file: another mirror may be right, else ask the publisher")
    }

    /// What should have been refreshed before; a mistake of the caller.
    static func outOfOrder(_ missing: String) -> Failure {
        Failure(.internalError, "\(missing) must be loaded first")
    }
}
