import CSolv
import Document
import Host

/// The module streams of the repositories (modules.yaml), and which packages they hide.
///
/// As in dnf, a stream is active when it is the default one of its module; packages of all other streams cannot be
/// installed, and packages of active streams hide non-modular ones with the same names.
struct ModuleStreams {
    /// One build of one stream.
    struct Stream {
        var module: String
        var stream: String
        var version: Int
        /// `name-epoch:version-release.arch`, the epoch always there.
        var artifacts: [String]
    }

    private(set) var streams: [Stream] = []
    private var defaults: [String: String] = [:]

    var isEmpty: Bool { streams.isEmpty }

    /// Adds the documents of one modules.yaml.
    mutating func add(_ bytes: [UInt8], repository: String) throws {
        let file = "modules.yaml of \"\(repository)\""
        for document in Self.documents(bytes) {
            // Translations and the like are many, long and of no use here.
            let head = String(decoding: document.prefix(200), as: UTF8.self)
            if head.contains("document: modulemd-defaults") {
                addDefault(try YAML.parse(document, file: file, limit: JSON.largestLimit))
            } else if head.contains("document: modulemd\n") {
                addStream(try YAML.parse(document, file: file, limit: JSON.largestLimit))
            }
        }
    }

    /// The YAML documents of a stream of several, without the lines between them.
    private static func documents(_ bytes: [UInt8]) -> [[UInt8]] {
        var documents: [[UInt8]] = [[]]
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.elementsEqual("---".utf8) || line.elementsEqual("...".utf8) {
                documents.append([])
            } else {
                documents[documents.count - 1] += line
                documents[documents.count - 1].append(0x0A)
            }
        }
        return documents
    }

    private mutating func addDefault(_ node: Node) {
        guard let data = node["data"], let module = data["module"]?.text,
            let stream = data["stream"]?.text
        else { return }
        // Two repositories that disagree leave the module without a default.
        defaults[module] = defaults[module] == nil || defaults[module] == stream ? stream : ""
    }

    private mutating func addStream(_ node: Node) {
        guard let data = node["data"], let name = data["name"]?.text,
            let stream = data["stream"]?.text
        else { return }
        let artifacts = data["artifacts"]?["rpms"]?.sequence ?? []
        streams.append(
            Stream(
                module: name, stream: stream, version: data["version"]?.integer ?? 0,
                artifacts: artifacts.compactMap(\.text)))
    }

    /// The artifacts of the active streams: of each module's default stream the newest version.
    var active: Set<String> {
        var newest: [String: Int] = [:]
        for stream in streams where defaults[stream.module] == stream.stream {
            newest[stream.module] = max(newest[stream.module] ?? 0, stream.version)
        }
        return Set(
            streams.filter { defaults[$0.module] == $0.stream && newest[$0.module] == $0.version }.flatMap(\.artifacts))
    }

    /// The packages that must not be seen.
    func hidden(in pool: PackagePool) -> [Id] {
        let active = self.active
        let inactive = Set(streams.flatMap(\.artifacts)).subtracting(active)
        let names = Set(active.filter { !$0.hasSuffix(".src") }.compactMap(Self.name))
        return pool.ids.filter { id in
            let nevra = Self.artifact(id, pool)
            if active.contains(nevra) { return false }
            return inactive.contains(nevra) || names.contains(pool.name(id))
        }
    }

    private static func artifact(_ id: Id, _ pool: PackagePool) -> String {
        let solvable = pool.solvable(id).pointee
        let version = pool.string(solvable.evr)
        return
            "\(pool.string(solvable.name))-\(version.contains(":") ? "" : "0:")\(version).\(pool.string(solvable.arch))"
    }

    private static func name(_ artifact: String) -> String? {
        PackageSpecification.forms(artifact).first { $0.release != nil && $0.architecture != nil }?.name
    }
}
