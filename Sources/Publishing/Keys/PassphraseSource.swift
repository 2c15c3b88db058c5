import CLinux
import Glibc
import Host
public import Transfer

/// Where the passphrase of private keys comes from. Never from the command line, which everybody can see.
public enum PassphraseSource: Sendable {
    /// The first line of a file.
    case file(String)
    /// The first line of what an open descriptor gives.
    case descriptor(Int32)
    /// Known already: from the environment, or in a test.
    case known(SecretText)
    /// Somebody types it.
    case terminal
    /// Nobody can give one.
    case none

    /// The variable of the environment that may hold it.
    public static let variable = "NODEWRIGHT_KEYS_PASSPHRASE"

    /// What the environment gives, taken out of it so that no program that is started has it; else the terminal, if there is one.
    public static func surroundings() -> PassphraseSource {
        if let value = getenv(variable), value.pointee != 0 {
            let length = strlen(value)
            let secret = SecretText(copying: UnsafeRawBufferPointer(start: value, count: length))
            explicit_bzero(value, length)
            unsetenv(variable)
            return .known(secret)
        }
        let descriptor = nlinux_open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY, 0)
        guard descriptor >= 0 else { return .none }
        close(descriptor)
        return .terminal
    }

    /// A passphrase for keys that are made now; whoever types it does so twice.
    public func newPassphrase() throws -> SecretText { try read(for: "new keys", twice: true) }

    /// A passphrase.
    ///
    /// - Parameters:
    ///   - purpose: what it is for, for whoever types it: `targets key 1a2b3c4d`
    ///   - twice: whether it has to be typed twice, because it is a new one
    func read(for purpose: String, twice: Bool) throws -> SecretText {
        switch self {
        case .known(let secret): return secret
        case .none:
            throw Failure(
                .invalidInput, "the \(purpose) needs a passphrase, and there is no terminal to ask at",
                hint: "set \(Self.variable), or give --passphrase-file")
        case .file(let path):
            let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDONLY | O_CLOEXEC, 0) }
            defer { close(descriptor) }
            return try Self.line(descriptor, named: "\"\(path)\"")
        case .descriptor(let descriptor): return try Self.line(descriptor, named: "descriptor \(descriptor)")
        case .terminal:
            let terminal = try check("open the terminal") { nlinux_open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY, 0) }
            defer { close(terminal) }
            while true {
                let first = try Self.typed("Passphrase for the \(purpose): ", terminal)
                guard twice else { return first }
                let second = try Self.typed("The same again: ", terminal)
                let same = first.withBytes { one in second.withBytes { one.elementsEqual($0) } }
                if same { return first }
                try File.append(Array("They differ.\n".utf8), to: terminal, named: "the terminal")
            }
        }
    }

    /// A line that does not appear on the terminal, which is as it was afterwards, whatever ended the wait.
    private static func typed(_ question: String, _ terminal: Int32) throws -> SecretText {
        var before = termios()
        try check("read the mode of the terminal") { tcgetattr(terminal, &before) }
        var quiet = before
        // Every key comes at once and as a byte, Ctrl-C too: it ends the program only after the mode is back.
        quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        try check("change the mode of the terminal") { tcsetattr(terminal, TCSAFLUSH, &quiet) }
        defer { tcsetattr(terminal, TCSAFLUSH, &before) }
        try File.append(Array(question.utf8), to: terminal, named: "the terminal")
        defer { try? File.append([0x0A], to: terminal, named: "the terminal") }
        return try line(terminal, named: "the terminal", isTyped: true)
    }

    private static func line(_ descriptor: Int32, named name: String, isTyped: Bool = false) throws -> SecretText {
        var bytes: [UInt8] = []
        // No reallocation may leave a copy behind.
        bytes.reserveCapacity(SecretText.limit + 1)
        defer { bytes.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } } }
        var byte: UInt8 = 0
        while try checkLength("read \(name)", { Glibc.read(descriptor, &byte, 1) }) == 1, byte != 0x0A {
            switch byte {
            case 0x0D where isTyped: return try secret(&bytes, name)
            case 0x03 where isTyped, 0x04 where isTyped && bytes.isEmpty: throw Failure(.invalidInput, "interrupted")
            case 0x08 where isTyped, 0x7F where isTyped: if !bytes.isEmpty { bytes.removeLast() }
            default: bytes.append(byte)
            }
            if bytes.count > SecretText.limit {
                throw Failure(.invalidInput, "the passphrase in \(name) is longer than \(SecretText.limit) bytes")
            }
        }
        if bytes.last == 0x0D { bytes.removeLast() }
        return try secret(&bytes, name)
    }

    private static func secret(_ bytes: inout [UInt8], _ name: String) throws -> SecretText {
        guard !bytes.isEmpty else { throw Failure(.invalidInput, "the passphrase from \(name) is empty") }
        return SecretText(taking: &bytes)
    }
}
