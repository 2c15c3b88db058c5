import NodeConfig

/// Time servers: chrony's configuration. Those of the document replace those of the image and of DHCP.
struct TimeServers: FileSettings {
    private static let file = "etc/chrony.conf"
    /// What chrony takes time from; `sourcedir` has the servers that DHCP names.
    private static let sources: Set = ["pool", "server", "peer", "sourcedir"]

    private let time: TimeSettings

    init(_ configuration: NodeConfiguration) { time = configuration.time }

    var name: String { "time servers" }

    var wanted: String {
        if time.ntpEnabled == false { return "the clock follows none" }
        return time.ntpServers.isEmpty ? "the image's" : time.ntpServers.map(\.description).joined(separator: " ")
    }

    var commands: [[String]] { [[time.ntpEnabled == false ? "stop" : "restart", "chronyd.service"]] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        guard let text = image.text(Self.file) else {
            if !time.ntpServers.isEmpty { warn("time servers: the image has no chrony; ignored") }
            return []
        }
        return [
            .text(Self.file, time.ntpServers.isEmpty ? nil : configuration(text)),
            .mask("chronyd.service", if: time.ntpEnabled == false),
        ]
    }

    private func configuration(_ image: String) -> String {
        let own = image.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            let word = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first?.lowercased()
            return !Self.sources.contains(word ?? "")
        }
        let servers = time.ntpServers.map { "server \($0) iburst\n" }.joined()
        return servers + own.joined(separator: "\n")
    }
}
