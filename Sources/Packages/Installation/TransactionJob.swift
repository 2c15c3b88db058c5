import Document
import Host

/// What the worker `install` is to do; travels as JSON.
struct TransactionJob: Equatable {
    /// The root tree, an absolute path to an empty or new folder.
    var root: String
    /// The RPM files, verified.
    var packages: [String]
    /// Whether documentation is installed.
    var documentation: Bool
    /// Languages whose files are installed (`%_install_langs`); nil for all.
    var languages: [String]?
    /// The time for the package database, in seconds since 1970.
    var time: Int
    /// How the worker is root.
    var rung: String
    /// Users and groups that are made after the transaction.
    var declaredUsers: [String] = []

    var json: [UInt8] {
        JSON.bytes([
            "root": .string(root), "packages": .strings(packages), "documentation": .bool(documentation),
            "languages": languages.map { .strings($0) } ?? .null, "time": .integer(time), "rung": .string(rung),
            "declared-users": .strings(declaredUsers),
        ])
    }
}

extension TransactionJob {
    init(json: [UInt8]) throws {
        let node = try JSON.parse(json, file: "the job", limit: JSON.largestLimit)
        guard let root = node["root"]?.string, root.hasPrefix("/"), root != "/",
            let packages = node["packages"]?.sequence, let documentation = node["documentation"]?.bool,
            let time = node["time"]?.integer, let rung = node["rung"]?.string,
            let declared = node["declared-users"]?.sequence
        else { throw Failure(.internalError, "the job of the worker \"install\" is incomplete") }
        self.init(
            root: root, packages: packages.compactMap(\.string), documentation: documentation,
            languages: node["languages"]?.sequence?.compactMap(\.string), time: time, rung: rung,
            declaredUsers: declared.compactMap(\.string))
    }
}
