import CLinux
import Glibc
import Host

/// Both ends of a pseudo terminal: the tests sit at the keyboard.
final class Terminal {
    private let keyboard: Int32
    /// The program's end.
    let line: Int32

    init() throws {
        // What posix_openpt, unlockpt and ptsname do; Swift's C library does not have them.
        let keyboard = try check("open a pseudo terminal") {
            nlinux_open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0)
        }
        var locked: Int32 = 0
        let (setLock, getNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))  // TIOCSPTLCK, TIOCGPTN
        try check("unlock it") { ioctl(keyboard, setLock, &locked) }
        var number: UInt32 = 0
        try check("ask for its name") { ioctl(keyboard, getNumber, &number) }
        self.keyboard = keyboard
        line = try check("open its other end") {
            nlinux_open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC, 0)
        }
    }

    deinit {
        close(keyboard)
        close(line)
    }

    func type(_ keys: String) throws { try File.append(Array(keys.utf8), to: keyboard, named: "keyboard") }

    /// Reads until the text since the last call holds `text`, and returns it; nil when it does not come in time.
    func wait(for text: String, seconds: Double = 10) -> String? {
        let end = monotonicSeconds() + seconds
        var seen = ""
        while monotonicSeconds() < end {
            var polled = pollfd(fd: keyboard, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 100) > 0 else { continue }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = bytes.withUnsafeMutableBytes { read(keyboard, $0.baseAddress, $0.count) }
            guard count > 0 else { return nil }
            seen += String(decoding: bytes[..<count], as: UTF8.self)
            if seen.contains(text) { return seen }
        }
        return nil
    }
}
