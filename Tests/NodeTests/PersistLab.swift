import Host
import TestSupport

/// A node's layers in a mount namespace, in which `nodectl` runs as at the start of a node and later.
struct PersistLab {
    private static let script = Path.normalized(Path.join(Path.parent(#filePath), "../Oracle/persist-lab.sh"))
    private static let unshare = ["--mount", "--pid", "--fork", "--kill-child"]

    /// Why there can be no such lab here; nil when there can.
    static let obstacle: String? = {
        let probe = """
            mount --make-rprivate / && mount -t tmpfs t /run && mkdir /run/u /run/w &&
            mount -t overlay -o lowerdir=/etc,upperdir=/run/u,workdir=/run/w o /etc
            """
        let result = try? Command("unshare", unshare + ["sh", "-c", probe]).run()
        return result?.status == 0 ? nil : "overlays cannot be mounted here (root is needed)"
    }()

    /// What the scenario's commands printed, by the names in it.
    let answers: [String: String]
    private let errors: String

    init(_ scenario: String) throws {
        (answers, errors) = try Folder.withTemporary(prefix: "persist-lab") { folder in
            let steps = Path.join(folder, "scenario")
            try File.write(steps, scenario)
            let result = try Command(
                "timeout",
                ["120", "unshare"] + Self.unshare + ["sh", Self.script, try Programs.built("nodectl"), steps]
            ).run()
            return (FramedAnswers.parse(result.text), result.errorTail)
        }
    }

    subscript(name: String) -> String { answers[name] ?? "(no answer; \(errors))" }
}
