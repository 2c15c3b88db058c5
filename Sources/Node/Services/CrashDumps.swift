import NodeConfig

/// What happens after a crash of the kernel: kdump of the image's kexec-tools.
struct CrashDumps: FileSettings {
    private static let file = "etc/kdump.conf"
    /// Lines of the image that say where dumps go.
    private static let targets: Set = ["nfs", "ssh", "sshkey", "path", "raw", "ext4", "xfs", "btrfs", "core_collector"]

    private let kdump: KdumpSettings

    init(_ configuration: NodeConfiguration) { kdump = configuration.kdump }

    var name: String { "crash dumps" }

    var wanted: String {
        guard isEnabled else { return kdump.enabled == false ? "none" : "the image's" }
        switch kdump.target {
        case nil, .local: return "on this node"
        case .nfs(let server, let path): return "nfs://\(server)\(path)"
        case .ssh(let user, let host): return "ssh://\(user)@\(host)"
        }
    }

    var commands: [[String]] { [[isEnabled ? "restart" : "stop", "kdump.service"]] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        guard let text = image.text(Self.file) else {
            if isEnabled { warn("kdump: the image has no kexec-tools, so nothing is written after a crash; ignored") }
            return []
        }
        let fetch = kdump.sshKeyURL.map { url in
            // "%" begins a specifier of systemd, "$" a variable; "\" and quotes end words.
            let escaped = url.map { character in
                if "%$".contains(character) { return "\(character)\(character)" }
                return "\\\"'".contains(character) ? "\\\(character)" : "\(character)"
            }.joined()
            return "[Unit]\nWants=network-online.target\nAfter=network-online.target\n\n"
                + "[Service]\nExecStartPre=/usr/bin/nodectl fetch-kdump-key \"\(escaped)\"\n"
        }
        return [
            .text(Self.file, isEnabled ? configuration(text) : nil),
            .text("etc/systemd/system/kdump.service.d/50-nodewright.conf", isEnabled ? fetch : nil),
            .start("kdump.service", if: isEnabled),
            .mask("kdump.service", if: kdump.enabled == false),
        ]
    }

    private var isEnabled: Bool { kdump.enabled ?? (kdump.target != nil) }

    private func configuration(_ image: String) -> String {
        let own = image.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            let word = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(String.init)
            return !Self.targets.contains(word ?? "")
        }
        var collector = "makedumpfile -l --message-level 7 -d 31"
        var lines: [String]
        switch kdump.target {
        case nil, .local: lines = ["path /var/crash"]
        case .nfs(let server, let path): lines = ["nfs \(bracketed(server)):\(path)", "path /"]
        case .ssh(let user, let host):
            lines = ["ssh \(user)@\(host)", "path /var/crash"]
            if kdump.sshKeyURL != nil { lines.append("sshkey \(CrashDumpKey.file)") }
            // makedumpfile writes to a pipe then.
            collector = "makedumpfile -F -l --message-level 7 -d 31"
        }
        lines.append("core_collector \(collector)")
        return lines.map { $0 + "\n" }.joined() + own.joined(separator: "\n")
    }

    private func bracketed(_ host: HostAddress) -> String {
        if case .address(let address) = host, address.family == .v6 { "[\(address)]" } else { host.description }
    }
}
