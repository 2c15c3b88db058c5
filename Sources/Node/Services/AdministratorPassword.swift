import Host
import NodeConfig
import Transfer

/// The administrator's password: the line of root in `/etc/shadow` (shadow(5)); other lines are somebody else's.
///
/// A password that was changed on the node (passwd(1)) stays until the configuration says another one than it did then.
public struct AdministratorPassword: NodeSettings {
    private static let file = "etc/shadow"
    private static let limit = 1 << 20

    private let administrator: AdministratorSettings

    /// The password of a configuration.
    public init(_ configuration: NodeConfiguration) { administrator = configuration.administrator }

    /// Writes it.
    public func render(root: String, warn: (String) -> Void) throws {
        let image = ImageFiles(root: root)
        guard let lines = wanted(image, warn: warn) else { return }
        // Also where nothing is to be changed: it tells later what somebody has changed on the node.
        try image.keep(Self.file)
        if lines.isChanged { try File.write(Path.join(root, Self.file), Self.joined(lines.wanted), mode: 0o600) }
    }

    /// Whether it is another one.
    public func differences(warn: (String) -> Void) throws -> [SettingDifference] {
        guard wanted(ImageFiles(root: "/"), warn: warn)?.isChanged == true else { return [] }
        let new = administrator.passwordHash == nil ? "the image's" : "another one"
        return [SettingDifference("administrator's password", to: new)]
    }

    /// Writes it.
    public func apply(warn: (String) -> Void) throws { try render(root: "/", warn: warn) }

    /// Keeps root's line where somebody has changed it on the node, so that it outlasts a restart.
    ///
    /// - Parameter root: `/`, or a fixture
    /// - Returns: whether there was something new to keep
    public func save(root: String = "/") throws -> Bool {
        let image = ImageFiles(root: root)
        guard let kept = Self.keptFile(root), image.isChanged(Self.file), let lines = Self.lines(image),
            let line = lines.first(where: Self.isRoot), let configured = configured(line, image)
        else { return false }
        if line == configured {
            try File.remove(kept)
            return false
        }
        let text = Array((mark + "\n").utf8) + line + [0x0A]
        if (try? File.read(kept, limit: Self.limit)) == text { return false }
        try File.write(kept, text, mode: 0o600)
        return true
    }

    /// The lines that the file shall have, and whether it has others; nil when nothing can be done.
    private func wanted(_ image: ImageFiles, warn: (String) -> Void) -> (wanted: [[UInt8]], isChanged: Bool)? {
        let isNeeded = administrator.passwordHash != nil
        guard let lines = Self.lines(image) else {
            if isNeeded { warn("the image has no /etc/shadow, so the administrator gets no password") }
            return nil
        }
        guard let number = lines.firstIndex(where: Self.isRoot) else {
            if isNeeded { warn("the image has no user root, so the administrator gets no password") }
            return nil
        }
        var wanted = lines
        guard let line = own(image.root) ?? configured(lines[number], image) else { return nil }
        wanted[number] = line
        return (wanted, wanted != lines)
    }

    /// root's line as somebody has changed it on the node, while the configuration still says what it said then.
    private func own(_ root: String) -> [UInt8]? {
        guard let file = Self.keptFile(root), File.kind(file) == .regular,
            let bytes = try? File.read(file, limit: Self.limit)
        else { return nil }
        let lines = bytes.split(separator: 0x0A).map(Array.init)
        guard lines.count == 2, lines[0] == Array(mark.utf8), Self.isRoot(lines[1]),
            Self.fields(lines[1]).count == 9, lines[1].allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return lines[1]
    }

    /// Tells configurations apart, not passwords: it cannot be turned back into the hash.
    private var mark: String {
        let hash = administrator.passwordHash?.revealed ?? "none"
        return Checksum.of(Array("\(administrator.mustChangePassword == true) \(hash)".utf8)).hex
    }

    /// root's line as configuration and image want it.
    private func configured(_ line: [UInt8], _ image: ImageFiles) -> [UInt8]? {
        guard let hash = administrator.passwordHash?.revealed else {
            return image.text(Self.file).flatMap { text in
                Array(text.utf8).split(separator: 0x0A).map(Array.init).first(where: Self.isRoot)
            }
        }
        var fields = Self.fields(line)
        while fields.count < 9 { fields.append([]) }
        fields[1] = Array(hash.utf8)
        // Days since 1970 of the last change: 0 asks for a new password at the next login.
        fields[2] = administrator.mustChangePassword == true ? [UInt8(ascii: "0")] : []
        return Array(fields.joined(separator: [UInt8(ascii: ":")]))
    }

    private static func keptFile(_ root: String) -> String? {
        StatePartition.folder(root: root).map { Path.join($0, "administrator") }
    }

    private static func lines(_ image: ImageFiles) -> [[UInt8]]? {
        let path = Path.join(image.root, file)
        guard File.kind(path) == .regular, let bytes = try? File.read(path, limit: limit) else { return nil }
        return bytes.split(separator: 0x0A).map(Array.init)
    }

    private static func joined(_ lines: [[UInt8]]) -> [UInt8] { lines.flatMap { $0 + [0x0A] } }

    private static func fields(_ line: [UInt8]) -> [[UInt8]] {
        line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(Array.init)
    }

    private static func isRoot(_ line: [UInt8]) -> Bool { line.starts(with: "root:".utf8) }
}
