import Host

/// A key or subkey of a certificate and whether signatures of it may be believed now.
struct SigningKey: Sendable, Hashable {
    /// Why a key is not to be believed.
    enum Validity: Sendable, Hashable {
        case valid
        case expired(at: Int)
        case revoked(at: Int?)
        case notYetValid(from: Int)
        /// gpg cannot vouch for it: a broken self-signature, an algorithm that it rejects.
        case unusable
    }

    /// The 16 hexadecimal digits that programs show.
    var id: String
    var fingerprint: String
    var validity: Validity

    /// `key 3F555C458E24C4B5 expired on 2020-12-31`; nil for a valid key.
    var problem: String? {
        switch validity {
        case .valid: nil
        case .expired(let time): "key \(id) expired on \(CalendarTime(time).date)"
        case .revoked(let time): "key \(id) was revoked" + (time.map { " on \(CalendarTime($0).date)" } ?? "")
        case .notYetValid(let time): "key \(id) is not valid before \(CalendarTime(time).date)"
        case .unusable: "key \(id) has no valid signature of its own or an unsupported algorithm"
        }
    }
}
