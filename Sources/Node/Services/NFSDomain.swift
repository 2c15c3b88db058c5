import NodeConfig

/// The domain in which NFSv4 names users and groups.
struct NFSDomain: FileSettings {
    private static let file = "etc/idmapd.conf"

    private let domain: String?

    init(_ configuration: NodeConfiguration) { domain = configuration.storage.nfsDomain }

    var name: String { "NFSv4 domain" }

    var wanted: String { domain ?? "the image's" }

    // The client asks nfsidmap for each name and reads the file anew; only a server has the daemon.
    var commands: [[String]] { [["try-restart", "nfs-idmapd.service"]] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        guard let text = image.text(Self.file) else {
            if domain != nil { warn("NFSv4 domain: the image has no nfs-utils; ignored") }
            return []
        }
        return [.text(Self.file, domain.map { configuration(text, $0) })]
    }

    private func configuration(_ image: String, _ domain: String) -> String {
        var lines: [String] = []
        var section = ""
        var isWritten = false
        for line in image.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(whereSeparator: { " \t=".contains($0) })
            if let first = words.first, first.hasPrefix("[") { section = first.lowercased() }
            if section == "[general]", words.first?.lowercased() == "domain" { continue }
            lines.append(String(line))
            if section == "[general]", words.first?.lowercased() == section, !isWritten {
                lines.append("Domain = \(domain)")
                isWritten = true
            }
        }
        return (isWritten ? "" : "[General]\nDomain = \(domain)\n\n") + lines.joined(separator: "\n")
    }
}
