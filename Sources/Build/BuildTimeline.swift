import Document
import Host

/// What a build did when, noted beside the artefacts as `.NAME.build.json` for `nodewright report`; times never go into artefacts.
struct BuildTimeline {
    let stages: [StageClock.Stage]
    let artefacts: [BuildResult.Artefact]

    /// Writes the note.
    func write(folder: String, baseName: String) throws {
        let json: JSONValue = [
            "stages": .array(
                stages.map {
                    [
                        "name": .string($0.name), "begin": .integer(Int($0.begin * 1000)),
                        "milliseconds": .integer(Int($0.seconds * 1000)), "reused": .bool($0.isReused),
                        "note": .string($0.note),
                    ]
                }),
            "artefacts": .array(
                artefacts.map { ["name": .string(Path.name($0.path)), "sha256": .string($0.sha256)] }),
        ]
        try File.write(Path.join(folder, ".\(baseName).build.json"), JSON.text(json))
    }
}
