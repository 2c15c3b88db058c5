/// A section with a table that the page's script sorts and searches.
///
/// - Parameters:
///   - headings: text of each column and how it sorts: `text` or `number`
///   - rows: HTML of whole rows
func table(_ title: String, id: String, headings: [(name: String, sort: String)], rows: [String]) -> String {
    let head = headings.map { heading in
        "<th scope=\"col\" data-sort=\"\(heading.sort)\"\(heading.sort == "number" ? " class=\"number\"" : "")>\(escaped(heading.name))</th>"
    }.joined()
    return """
        <section>
        <h2>\(escaped(title))</h2>
        <div class="tools">
        <input type="search" data-search="\(id)" aria-label="Search in \(escaped(title))" placeholder="Search">
        <span class="soft" id="\(id)-count" aria-live="polite">\(rows.count)</span>
        </div>
        <div class="scroll"><table id="\(id)">
        <thead><tr>\(head)</tr></thead>
        <tbody>
        \(rows.joined(separator: "\n"))
        </tbody>
        </table></div>
        </section>
        """
}

/// `12.3 s`
func seconds(_ value: Double) -> String { tenths(value) + " s" }

/// One digit behind the point.
func tenths(_ value: Double) -> String {
    let number = Int((value * 10).rounded())
    return "\(number / 10).\(number % 10)"
}

/// `12.3 %`
func percent(_ part: Int, of whole: Int) -> String { tenths(Double(part) / Double(max(1, whole)) * 100) + " %" }
