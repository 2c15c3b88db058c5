/// Logs, dumps, monitoring and names in storage protocols.
extension CommandLineReader {
    /// `syslog=HOST[:PORT]`
    mutating func readSyslog(_ word: Word) {
        if let endpoint = endpoint(word) { configuration.logging.syslog = endpoint }
    }

    /// `netconsole=HOST[:PORT]` of legacy oVirt Node; the kernel's own form is left to the kernel.
    mutating func readNetconsole(_ word: Word) {
        let isKernels = word.content.text.utf8.contains { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "/") }
        if !isKernels, let endpoint = endpoint(word) { configuration.logging.netconsole = endpoint }
    }

    /// `collectd=HOST[:PORT]`
    mutating func readCollectd(_ word: Word) {
        // Legacy oVirt Node's port, which is not collectd's.
        if let endpoint = endpoint(word) {
            configuration.logging.collectd = Endpoint(host: endpoint.host, port: endpoint.port ?? 7634)
        }
    }

    /// `kdump_nfs=HOST:/PATH`
    mutating func readDumpsToNFS(_ word: Word) {
        let field = word.content
        // The host may be an IPv6 address in brackets.
        let parts = field.split(":", keepsBrackets: true)
        guard parts.count >= 2, let host = HostAddress((parts[0].unbracketed ?? parts[0]).text) else {
            error(
                word, at: field, "\(field.shown) is not a folder of an NFS server",
                hint: "write kdump_nfs=HOST:/FOLDER")
            return
        }
        let path = parts.dropFirst().map(\.text).joined(separator: ":")
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), path.utf8.count <= 1024 else {
            error(
                word, at: parts[1], "the folder on the NFS server is not absolute", hint: "write kdump_nfs=HOST:/FOLDER"
            )
            return
        }
        configuration.kdump.target = .nfs(server: host, path: path)
    }

    /// `kdump_ssh=USER@HOST`
    mutating func readDumpsOverSSH(_ word: Word) {
        let field = word.content
        guard let (user, host) = field.cut("@"), Self.isPlainName(user.text), user.text.first != "-",
            let address = HostAddress((host.unbracketed ?? host).text)
        else {
            error(word, at: field, "\(field.shown) is not a user at a host", hint: "write kdump_ssh=USER@HOST")
            return
        }
        configuration.kdump.target = .ssh(user: user.text, host: address)
    }

    /// `kdump_ssh_key=URL`
    mutating func readDumpKey(_ word: Word) {
        guard let url = url(word, schemes: ["https://"]) else { return }
        configuration.kdump.sshKeyURL = url
        dumpKeyWord = word
    }

    /// `disable_kdump`
    mutating func readNoDumps(_ word: Word) {
        if let value = flag(word) { configuration.kdump.enabled = !value }
    }

    /// `snmp_password=`
    mutating func readMonitoringPassword(_ word: Word) {
        guard let part = part(SNMPSettings.form, "password", word.content.text) else {
            error(word, at: word.content, "an SNMPv3 password has at least 8 characters (it is not shown)")
            return
        }
        markSecret(word)
        configuration.snmp.enabled = true
        configuration.snmp.password = part.password
    }

    /// `iscsi_name=`
    mutating func readInitiator(_ word: Word) {
        guard let part = part(StorageSettings.form, "iscsi-initiator", word.content.text) else {
            error(
                word, at: word.content, "\(word.content.shown) is not the name of an iSCSI initiator",
                hint: "such as iqn.2026-01.org.example:node1")
            return
        }
        configuration.storage.iscsiInitiator = part.iscsiInitiator
    }

    /// `nfsv4_domain=`
    mutating func readNFSDomain(_ word: Word) {
        if let part = part(StorageSettings.form, "nfs-domain", word.content.text) {
            configuration.storage.nfsDomain = part.nfsDomain
        } else {
            error(
                word, at: word.content, "\(word.content.shown) is not a domain",
                hint: "such as nfsv4_domain=example.org")
        }
    }
}
