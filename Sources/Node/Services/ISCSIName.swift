import NodeConfig

/// The iSCSI initiator name. Without one, the service of open-iscsi makes a random one when it first starts.
struct ISCSIName: FileSettings {
    private let initiator: String?

    init(_ configuration: NodeConfiguration) { initiator = configuration.storage.iscsiInitiator }

    var name: String { "iSCSI initiator" }

    var wanted: String { initiator ?? "a random name" }

    // Sessions are the kernel's, and outlast it.
    var commands: [[String]] { [["try-restart", "iscsid.service"]] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        guard image.has("etc/iscsi") else {
            if initiator != nil { warn("iSCSI initiator: the image has no iscsi-initiator-utils; ignored") }
            return []
        }
        return [.text("etc/iscsi/initiatorname.iscsi", initiator.map { "InitiatorName=\($0)\n" }, mode: 0o600)]
    }
}
