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
        case .expired(let time): "key \(id) expired on \(dateText(time))"
        case .revoked(let time): "key \(id) was revoked" + (time.map { " on \(dateText($0))" } ?? "")
        case .notYetValid(let time): "key \(id) is not valid before \(dateText(time))"
        case .unusable: "key \(id) has no valid signature of its own or an unsupported algorithm"
        }
    }
}

/// The day of a time in seconds since 1970, as `2026-11-21` (UTC).
func dateText(_ time: Int) -> String {
    // Days to a civil date: http://howardhinnant.github.io/date_algorithms.html#civil_from_days
    let days = (time >= 0 ? time : time - 86399) / 86400 + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)-\(two(month))-\(two(day))"
}
