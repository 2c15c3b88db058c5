import Host
import NodeConfig

/// The administrator's password: the line of root in `/etc/shadow` (shadow(5)); other lines are somebody else's.
struct AdministratorPassword: NodeSettings {
    private static let file = "etc/shadow"

    private let administrator: AdministratorSettings

    init(_ configuration: NodeConfiguration) { administrator = configuration.administrator }

    func render(root: String, warn: (String) -> Void) throws {
        let image = ImageFiles(root: root)
        guard let (content, isChanged) = wanted(image, warn: warn), isChanged else { return }
        if administrator.passwordHash != nil { try image.keep(Self.file) }
        try File.write(Path.join(root, Self.file), content, mode: 0o600)
        // The rest of the file is not put back: others may have changed their lines.
        if administrator.passwordHash == nil { try image.forget(Self.file) }
    }

    func differences(warn: (String) -> Void) throws -> [SettingDifference] {
        guard wanted(ImageFiles(root: "/"), warn: warn)?.isChanged == true else { return [] }
        let new = administrator.passwordHash == nil ? "the image's" : "another one"
        return [SettingDifference("administrator's password", to: new)]
    }

    func apply(warn: (String) -> Void) throws { try render(root: "/", warn: warn) }

    /// The content that the file shall have, and whether it has another one; nil when nothing is to be done.
    private func wanted(_ image: ImageFiles, warn: (String) -> Void) -> (content: [UInt8], isChanged: Bool)? {
        let isOurs = image.isChanged(Self.file)
        guard administrator.passwordHash != nil || isOurs else { return nil }
        let path = Path.join(image.root, Self.file)
        guard File.kind(path) == .regular, let bytes = try? File.read(path, limit: 1 << 20) else {
            warn("the image has no /etc/shadow, so the administrator gets no password")
            return nil
        }
        let lines = bytes.split(separator: 0x0A).map(Array.init)
        guard let number = lines.firstIndex(where: Self.isRoot) else {
            warn("the image has no user root, so the administrator gets no password")
            return nil
        }
        var changed = lines
        if let hash = administrator.passwordHash?.revealed {
            changed[number] = line(changed[number], hash: hash)
        } else {
            let own = Array((image.text(Self.file) ?? "").utf8).split(separator: 0x0A).map(Array.init)
            guard let line = own.first(where: Self.isRoot) else { return nil }
            changed[number] = line
        }
        return (changed.flatMap { $0 + [0x0A] }, changed != lines || administrator.passwordHash == nil)
    }

    private static func isRoot(_ line: [UInt8]) -> Bool { line.starts(with: "root:".utf8) }

    private func line(_ line: [UInt8], hash: String) -> [UInt8] {
        var fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(Array.init)
        while fields.count < 9 { fields.append([]) }
        fields[1] = Array(hash.utf8)
        // Days since 1970 of the last change: 0 asks for a new password at the next login.
        fields[2] = administrator.mustChangePassword == true ? [UInt8(ascii: "0")] : []
        return Array(fields.joined(separator: [UInt8(ascii: ":")]))
    }
}
