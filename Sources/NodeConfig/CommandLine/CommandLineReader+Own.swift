import Document

/// `nodewright.…`
extension CommandLineReader {
    /// `nodewright.config=URL`
    mutating func readConfigurationURL(_ word: Word) {
        if let url = url(word, schemes: ["http://", "https://"]) { sourceURL = .init(word: word, value: url) }
    }

    /// `nodewright.config-sha256=HEX`
    mutating func readConfigurationChecksum(_ word: Word) {
        let text = word.content.text.lowercased()
        let isChecksum =
            text.utf8.count == 64
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isChecksum else {
            error(
                word, at: word.content, "\(word.content.shown) is not a SHA-256 checksum", hint: "64 hexadecimal digits"
            )
            return
        }
        sourceChecksum = .init(word: word, value: text)
    }

    /// `nodewright.config-ca=PATH`
    mutating func readConfigurationAuthorities(_ word: Word) {
        let text = word.content.text
        guard text.hasPrefix("/"), text.utf8.count <= 1024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !text.split(separator: "/").contains("..")
        else {
            error(
                word, at: word.content, "\(word.content.shown) is not the absolute path of a file in the image",
                hint: "such as nodewright.config-ca=/etc/nodewright/root-ca.pem")
            return
        }
        sourceAuthorities = .init(word: word, value: text)
    }

    /// A word of ours that is none: a mistyped one must not be passed over in silence.
    mutating func refuseUnknownOwn(_ word: Word) {
        error(
            word, "there is no argument \(Piece(text: word.name, offset: 0).shown)",
            hint: nearest(to: word.name, among: CommandLineTable.ownNames).map { "did you mean \($0)?" })
    }

    /// The document on a web server, once all words are read: over https, or with a checksum.
    mutating func configurationSource() -> ConfigurationSource? {
        guard let sourceURL else {
            if let word = sourceChecksum?.word ?? sourceAuthorities?.word {
                error(word, "\(word.name)= without nodewright.config=")
            }
            return nil
        }
        guard sourceURL.value.hasPrefix("https://") || sourceChecksum != nil else {
            error(
                sourceURL.word, at: sourceURL.word.content, "anybody in between could send another configuration",
                hint: "use https://, or add nodewright.config-sha256=")
            return nil
        }
        return ConfigurationSource(
            url: sourceURL.value, sha256: sourceChecksum?.value, certificateAuthorities: sourceAuthorities?.value)
    }
}
