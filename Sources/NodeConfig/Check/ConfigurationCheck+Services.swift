import Document

extension ConfigurationCheck {
    /// Everything besides network, engine and installation.
    func checkServices() {
        if configuration.time.ntpEnabled == false, !configuration.time.ntpServers.isEmpty {
            error(
                at: place("time", "ntp-servers"), "\"ntp-servers\" are given, but \"ntp\" is false",
                hint: "leave out one of them")
        }
        if configuration.dns.servers.count > 3 {
            diagnostics.warning(
                at: place("dns", "servers"), "programs ask only the first three of these name servers")
        }
        if configuration.ssh.passwordLogin == true, tree["administrator"]?["password-hash"] == nil {
            diagnostics.warning(
                at: place("ssh", "password-login"), "\"password-login\" is true, but the administrator has no password",
                hint: "add \"password-hash\" to \"administrator\"")
        }
        if configuration.administrator.mustChangePassword == true, tree["administrator"]?["password-hash"] == nil {
            error(
                at: place("administrator", "must-change-password"), "there is no password that must be changed",
                hint: "add \"password-hash\"")
        }
        if let hash = configuration.administrator.passwordHash?.revealed, hash.hasPrefix("$1$") {
            diagnostics.warning(
                at: place("administrator", "password-hash"), "this hash (MD5) can be guessed quickly",
                hint: "make a new one with \"mkpasswd -m yescrypt\"")
        }
        if configuration.logging.syslogProtocol != nil, tree["logging"]?["syslog"] == nil {
            error(at: place("logging", "syslog-protocol"), "\"syslog-protocol\" is given, but no \"syslog\" server")
        }
        if configuration.snmp.enabled == true, tree["snmp"]?["password"] == nil {
            error(
                at: place("snmp", "enabled"), "SNMP needs a password",
                hint: "add \"password\" with at least 8 characters")
        }
        checkAccess()
        checkKdump()
        checkStateless()
    }

    /// A document that closes one way to log in, and opens no other; one that closes none leaves them to the image.
    private func checkAccess() {
        let (ssh, console) = (configuration.ssh, configuration.console)
        guard ssh.enabled == false || console.isLocked else { return }
        let hasPassword = tree["administrator"]?["password-hash"] != nil
        let hasKeys = !(tree["ssh"]?["keys"]?.sequence ?? []).isEmpty
        let takesSSH = ssh.enabled != false && (hasKeys || hasPassword && ssh.passwordLogin == true)
        guard !takesSSH, console.isLocked || !hasPassword else { return }
        let remote = ssh.enabled == false ? "SSH is off" : "SSH has no keys and takes no password"
        let local =
            console.isLocked ? "the console takes no login" : "the administrator has no password for the console"
        diagnostics.warning(
            at: ssh.enabled == false ? place("ssh", "enabled") : place("console"),
            "nobody can log in: \(remote), and \(local)",
            hint: "leave one way open: \"keys\" in \"ssh\", or the console with a \"password-hash\"")
    }

    private func checkKdump() {
        let kdump = configuration.kdump
        if kdump.enabled == false, kdump.target != nil {
            error(
                at: place("kdump", "target"), "\"target\" is given, but \"enabled\" is false",
                hint: "leave out one of them")
        }
        guard kdump.sshKeyURL != nil else { return }
        if case .ssh = kdump.target { return }
        if tree["kdump"]?["target"] != nil, kdump.target == nil { return }
        error(at: place("kdump", "ssh-key-url"), "\"ssh-key-url\" has a meaning only for a target ssh://USER@HOST")
    }

    private func checkStateless() {
        guard configuration.stateless == true else { return }
        if let first = configuration.persist.first {
            error(
                at: place(of: first, in: tree["persist"]),
                "a stateless node keeps nothing, so \"persist\" contradicts \"stateless\"",
                hint: "leave out one of them")
        }
        if tree["installation"]?["targets"] != nil {
            error(
                at: place("installation", "targets"),
                "a stateless node is not installed, so \"targets\" contradicts \"stateless\"",
                hint: "leave out one of them")
        }
    }

    /// Trust and credentials.
    func checkEngine() {
        let engine = configuration.engine
        guard let entries = tree["engine"]?.mapping, !entries.isEmpty else { return }
        if tree["engine"]?["address"] == nil {
            error(
                at: place("engine"), "\"engine\" has no \"address\"", hint: "for example: address: engine.example.org")
        }
        let isPinned = engine.fingerprint != nil || engine.certificateAuthority != nil
        if engine.trust == .firstUse, isPinned {
            error(
                at: place("engine", "trust"),
                "\"trust: first-use\" contradicts a fingerprint or certificate authority that is given",
                hint: "leave out one of them")
        }
        if engine.trust == .pinned, tree["engine"]?["fingerprint"] == nil,
            tree["engine"]?["certificate-authority"] == nil
        {
            error(
                at: place("engine", "trust"), "\"trust: pinned\" needs \"fingerprint\" or \"certificate-authority\"")
        }
        let hasPassword = tree["engine"]?["user"] != nil && tree["engine"]?["password"] != nil
        let hasToken = tree["engine"]?["token"] != nil
        if tree["engine"]?["user"] != nil, tree["engine"]?["password"] == nil {
            error(at: place("engine", "user"), "\"user\" needs \"password\"")
        } else if tree["engine"]?["password"] != nil, tree["engine"]?["user"] == nil {
            error(at: place("engine", "password"), "\"password\" needs \"user\"")
        } else if hasPassword, hasToken {
            error(
                at: place("engine", "token"), "\"token\" is given besides \"user\" and \"password\"",
                hint: "leave out one of them")
        } else if !hasPassword, !hasToken {
            let hint = "add \"user\" and \"password\", or \"token\""
            if engine.approve == true {
                error(at: place("engine", "approve"), "\"approve\" needs credentials", hint: hint)
            }
            if engine.mode == .add { error(at: place("engine", "mode"), "\"mode: add\" needs credentials", hint: hint) }
        }
    }

    /// Disk selectors and sizes.
    func checkInstallation() {
        let node = tree["installation"]
        for target in node?["targets"]?.sequence ?? [] {
            let keys = target.mapping?.map(\.key) ?? ["?"]
            if !keys.contains(where: { $0 != "choose" }) {
                error(
                    at: target.position, "this selector says nothing about the disk",
                    hint: "name the disk, or write \"minimum-size: 1 GiB\" to accept any that is large enough")
            }
            if let smallest = target["minimum-size"]?.string.flatMap({ ByteSize($0) }),
                let largest = target["maximum-size"]?.string.flatMap({ ByteSize($0) }), smallest > largest
            {
                error(
                    at: place("maximum-size", in: target),
                    "no disk is at least \(smallest) and at most \(largest) large")
            }
        }
        if let entry = node?.mapping?.first(where: { ["wipe", "keep-state", "completion", "delay"].contains($0.key) }),
            node?["targets"] == nil
        {
            error(
                at: entry.position, "\"\(entry.key)\" is given, but no \"targets\", so nothing is installed",
                hint: "for example: targets: [{device: /dev/sda}]")
        }
        if configuration.installation.sizes.data == .rest, node?["sizes"]?["state"] == nil {
            error(at: place("sizes", "data", in: node), "\"data: rest\" needs a size for \"state\"")
        }
    }
}
