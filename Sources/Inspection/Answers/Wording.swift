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
