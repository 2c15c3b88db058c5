import Glibc
import Host

/// A line on every console of the machine, whatever is shown there, for what nobody may miss: consoles begin with their screens
/// late, and some show a login.
enum ConsoleMessage {
    /// Says it; a console that cannot be written now is passed over.
    ///
    /// - Parameter root: `/`, or a fixture
    static func say(_ text: String, root: String) {
        let consoles = SystemFile.line(Path.join(root, "sys/class/tty/console/active")) ?? ""
        let bytes = Array("\r\nNodewright: \(PlainText.printable(text, limit: 400))\r\n".utf8)
        for name in consoles.split(separator: " ") where !name.contains("/") {
            // The kernel's own words go to the terminal in front; people look at the first one.
            let path = Path.join(root, "dev/" + (name == "tty0" ? "tty1" : name))
            let descriptor = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            _ = write(descriptor, bytes, bytes.count)
            close(descriptor)
        }
    }
}
