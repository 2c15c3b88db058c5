/// A file or link in `/etc` as a configuration wants it.
struct WantedFile: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        case text(String)
        case link(String)
        /// As the image has it, which may be nothing.
        case image
    }

    /// The first line of every file of ours, by which one is known that outlasts a restart in a kept folder.
    static let mark = "# Made by nodectl from the node configuration.\n"

    /// Relative to the root.
    let path: String
    let content: Content
    /// Of a text.
    let mode: UInt32

    private init(_ path: String, _ content: Content, mode: UInt32 = 0o644) {
        self.path = path
        self.content = content
        self.mode = mode
    }

    /// A file with these lines below our mark; the image's when they are nil.
    static func text(_ path: String, _ lines: String?, mode: UInt32 = 0o644) -> WantedFile {
        WantedFile(path, lines.map { .text(mark + $0) } ?? .image, mode: mode)
    }

    /// A unit that is started with the system, or not unless the image does.
    static func start(_ unit: String, if isWanted: Bool) -> WantedFile {
        let path = "etc/systemd/system/multi-user.target.wants/\(unit)"
        return WantedFile(path, isWanted ? .link("/usr/lib/systemd/system/\(unit)") : .image)
    }

    /// A unit that nothing can start, as `systemctl mask` makes it, or as the image has it.
    static func mask(_ unit: String, if isWanted: Bool) -> WantedFile {
        WantedFile("etc/systemd/system/\(unit)", isWanted ? .link("/dev/null") : .image)
    }
}
