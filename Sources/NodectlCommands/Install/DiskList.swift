import Disks
import Document
import Host
import Node
import NodeConfig

/// The disks of the machine as a table or as JSON.
struct DiskList {
    let disks: [Disk]

    func print(json: Bool) throws {
        guard !json else { return try Output.result(JSON.text(["disks": .array(disks.map(\.json))]) + "\n") }
        if disks.isEmpty {
            throw Failure(.nothingToDo, "this machine has no disks that this system knows")
        }
        try Output.result(text)
    }

    /// One block of lines for each disk, for terminals of 80 columns.
    private var text: String {
        disks.map { disk in
            var lines = [disk.title]
            var names: [String] = []
            if let serial = disk.serial { names.append("serial " + serial) }
            if let wwn = disk.wwn { names.append("WWN " + wwn) }
            if disk.logicalSector != 512 { names.append("sectors of \(disk.logicalSector) bytes") }
            if !names.isEmpty { lines.append("  " + names.joined(separator: ", ")) }
            lines.append("  holds: " + disk.summary)
            if disk.isBootMedium { lines.append("  this system was started from it") }
            if disk.isReadOnly { lines.append("  read-only") }
            if !disk.isBootMedium { lines += disk.uses.prefix(4).map { "  in use: " + $0.text } }
            lines += disk.protectedNames.map { "  guests' data or a storage domain: " + $0 }
            return lines.joined(separator: "\n") + "\n"
        }.joined()
    }
}

extension Disk {
    /// For machines.
    var json: JSONValue {
        [
            "path": .string(path), "size": .integer(size), "model": .optional(model), "serial": .optional(serial),
            "wwn": .optional(wwn), "transport": .string(transport.rawValue), "logicalSector": .integer(logicalSector),
            "physicalSector": .integer(physicalSector), "readOnly": .bool(isReadOnly), "removable": .bool(isRemovable),
            "links": .strings(links), "table": .optional(tableKind), "content": .string(content.rawValue),
            "summary": .string(summary), "bootMedium": .bool(isBootMedium), "uses": .strings(uses.map(\.text)),
            "protected": .strings(protectedNames),
            "partitions": .array(
                parts.compactMap { part in
                    part.partition.map { partition in
                        [
                            "number": .integer(partition.number), "start": .integer(partition.start),
                            "size": .integer(partition.size), "type": .string(partition.type),
                            "name": .string(partition.name), "fileSystem": .optional(part.fileSystem?.type),
                            "label": .optional(part.fileSystem?.label), "holds": .string(part.summary),
                        ]
                    }
                }),
        ]
    }
}
