/// Text of an artefact for a terminal: control characters, which could move the cursor or change colours, become `?`.
func shown(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }))
}

/// `text` with spaces behind it, at least one.
func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }

/// `1,234,567`
func grouped(_ number: Int) -> String {
    var digits = String(abs(number))
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits = String(digits.dropLast(3))
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}

/// `12.3 MB`, `512 kB`: decimal units, as disks and downloads are sold.
func readable(_ bytes: Int) -> String {
    let size = abs(bytes)
    let sign = bytes < 0 ? "-" : ""
    if size < 1000 { return "\(sign)\(size) B" }
    var unit = 1000
    var names = ["kB", "MB", "GB", "TB"]
    while size >= unit * 1000, names.count > 1 {
        unit *= 1000
        names.removeFirst()
    }
    let tenths = (size * 10 + unit / 2) / unit
    return "\(sign)\(tenths / 10).\(tenths % 10) \(names[0])"
}

/// `2026-11-21T10:07:58Z` for seconds since 1970 (days to a civil date after Howard Hinnant, "chrono-compatible low-level date
/// algorithms").
func isoDate(_ seconds: Int) -> String {
    let days = seconds / 86400
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let time = seconds % 86400
    return "\(year)-\(two(month))-\(two(day))T\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))Z"
}
