import Glibc
import Host
import TestSupport

/// A real NetworkManager in namespaces of its own, in front of which `nodectl` runs as on a node.
struct NetworkLab {
    private static let script = Path.normalized(Path.join(Path.parent(#filePath), "../Oracle/network-lab.sh"))

    private static let unshare = ["--net", "--mount", "--pid", "--fork", "--kill-child"]

    /// Why there can be no such lab here; nil when there can.
    static let obstacle: String? = {
        for program in ["NetworkManager", "nmcli", "dbus-daemon", "ip", "unshare"] {
            if Environment.program(program) == nil { return "\(program) is not installed" }
        }
        let probe = "mount -t sysfs sysfs /sys && ip link add name end0 type veth peer name end1"
        let result = try? Command("unshare", unshare + ["sh", "-c", probe]).run()
        return result?.status == 0 ? nil : "network namespaces with cables cannot be made here (root is needed)"
    }()

    /// Whether the kernel here can make devices of a kind.
    static func canMake(_ kind: String) -> Bool {
        (try? Command("unshare", ["--net", "ip", "link", "add", "x", "type", kind]).run())?.status == 0
    }

    /// What the scenario's commands printed, by the names in it.
    let answers: [String: String]
    private let errors: String

    /// Runs a scenario; files are there as `$folder/NAME`.
    init(_ scenario: String, files: [String: String] = [:]) throws {
        (answers, errors) = try Folder.withTemporary(prefix: "network-lab") { folder in
            for (name, content) in files { try File.write(Path.join(folder, name), content) }
            let steps = Path.join(folder, "scenario")
            try File.write(steps, "folder=\(folder)\n" + scenario)
            // A scenario that waits for something that never comes must not hold up all other tests.
            let result = try Command(
                "timeout",
                ["240", "unshare"] + Self.unshare + ["sh", Self.script, try Programs.built("nodectl"), steps]
            ).run()
            return (FramedAnswers.parse(result.text), result.errorTail)
        }
    }

    subscript(name: String) -> String { answers[name] ?? "(no answer; \(errors))" }
}
