import Document
import Host

/// When the stages of a build ran, as it noted beside its artefacts.
struct Timeline: Sendable, Equatable {
    /// One stage; times in seconds since the build began.
    struct Stage: Sendable, Equatable {
        let name: String
        let begin: Double
        let seconds: Double
        let isReused: Bool
        let note: String
    }

    let stages: [Stage]

    /// The time line of the build that made an artefact; nil when there is none or it is another build's.
    ///
    /// - Parameters:
    ///   - artefact: the path of the artefact
    ///   - baseName: what the names of the build's artefacts begin with
    ///   - sha256: of the artefact
    init?(beside artefact: String, baseName: String, sha256: String) {
        guard !baseName.contains("/") else { return nil }
        let path = Path.join(Path.parent(artefact), ".\(baseName).build.json")
        guard let bytes = try? File.read(path, limit: 1 << 20), let node = try? JSON.parse(bytes, file: path),
            (node["artefacts"]?.sequence ?? []).contains(where: { $0["sha256"]?.string == sha256 })
        else { return nil }
        stages = (node["stages"]?.sequence ?? []).compactMap { stage in
            guard let name = stage["name"]?.string, let begin = stage["begin"]?.integer,
                let length = stage["milliseconds"]?.integer, begin >= 0, length >= 0
            else { return nil }
            return Stage(
                name: name, begin: Double(begin) / 1000, seconds: Double(length) / 1000,
                isReused: stage["reused"]?.bool ?? false, note: stage["note"]?.string ?? "")
        }
        guard !stages.isEmpty else { return nil }
    }

    /// Seconds from the beginning to the end of the last stage.
    var length: Double { stages.map { $0.begin + $0.seconds }.max() ?? 0 }
}
