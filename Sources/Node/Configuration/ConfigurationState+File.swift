public import Document
import Host

extension ConfigurationState {
    /// The file, below the root.
    static let file = "run/nodewright/configuration.json"

    /// Reads it; nil when there is none, or what lies there is none of ours.
    ///
    /// - Parameter root: `/`, or a fixture
    static func read(root: String) -> ConfigurationState? {
        let path = Path.join(root, file)
        guard File.kind(path) == .regular, let bytes = try? File.read(path, limit: JSON.defaultLimit),
            let tree = try? JSON.parse(bytes, file: path)
        else { return nil }
        return ConfigurationState(tree)
    }

    /// Replaces the file; everybody may read it.
    ///
    /// - Throws: when it cannot be written
    func write(root: String) throws {
        let path = Path.join(root, Self.file)
        try Folder.create(Path.parent(path))
        try File.write(path, JSON.text(json, pretty: true))
    }

    /// The same for programs.
    public var json: JSONValue {
        [
            "state": .string(phase.rawValue), "activity": .optional(activity),
            "secondsAfterKernelStart": seconds.map { .number($0) } ?? .null,
            "inForce": .string(inForce),
            "inputs": .array(
                inputs.map {
                    ["origin": .string($0.origin), "name": .optional($0.name), "use": .string($0.use.rawValue)]
                }),
            "failure": failure.map {
                [
                    "status": .integer($0.status), "message": .string($0.message), "hint": .optional($0.hint),
                    "details": .strings($0.details),
                ]
            } ?? .null,
            "mistakes": .array(
                mistakes.map {
                    ["place": .string($0.place), "message": .string($0.message), "hint": .optional($0.hint)]
                }),
            "notes": .strings(notes), "understood": .optional(understood),
            "installation": installation.map {
                [
                    "state": .string($0.phase.rawValue), "message": .string($0.message), "hint": .optional($0.hint),
                    "details": .strings($0.details),
                ]
            } ?? .null,
        ]
    }

    private init?(_ tree: Document.Node) {
        guard let phase = tree["state"]?.string.flatMap({ Phase(rawValue: $0) }) else { return nil }
        func texts(_ node: Document.Node?) -> [String] { (node?.sequence ?? []).compactMap(\.string) }
        self.init(
            phase: phase, activity: tree["activity"]?.string, seconds: tree["secondsAfterKernelStart"]?.number,
            inputs: (tree["inputs"]?.sequence ?? []).compactMap { node in
                guard let origin = node["origin"]?.string,
                    let use = node["use"]?.string.flatMap({ Input.Use(rawValue: $0) })
                else { return nil }
                return Input(origin: origin, name: node["name"]?.string, use: use)
            },
            inForce: tree["inForce"]?.string ?? "",
            failure: tree["failure"].flatMap { node in
                node["message"]?.string.map {
                    Reason(
                        status: node["status"]?.integer ?? 1, message: $0, hint: node["hint"]?.string,
                        details: texts(node["details"]))
                }
            },
            mistakes: (tree["mistakes"]?.sequence ?? []).compactMap { node in
                guard let place = node["place"]?.string, let message = node["message"]?.string else { return nil }
                return Mistake(place: place, message: message, hint: node["hint"]?.string)
            },
            notes: texts(tree["notes"]), understood: tree["understood"]?.string,
            installation: tree["installation"].flatMap { node in
                node["state"]?.string.flatMap { Installation.Phase(rawValue: $0) }.map {
                    Installation(
                        $0, node["message"]?.string ?? "", hint: node["hint"]?.string, details: texts(node["details"]))
                }
            })
    }
}
