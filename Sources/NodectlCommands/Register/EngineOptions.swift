import ArgumentParser
import Host
import Node
import NodeConfig

/// What the command line says about an engine.
struct EngineOptions: ParsableArguments {
    @Option(help: "The fingerprint (SHA-256 or SHA-1) of the engine's certificate authority.")
    var fingerprint: String?
    @Option(help: ArgumentHelp("A file with the certificate of the authority to trust.", valueName: "file"))
    var ca: String?
    @Flag(help: "Approve the node over REST.")
    var approve = false
    @Flag(help: "Add the node over REST, for engines without the service.")
    var add = false
    @Option(help: "The name under which the engine lists this node.")
    var name: String?
    @Option(help: "The cluster to which the node shall belong.")
    var cluster: String?
    @Option(help: "A user of the REST interface, such as admin@internal.")
    var user: String?
    @Option(
        help: ArgumentHelp("A file with that user's password; \"-\" for standard input.", valueName: "file"))
    var passwordFile: String?

    /// Whether anything was said.
    var isGiven: Bool {
        approve || add || [fingerprint, ca, name, cluster, user, passwordFile].contains { $0 != nil }
    }

    /// Finds mistakes in what was said.
    func check(engine: String?) throws {
        if let engine, Endpoint(engine) == nil {
            throw ValidationError("\"\(engine)\" is not a host name or an IP address, with or without a port")
        }
        if let fingerprint, CertificateFingerprint(fingerprint) == nil {
            throw ValidationError("--fingerprint is not 32 (SHA-256) or 20 (SHA-1) pairs of hexadecimal digits")
        }
        if (user == nil) != (passwordFile == nil) {
            throw ValidationError("--user and --password-file belong together")
        }
        for (option, text) in [("--name", name), ("--cluster", cluster), ("--user", user)] {
            guard let text else { continue }
            if text.isEmpty
                || text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
            {
                throw ValidationError("\(option) is not a text in one line")
            }
        }
    }

    /// What is known of an engine, and what was said about it.
    func settings(over known: EngineSettings, engine: String?) throws -> EngineSettings {
        var settings = known
        if let endpoint = engine.flatMap({ Endpoint($0) }),
            endpoint.host != known.address || (endpoint.port ?? 443) != (known.port ?? 443)
        {
            // Another engine: nothing that was meant for the other one goes to it, above all no password.
            settings = EngineSettings()
            settings.nodeName = known.nodeName
            settings.address = endpoint.host
            settings.port = endpoint.port
        }
        if let fingerprint {
            settings.fingerprint = CertificateFingerprint(fingerprint)
            if ca == nil { settings.certificateAuthority = nil }
        }
        if let ca {
            settings.certificateAuthority = try OfferedAuthority.pem(file: ca)
            if fingerprint == nil { settings.fingerprint = nil }
        }
        if fingerprint != nil || ca != nil { settings.trust = nil }
        if approve { settings.approve = true }
        if add { settings.mode = .add }
        settings.nodeName = name ?? settings.nodeName
        settings.cluster = cluster ?? settings.cluster
        if let user, let passwordFile {
            settings.token = nil
            settings.user = user
            settings.password = try Self.password(passwordFile)
        }
        return settings
    }

    /// The first line of a file.
    private static func password(_ file: String) throws -> Secret {
        let name = file == "-" ? "standard input" : "\"\(file)\""
        let bytes =
            file == "-"
            ? try File.read(descriptor: 0, named: name, limit: 4096) : try File.read(file, limit: 4096)
        let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
            throw Failure(.invalidInput, "\(name) has no password in its first line")
        }
        return Secret(text)
    }
}
