import Glibc
import Host
public import NodeConfig

/// The files and folders that outlast a restart: those of every node, and those that its configuration lists.
///
/// A folder is covered by an overlay whose upper layer lies on the state partition, so every change is on the disk as soon as
/// its writer says so, and what nobody has changed follows the image. A single file cannot be covered without breaking programs
/// that replace it by renaming: it is copied back at each start, and saved whenever it changes (nodewright-persist.path).
public struct PersistentPaths: NodeSettings {
    /// Folders of every node, where the image has them.
    public static let folders = [
        "/etc/iscsi", "/etc/libvirt", "/etc/lvm", "/etc/multipath", "/etc/nodewright/health.d", "/etc/pki/vdsm",
        "/etc/vdsm",
    ]
    /// Files of every node. Its machine id is kept, too, but by `nodectl render`, because the kernel command line may name it.
    public static let files = ["rsa", "ecdsa", "ed25519"].flatMap { type in
        ["/etc/ssh/ssh_host_\(type)_key", "/etc/ssh/ssh_host_\(type)_key.pub"]
    }
    private static let watch = "etc/systemd/system/nodewright-persist.path.d/50-nodewright.conf"
    private static let changesOfEtc = "/run/nodewright/etc/upper"

    private let listed: [String]

    /// The paths of a configuration.
    public init(_ configuration: NodeConfiguration) { listed = configuration.persist }

    /// Whether whatever is at `path` is kept because `other` is.
    public static func covers(_ other: String, _ path: String) -> Bool { path == other || path.hasPrefix(other + "/") }

    /// Why a path that somebody wants to keep is kept already; nil when it is not.
    public func reason(for path: String) -> String? {
        if Self.covers("/var", path) { return "everything below /var is kept" }
        if path == "/etc/machine-id" || Self.files.contains(path) { return "every node keeps it" }
        if let folder = Self.folders.first(where: { Self.covers($0, path) }) { return "every node keeps \(folder)" }
        return listed.first { Self.covers($0, path) }.map { $0 == path ? "it is listed" : "\($0) is" }
    }

    /// Checks that a path of the running node can be kept.
    ///
    /// - Throws: `.invalidInput` with the reason
    public static func check(_ path: String, root: String = "/") throws {
        func refuse(_ reason: String, _ hint: String) -> Failure {
            Failure(.invalidInput, "\"\(PlainText.printable(path))\" \(reason)", hint: hint)
        }
        guard path.hasPrefix("/"), path == Path.normalized(path), isValid(path) else {
            throw refuse(
                "is no absolute path in its shortest form", "for example: nodectl persist /etc/multipath.conf.d")
        }
        if path == "/" || path == "/etc" {
            throw refuse(
                "cannot be kept as a whole", "it is made anew from image and configuration; name what is in it")
        }
        for folder in ["/run", "/tmp", "/proc", "/sys", "/dev"] where covers(folder, path) {
            throw refuse("lives in memory", "it is made anew at each start; keep the file that it is made from")
        }
        for folder in ["/usr", "/boot", "/bin", "/sbin", "/lib", "/lib64"] where covers(folder, path) {
            throw refuse("belongs to the image", "put it into the image with an overlay of the recipe")
        }
        try checkParents(of: path, root: root)
        switch File.kind(Path.join(root, path)) {
        case .folder:
            guard !path.contains(where: { ",:\\\"".contains($0) }) else {
                throw refuse("cannot be kept", "a folder with a comma, colon, quote or backslash cannot be mounted")
            }
        case .regular, .link:
            guard covers("/etc", path) else {
                throw refuse("is a file outside of /etc", "keep its folder: nodectl persist \(Path.parent(path))")
            }
        case .other: throw refuse("is neither file nor folder", "keep its folder")
        case nil: throw refuse("is not there", "make it first")
        }
    }

    /// A path that a kept one goes through must not lead somewhere else.
    static func checkParents(of path: String, root: String) throws {
        var parent = Path.parent(path)
        while parent != "/" {
            let place = Path.join(root, parent)
            if File.kind(place) == .link {
                let target = (try? File.linkTarget(place)) ?? "?"
                throw Failure(
                    .invalidInput, "\"\(path)\" goes through the link \"\(parent)\"",
                    hint: "name the real path; the link points to \(PlainText.printable(target))")
            }
            parent = Path.parent(parent)
        }
    }

    static func isValid(_ path: String) -> Bool {
        path.hasPrefix("/") && path.utf8.count <= 1024
            && path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            && !path.split(separator: "/").contains("..")
    }

    /// Brings everything back; before the services of the node, and before what else is written for them.
    public func render(root: String, warn: (String) -> Void) throws {
        let store = PersistentStore(root: root)
        guard store.isThere else {
            if !listed.isEmpty { warn("this node has no place for its state, so \"persist\" keeps nothing") }
            return
        }
        try store.removePending(except: all)
        for path in all where File.exists(Path.join(root, path)) || store.kind(of: path) != nil || own.contains(path) {
            do { try bringBack(path, store) } catch { warn("\(path) is as the image has it: \(error)") }
        }
        try ImageFiles(root: root).make(watched(store))
    }

