import Document

extension NodeConfiguration {
    /// The words of a kernel command line that say the same, and what no word can say.
    ///
    /// Reading them gives this configuration without what is missing, and asks for nothing besides. Some things are
    /// read otherwise but mean the same: interfaces come in another order and spell their defaults out; a card is
    /// called as the kernel calls it when it is found by that name, and `link` when it is the first with a carrier;
    /// the only interface with addresses is named as management interface where a word about its IPv6 needs that;
    /// collectd's usual port is given.
    ///
    /// Secrets are never written, since every user of the node can read its command line. Nor is `reinstall`, which
    /// would say `wipe: anything`: it also asks for an installation over the node that is there, at each start.
    public var commandLine: CommandLineText { CommandLineWriter(self).text }
}

/// Words of a kernel command line made from a configuration.
public struct CommandLineText: Hashable, Sendable {
    /// The words, quoted as the kernel wants it.
    public let words: [String]
    /// Paths of the values that no word says, in the order of the reference page, for people: as in
    /// `LayeredConfiguration`, but a list of values is one path.
    ///
    /// What holds instead is what holds when they are not given, but for two values of interfaces that must be:
    /// IPv6 is as routers announce it where `ipv6.method` is missing, and a VLAN has a name that says its number
    /// where `name` is.
    public let missing: [String]
    /// The words with one blank between them. Kernels for x86-64 keep only the first 2047 bytes of a command line.
    public var text: String { words.joined(separator: " ") }
}

/// Writes a kernel command line: the inverse of `CommandLineReader`.
///
/// What the reader understands only the reader knows, so it is asked: words are written when they then say something
/// that the configuration says, and nothing else. Besides the network, whatever is not read back is missing, also a key
/// that is newer than this file.
struct CommandLineWriter {
    /// collectd's usual port; without one `collectd=` means that of legacy oVirt Node.
    private static let collectdPort = 25826
    private static let largestVolume = 99_999_999

    /// Everything but the network, as the reader would give it.
    private let configuration: NodeConfiguration
    private let json: JSONValue
    private let network: Network
    private var words: [String] = []
    /// What the words say so far.
    private var said = NodeConfiguration()
    /// How many words stand before those of the network.
    private var networkPlace = 0

    init(_ configuration: NodeConfiguration) {
        var plain = configuration
        plain.network = NetworkSettings()
        if let collectd = plain.logging.collectd {
            plain.logging.collectd = Endpoint(host: collectd.host, port: collectd.port ?? Self.collectdPort)
        }
        self.configuration = plain
        json = plain.json
        network = Network(configuration.network)
        sayIdentity()
        networkPlace = words.count
        sayAccess()
        sayServices()
        sayInstallation()
    }

    var text: CommandLineText {
        let saidJSON = said.json
        let missing = NodeConfiguration.form.description.keys.flatMap { key in
            key.key == "network"
                ? network.missing : json[key.key]?.paths(missingIn: saidJSON[key.key], key.key) ?? []
        }
        return CommandLineText(
            words: words[..<networkPlace] + network.words + words[networkPlace...], missing: missing)
    }

    private mutating func sayIdentity() {
        if let hostname = configuration.hostname { say("hostname", hostname.text) }
        if configuration.time.ntpEnabled == false {
            say("ntp", "off")
        } else if !configuration.time.ntpServers.isEmpty {
            say("ntp", configuration.time.ntpServers.map(\.description).joined(separator: ","))
        }
        if let keyboard = configuration.locale.keyboard { say("keyboard", keyboard) }
        if !configuration.dns.servers.isEmpty { say("nameserver", configuration.dns.servers.map(Network.field)) }
    }

    private mutating func sayAccess() {
        if let value = configuration.ssh.passwordLogin { say("ssh_pwauth", value ? "1" : "0") }
        if !configuration.ssh.keys.isEmpty { say("sshkey", configuration.ssh.keys) }
        let engine = configuration.engine
        if let address = engine.address {
            say("management_server", Endpoint(host: address, port: engine.port).description)
        }
        if let fingerprint = engine.fingerprint { say("management_server_fingerprint", fingerprint.description) }
    }

