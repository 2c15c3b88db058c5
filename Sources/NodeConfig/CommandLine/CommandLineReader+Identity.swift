/// Name, time, keyboard, accounts and the engine.
extension CommandLineReader {
    /// `hostname=`
    mutating func readHostname(_ word: Word) {
        if let name = hostname(word.content, of: word) { hostname = name }
    }

    /// `nodewright.hostname=`
    mutating func readOwnHostname(_ word: Word) {
        if let name = hostname(word.content, of: word) { ownHostname = name }
    }

    /// `ntp=SERVER,SERVER` or `ntp=off`
    mutating func readTimeservers(_ word: Word) {
        guard word.content.text != "off" else {
            configuration.time.ntpEnabled = false
            return
        }
        for field in word.content.split(",") {
            if let server = HostAddress((field.unbracketed ?? field).text) {
                addTimeserver(server)
            } else {
                error(
                    word, at: field,
                    field.isEmpty ? "a time server is missing" : "\(field.shown) is not a time server",
                    hint: "write host names or IP addresses with commas between them, or ntp=off")
            }
        }
    }

    /// Adds a time server; more than a clock can follow are left out, so that nobody has to compare thousands.
    mutating func addTimeserver(_ server: HostAddress) {
        guard configuration.time.ntpServers.count < 16, !configuration.time.ntpServers.contains(server) else { return }
        configuration.time.ntpServers.append(server)
    }

    /// `keyboard=`
    mutating func readKeyboard(_ word: Word) {
        if let part = part(LocaleSettings.form, "keyboard", word.content.text) {
            configuration.locale.keyboard = part.keyboard
        } else {
            error(
                word, at: word.content, "\(word.content.shown) is not a keyboard layout",
                hint: "such as keyboard=de or keyboard=us")
        }
    }

    /// `adminpw=` and `rootpw=`: temporary, as in legacy oVirt Node.
    mutating func readTemporaryPassword(_ word: Word) {
        guard let hash = passwordHash(word) else { return }
        if word.name == "rootpw" { rootPassword = hash } else { administratorPassword = hash }
    }

    /// `engine_admin_password=` and `rhevm_admin_password=`
    mutating func readEnginePassword(_ word: Word) {
        if let hash = passwordHash(word) { enginePassword = hash }
    }

    private mutating func passwordHash(_ word: Word) -> Secret? {
        let text = word.content.text
        guard text.hasPrefix("$"), part(AdministratorSettings.form, "password-hash", text) != nil else {
            error(
                word, at: word.content,
                text.isEmpty
                    ? "the hash of the password is missing" : "this is not the hash of a password (it is not shown)",
                hint: "make one with: openssl passwd -6")
            return nil
        }
        markSecret(word)
        return Secret(text)
    }

    /// `ssh_pwauth=`
    mutating func readPasswordLogin(_ word: Word) {
        if let value = flag(word) { configuration.ssh.passwordLogin = value }
    }

    /// `sshkey=`
    mutating func readSSHKey(_ word: Word) {
        let key = word.content.text
        // The form takes a list; a key is checked as its element is.
        guard SSHPublicKey(key) != nil else {
            error(
                word, at: word.content, "this is not a public SSH key",
                hint: "the key has spaces in it, so it stands in quotes: sshkey=\"ssh-ed25519 AAAA... name\"")
            return
        }
        if !configuration.ssh.keys.contains(key) { configuration.ssh.keys.append(key) }
    }

    /// `management_server=HOST[:PORT]`
    mutating func readEngine(_ word: Word) {
        guard let endpoint = endpoint(word) else { return }
        configuration.engine.address = endpoint.host
        engineWord = word
        if let port = endpoint.port { configuration.engine.port = port }
    }

    /// `management_port=`
    mutating func readEnginePort(_ word: Word) {
        if let port = word.content.number(in: 1...65535) {
            configuration.engine.port = port
        } else {
            error(word, at: word.content, "\(word.content.shown) is not a port", hint: "1 to 65535, usually 443")
        }
    }

    /// `management_server_fingerprint=`
    mutating func readEngineFingerprint(_ word: Word) {
        if let fingerprint = CertificateFingerprint(word.content.text) {
            configuration.engine.fingerprint = fingerprint
        } else {
            error(
                word, at: word.content, "\(word.content.shown) is not the fingerprint of a certificate",
                hint: "20 (SHA-1) or 32 (SHA-256) pairs of hexadecimal digits with colons: 33:2B:...")
        }
    }
}
