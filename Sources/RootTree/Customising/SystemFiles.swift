import Host

/// The files that make a tree the root of an image that is read-only, has no identity yet and is configured at boot.
struct SystemFiles {
    let tree: Tree

    /// Writes what the image says about itself into os-release(5).
    func writeRelease(name: String, version: String, variant: String) throws {
        let path = "/usr/lib/os-release"
        let ours = ["IMAGE_ID": name, "IMAGE_VERSION": version, "VARIANT": "Nodewright", "VARIANT_ID": variant]
        let kept = try tree.lines(path).filter { line in ours[String(line.prefix { $0 != "=" })] == nil }
        let added = ours.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
        try tree.write(path, (kept.map(String.init) + added).joined(separator: "\n") + "\n")
        if try tree.resolve("/etc/os-release") == nil { try tree.link("/etc/os-release", to: "../usr/lib/os-release") }
    }

    /// Writes the defaults of /etc that no package and no overlay brings.
    func writeDefaults() throws {
        // Empty, not "uninitialized": the latter makes process 1 apply all presets again at every boot of a live system.
        try tree.write("/etc/machine-id", "")
        for (path, content) in [
            ("/etc/fstab", ""), ("/etc/locale.conf", "LANG=C.UTF-8\n"), ("/etc/vconsole.conf", "KEYMAP=us\n"),
        ] where try tree.resolve(path) == nil {
            try tree.write(path, content)
        }
        if try tree.resolve("/etc/localtime") == nil {
            try tree.link("/etc/localtime", to: "../usr/share/zoneinfo/UTC")
        }
        if try tree.resolve("/usr/sbin/NetworkManager") != nil {
            // NetworkManager then keeps the file in /run, and the overlay of /etc clean.
            try tree.link("/etc/resolv.conf", to: "/run/NetworkManager/resolv.conf")
        }
    }

    /// Makes the folders that are mounted over.
    func createMountPoints() throws {
        for folder in ["/dev", "/proc", "/sys", "/run", "/tmp", "/var", "/boot", "/mnt", "/root", "/sysroot"] {
            try tree.createFolder(folder)
        }
    }

    /// Removes what packages and scripts leave behind and no image needs, much of which differs from run to run.
    func clean() throws {
        for path in [
            "/etc/passwd-", "/etc/shadow-", "/etc/group-", "/etc/gshadow-", "/etc/subuid-", "/etc/subgid-",
            "/etc/.pwd.lock",
            "/etc/.updated", "/var/.updated", "/var/lib/dbus/machine-id", "/var/lib/systemd/random-seed",
            "/var/lib/dnf",
            "/var/lib/systemd/catalog/database", "/root/.bash_history", "/usr/lib/sysimage/rpm/.rpm.lock",
            "/usr/lib/sysimage/rpm/rpmdb.sqlite-shm",
        ] {
            try tree.remove(path)
        }
        for folder in ["/var/cache", "/var/log", "/var/tmp", "/tmp", "/run"] { try removeFiles(folder) }
    }

    /// Removes the files below a folder; folders stay, because daemons expect them.
    private func removeFiles(_ path: String) throws {
        guard let found = try tree.resolve(path)?.path, File.kind(tree.host(found)) == .folder else { return }
        for name in try Folder.walk(tree.host(found)) where File.kind(tree.host(found) + "/" + name) != .folder {
            try File.remove(tree.host(found) + "/" + name)
        }
    }

    /// Makes /root a link into /var, because the root file system is read-only and root keeps files there, such as the keys that may
    /// log in.
    ///
    /// - Returns: who owns it, and with which mode, whatever a package says of /root
    func moveRoot() throws -> [OwnershipTable.Rule] {
        // An overlay may have made it a link to somewhere else.
        guard File.kind(tree.host("/root")) == .folder else { return [] }
        try tree.createFolder(OwnershipTable.rootHome)
        try TreeCopy.copy(tree.host("/root"), to: tree.host(OwnershipTable.rootHome))
        try tree.remove("/root")
        try tree.link("/root", to: String(OwnershipTable.rootHome.dropFirst()))
        return [.init(path: OwnershipTable.rootHome, mode: 0o700, source: "nodewright: root's own folder")]
    }

    /// Moves the content of /var to where the initramfs copies it from: /var itself is state and not part of the image.
    func moveVar() throws {
        let target = OwnershipTable.factory + "/var"
        try tree.remove(target)
        try tree.createFolder(target)
        try TreeCopy.copy(tree.host("/var"), to: tree.host(target))
        for name in try tree.list("/var") { try tree.remove("/var/" + name) }
    }
}
