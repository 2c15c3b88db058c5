import Glibc

/// A terminal that hands over every key as it is typed, until the value goes away.
struct TerminalMode: ~Copyable {
    private let descriptor: Int32
    private let before: termios

    /// Nil when the descriptor is no terminal.
    init?(raw descriptor: Int32) {
        var settings = termios()
        guard isatty(descriptor) == 1, tcgetattr(descriptor, &settings) == 0 else { return nil }
        self.descriptor = descriptor
        before = settings
        cfmakeraw(&settings)
        tcsetattr(descriptor, TCSANOW, &settings)
    }

    deinit {
        var settings = before
        tcsetattr(descriptor, TCSANOW, &settings)
    }
}
