import CReportPage
import Document

/// An HTML page that is one file: style, script and data are in it, and it may load nothing.
struct Page {
    /// The title, as plain text.
    let title: String
    /// What stands in the body, as HTML.
    let body: String
    /// What the script reads; nil for a page without any.
    let data: JSONValue?

    /// The page.
    var html: String {
        // Inside a script element only "</" could end it; JSON has no "<" outside of texts.
        let json = data.map { JSON.text($0).replacing("<", with: "\\u003c") }
        let element = json.map { "<script type=\"application/json\" id=\"data\">\($0)</script>\n" } ?? ""
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
            <meta name="generator" content="nodewright">
            <title>\(escaped(title))</title>
            <style>
            \(Self.text(nodewright_page_style(), nodewright_page_style_size))</style>
            </head>
            <body>
            \(body)
            \(element)<script>
            \(Self.text(nodewright_page_script(), nodewright_page_script_size))</script>
            </body>
            </html>

            """
    }

    private static func text(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}

/// Text as HTML, for elements and for attributes in quotes.
func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        // HTML has no control characters but white space.
        case "\u{0}"..."\u{8}", "\u{B}"..."\u{1F}", "\u{7F}"..."\u{9F}": result += "?"
        default: result.unicodeScalars.append(character)
        }
    }
    return result
}

/// A cell with a number of bytes, which sorts as a number.
func bytesCell(_ bytes: Int) -> String { "<td class=\"number\" data-value=\"\(bytes)\">\(readable(bytes))</td>" }

/// A cell with a plain number.
func numberCell(_ number: Int) -> String { "<td class=\"number\" data-value=\"\(number)\">\(grouped(number))</td>" }