    private mutating func sayServices() {
        let logging = configuration.logging
        if let server = logging.syslog { say("syslog", server.description) }
        if let server = logging.netconsole { say("netconsole", server.description) }
        if let server = logging.collectd { say("collectd", server.description) }
        if let isEnabled = configuration.kdump.enabled { say(isEnabled ? "disable_kdump=0" : "disable_kdump") }
        switch configuration.kdump.target {
        case .nfs(let server, let path): say("kdump_nfs", "\(Network.field(server)):\(path)")
        case .ssh(let user, let host): say("kdump_ssh", "\(user)@\(Network.field(host))")
        case .local, nil: break
        }
        if let url = configuration.kdump.sshKeyURL { say("kdump_ssh_key", url) }
        if let name = configuration.storage.iscsiInitiator { say("iscsi_name", name) }
        if let domain = configuration.storage.nfsDomain { say("nfsv4_domain", domain) }
    }

    private mutating func sayInstallation() {
        let installation = configuration.installation
        // A word names one disk, and the rest of a choice would be another one.
        if let target = installation.targets.first, installation.targets.count == 1 {
            if let device = target.device {
                say("storage_init", device)
            } else if let transport = target.transport?.rawValue {
                say("storage_init", transport + (target.serial.map { ":" + $0 } ?? ""))
            } else {
                say("storage_init")
            }
        }
        let volumes = volumes(installation.sizes)
        if !volumes.isEmpty { say("storage_vol", volumes.joined(separator: ":")) }
        if let delay = installation.delay { say("reboot_delay", "\(delay)") }
        if let isStateless = configuration.stateless { say(isStateless ? "stateless" : "stateless=0") }
    }

    /// `SIZE,NAME` for each partition of which there is a word.
    private func volumes(_ sizes: PartitionSizes) -> [String] {
        func volume(_ size: ByteSize?, _ name: String) -> String? {
            guard let size, size.bytes & (1 << 20 - 1) == 0, (1...Self.largestVolume).contains(size.bytes >> 20) else {
                return nil
            }
            return "\(size.bytes >> 20),\(name)"
        }
        let state = volume(sizes.state, "Config")
        let data: String? =
            switch sizes.data {
            case .bytes(let size): volume(size, "Data")
            case .rest: state == nil ? nil : "-1,Data"
            case nil: nil
            }
        return [volume(sizes.esp, "EFI"), state, data].compactMap { $0 }
    }
}

extension CommandLineWriter {
    private mutating func say(_ name: String, _ value: String) { say(name, [value]) }

    /// Adds one word for each value, or none of them.
    private mutating func say(_ name: String, _ values: [String]) {
        let candidates = values.compactMap { Self.word(name, $0) }
        if candidates.count == values.count { say(candidates) }
    }

    private mutating func say(_ word: String) { say([word]) }

    /// Adds words if the reader then knows more of the configuration, and nothing that is not in it.
    private mutating func say(_ candidates: [String]) {
        let text = (words + candidates).joined(separator: " ")
        // With the network's words and the end of the line everything must be short enough to be read.
        let length = text.utf8.count + network.words.reduce(0) { $0 + $1.utf8.count + 1 }
        guard length < KernelCommandLine.limit else { return }
        let reading = CommandLineReading(KernelCommandLine(text))
        guard !reading.hasErrors, reading.configuration != said, reading.configuration.json.isPart(of: json) else {
            return
        }
        said = reading.configuration
        words += candidates
    }

    /// `name=value`, in quotes where the kernel would split it; nil when the value has what no word can have.
    private static func word(_ name: String, _ value: String) -> String? {
        // A quote cannot be escaped, and would keep the next words together.
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") }) else { return nil }
        // The kernel splits at the byte of the Latin-1 non-breaking space, too.
        let isSplit = value.utf8.contains { $0 == 0x20 || $0 == 0xA0 }
        return isSplit ? "\(name)=\"\(value)\"" : "\(name)=\(value)"
    }
}

extension JSONValue {
    /// Whether another value has everything that is in this one.
    fileprivate func isPart(of whole: JSONValue?) -> Bool {
        guard case .object(let members) = self else { return self == whole }
        return members.allSatisfy { $0.value.isPart(of: whole?[$0.key]) }
    }

    /// The paths of what another value does not have, a list being one value.
    fileprivate func paths(missingIn other: JSONValue?, _ path: String) -> [String] {
        guard self != other else { return [] }
        guard case .object(let members) = self else { return [path] }
        return members.flatMap { $0.value.paths(missingIn: other?[$0.key], "\(path).\($0.key)") }
    }
}