    /// Other paths than those of every node.
    ///
    /// - Parameter warn: hears of those that are no longer listed, whose folders stay as they are until the next start
    public func differences(warn: (String) -> Void) throws -> [SettingDifference] {
        let store = PersistentStore(root: "/")
        guard store.isThere else { return [] }
        let present = inForce(store)
        let old = present.filter { !Self.folders.contains($0) }.sorted()
        let wanted = own
        for path in old where !all.contains(where: { Self.covers($0, path) }) {
            warn(
                "\(path) is no longer listed under \"persist\": the next start brings the image's; what was kept of it stays, "
                    + "and comes back when it is listed again")
        }
        if present.isSuperset(of: wanted), ImageFiles(root: "/").isMade(watched(store)) { return [] }
        func words(_ paths: [String]) -> String {
            paths.isEmpty ? "none but every node's" : paths.joined(separator: " ")
        }
        return [SettingDifference("kept paths", from: words(old), to: words(wanted))]
    }

    /// Keeps what is listed from now on; what is no longer listed stays as it is until the next start, and its copy for good.
    public func apply(warn: (String) -> Void) throws {
        let store = PersistentStore(root: "/")
        guard store.isThere else { return }
        let present = inForce(store)
        try giveUp([])
        for path in own where !present.contains(path) && File.exists(path) {
            try Self.check(path)
            try during("keeping \(path)") { try keep(path, store) }
        }
        let image = ImageFiles(root: "/")
        if image.isMade(watched(store)) { return }
        try image.make(watched(store))
        try Command("systemctl", ["daemon-reload"]).run().check(.device)
        try Command("systemctl", ["restart", "nodewright-persist.path"]).run().check(.device)
    }

    /// Lets the next start remove the copies of paths that are no longer listed, besides those of earlier calls.
    public func giveUp(_ paths: [String]) throws {
        let store = PersistentStore(root: "/")
        try store.setPending(store.pending().union(paths).filter { path in !all.contains { Self.covers($0, path) } })
    }

    /// Copies the files that have changed to the state partition, until a look at all of them finds none.
    ///
    /// - Returns: the paths that were copied
    public func saveFiles(root: String = "/") throws -> [String] {
        let store = PersistentStore(root: root)
        guard store.isThere else { return [] }
        var saved: [String] = []
        for _ in 0..<10 {
            let now = try all.filter { try store.save($0) }
            if now.isEmpty { break }
            saved += now
        }
        return saved
    }

    /// Without those below another one; folders before what might be in them.
    private var all: [String] {
        let every = Set(Self.folders + Self.files + listed.filter { $0 != "/" && $0 != "/etc" })
        return every.filter { path in
            !Self.covers("/var", path) && !every.contains { $0 != path && Self.covers($0, path) }
        }.sorted()
    }

    /// Those that only this node keeps.
    private var own: [String] { all.filter { !Self.folders.contains($0) && !Self.files.contains($0) } }

    private func bringBack(_ path: String, _ store: PersistentStore) throws {
        let place = Path.join(store.root, path)
        switch (File.kind(place), store.kind(of: path)) {
        case (nil, nil) where !Self.covers("/etc", path):
            throw Failure(.incompatible, "the image has no such folder, and nothing can be made there")
        case (.regular, _) where !Self.covers("/etc", path):
            throw Failure(.incompatible, "a file outside of /etc cannot be written", hint: "list its folder instead")
        case (nil, nil), (_, .other): return
        case (.folder, nil), (.folder, .folder), (nil, .folder): try cover(path, store, changes: nil)
        case (.folder, _), (_, .folder):
            throw Failure(.incompatible, "it was a \(store.kind(of: path) == .folder ? "folder" : "file") before")
        case (_, nil): return
        case (_, .regular), (_, .link): try store.restore(path)
        }
    }

    private func keep(_ path: String, _ store: PersistentStore) throws {
        guard File.kind(path) == .folder else {
            _ = try store.save(path)
            return
        }
        let changes = Self.changesOfEtc + path.dropFirst("/etc".utf8.count)
        let isInEtc = Self.covers("/etc", path)
        try cover(path, store, changes: isInEtc && File.kind(changes) == .folder ? changes : nil)
    }

    private func cover(_ path: String, _ store: PersistentStore, changes: String?) throws {
        let place = Path.join(store.root, path)
        if SystemMounts.isKept(place) { return }
        try Self.checkParents(of: path, root: store.root)
        if File.kind(place) == nil { try Folder.create(place) }
        try store.makeLayer(path, changes: changes)
        try SystemMounts().overlay(place, upper: store.copy(of: path), work: store.workFolder(of: path))
    }

    /// The paths besides the files of every node that are kept now.
    private func inForce(_ store: PersistentStore) -> Set<String> {
        let text = (try? File.readText(Path.join(store.root, Self.watch), limit: 1 << 20)) ?? ""
        let files = text.split(separator: "\n").filter { $0.hasPrefix("PathChanged=") }.map {
            $0.dropFirst("PathChanged=".utf8.count).split(separator: "%%", omittingEmptySubsequences: false).joined(
                separator: "%")
        }
        return SystemMounts.keptFolders().union(files).subtracting(store.pending())
    }

    /// What tells nodewright-persist.path which files to look at besides those of every node.
    private func watched(_ store: PersistentStore) -> WantedFile {
        let files = own.filter { path in
            let kind = File.kind(Path.join(store.root, path)) ?? store.kind(of: path)
            return kind != .folder
        }
        // "%" begins a specifier of systemd.
        let lines = files.map { path in
            "PathChanged=\(path.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%"))\n"
        }
        return .text(Self.watch, files.isEmpty ? nil : "[Path]\n" + lines.joined())
    }
}
