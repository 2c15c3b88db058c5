import NodeConfig

/// Where collectd sends measurements.
struct MeasurementCollection: FileSettings {
    private let server: Endpoint?

    init(_ configuration: NodeConfiguration) { server = configuration.logging.collectd }

    var name: String { "measurements" }

    var wanted: String { server.map { "to \($0)" } ?? "to nobody" }

    var commands: [[String]] { [[server == nil ? "stop" : "restart", "collectd.service"]] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        guard image.has("usr/sbin/collectd") else {
            if server != nil { warn("measurements: the image has no collectd; ignored") }
            return []
        }
        let lines = server.map { server in
            """
            LoadPlugin network
            <Plugin network>
              Server "\(server.host)" "\(server.port ?? 25826)"
            </Plugin>

            """
        }
        return [.text("etc/collectd.d/nodewright.conf", lines), .start("collectd.service", if: server != nil)]
    }
}
