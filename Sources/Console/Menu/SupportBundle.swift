import Glibc
import Host

/// What somebody far away needs to see, in one file; no secrets.
enum SupportBundle {
    private static let folder = "/var/log"

    private static let commands: [[String]] = [
        ["nodectl", "status"], ["nodectl", "slots"], ["nodectl", "check"], ["nodectl", "config", "show"],
        ["systemctl", "--no-pager", "status", "--failed"], ["ip", "-d", "address"],
        ["ip", "route", "show", "table", "all"], ["nmcli", "device", "show"], ["lsblk", "-O", "--json"],
        ["virsh", "-c", "qemu:///system", "list", "--all"], ["chronyc", "sources"], ["rpm", "-qa"],
        ["systemctl", "--no-pager", "list-units", "--all"], ["dmesg"],
        ["journalctl", "-b", "--no-pager", "-n", "20000"],
    ]

    /// Writes it, readable for root alone: each command with what it said.
    ///
    /// - Returns: its path
    static func write() throws -> String {
        var text = ""
        for words in commands {
            let command = Command(words[0], Array(words.dropFirst()))
            text += "==== \(command.quoted)\n"
            // What is not installed is missing from the bundle, which says so.
            do {
                let result = try command.run()
                text += result.text + result.errorTail
            } catch { text += "\(error)\n" }
            text += "\n"
        }
        let path = Path.join(folder, "nodewright-support-\(Int(wallClockSeconds())).txt")
        try File.write(path, text, mode: 0o600)
        return path
    }
}
