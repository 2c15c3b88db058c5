public import Document
import Host

extension NodeStatus {
    /// The status for programs; every key is always there, and null stands for what is not known.
    public var json: JSONValue {
        [
            "availableVersion": .optional(offer?.version), "boot": .string(bootWord),
            "configuration": configuration.map(\.json) ?? .null,
            "engine": engine?.json ?? .null,
            "failedUnits": services.failed.map { .strings($0) } ?? .null,
            "guests": guests.map { .strings($0.names) } ?? .null,
            "healthy": isOnSlot && services.problem == nil ? .bool(services.isHealthy) : .null,
            "hostKeys": .array(
                hostKeys.map { ["kind": .string($0.kind), "fingerprint": .string($0.fingerprint)] }),
            "hostname": .optional(hostname), "interfaces": .array(interfaces.map(\.json)),
            "kvm": .string(kvm.rawValue), "load": load.json, "machineId": .optional(machineID),
            "nodectl": .string(version),
            "problem": .optional(services.problem),
            "problems": .strings(problems),
            "product": [
                "imageId": .optional(release["IMAGE_ID"]), "imageVersion": .optional(release["IMAGE_VERSION"]),
                "name": .optional(release["NAME"]), "version": .optional(release["VERSION_ID"]),
            ],
            "services": .array(services.services.map(\.json)), "slot": .optional(slot),
            "slots": slots?.json ?? .null,
            "uptimeSeconds": .optional(uptime),
        ]
    }

    /// `live`, `slot` or `unknown`.
    private var bootWord: String {
        switch boot {
        case .live: "live"
        case .slot: "slot"
        case .unknown: "unknown"
        }
    }

    private var slot: String? {
        if case .slot(let name) = boot { name } else { nil }
    }
}

extension MachineLoad {
    fileprivate var json: JSONValue {
        [
            "memory": memory.map(\.json) ?? .null, "processors": .optional(processors),
            "state": state.map(\.json) ?? .null,
            "tasks": .optional(tasks),
        ]
    }
}

extension MachineLoad.Share {
    fileprivate var json: JSONValue { ["totalBytes": .integer(total), "usedBytes": .integer(used)] }
}

extension NetworkInterface {
    fileprivate var json: JSONValue {
        [
            "addresses": .array(
                addresses.map {
                    ["address": .string($0.text), "family": .string($0.family.rawValue), "prefix": .integer($0.prefix)]
                }), "hardwareAddress": .optional(hardwareAddress), "name": .string(name), "physical": .bool(isPhysical),
            "state": .string(state),
        ]
    }
}

extension Services.Service {
    fileprivate var json: JSONValue {
        ["detail": .optional(detail), "name": .string(name), "state": .string(state)]
    }
}
