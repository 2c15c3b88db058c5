import Glibc
import Host
import Sandbox
import TestSupport
import Testing
import Transfer

@testable import Packages

/// Real packages with real scriptlets: the lab's.
@Suite(.enabled(if: Oracle.labFolder != nil, "needs the lab (nodewright lab create)"), .serialized)
struct LabInstallTests {
    /// Without a kernel, whose depmod takes longer than everything else.
    private static let requests = [
        "systemd", "systemd-udev", "NetworkManager", "openssh-server", "chrony", "libvirt-daemon-driver-qemu",
    ]

    @Test func installsTheSameTreeInEveryWay() throws {
        let lab = try #require(Oracle.labFolder)
        let source = RepositorySource(
            name: "lab", baseURLs: ["file:\(lab)/fedora"], keys: ["\(lab)/RPM-GPG-KEY-lab"])
        try Folder.withTemporary { folder in
            let cache = Path.join(folder, "cache")
            let request = ResolutionRequest(packages: Self.requests, repositories: [source])
            let lock = try Resolver(cacheFolder: cache).resolve(request)
            let stored = try PackageStore(cacheFolder: cache).fetch(lock, from: [source])
            let root = Path.join(folder, "root")
            let again = Path.join(folder, "again")
            let program = try Programs.built("nodewright")
            try Installer(rung: .root, program: program).install(stored, into: root, time: lock.newestBuildTime)
            try Installer(rung: .singleID, program: program).install(
                stored, into: again, time: lock.newestBuildTime)
            let files = try PackageHeader.files(ofPackages: stored.map(\.path))
            #expect(files.count > 1000)
            // Every file is where its package says, with the same type.
            let absent = files.filter { !$0.isGhost && !$0.path.hasPrefix("/run") && !File.exists(root + $0.path) }
            #expect(absent.map(\.path) == [])
            // Both ways give the same tree, database included.
            let names = try Folder.walk(root)
            #expect(try Folder.walk(again) == names)
            let different = try names.filter { name in
                let (one, other) = (Path.join(root, name), Path.join(again, name))
                guard File.kind(one) == .regular else { return File.kind(one) != File.kind(other) }
                return try Checksum.of(file: one) != Checksum.of(file: other)
            }
            #expect(different == [])
            let listed = try Command("rpm", ["--root", root, "--dbpath", "/usr/lib/sysimage/rpm", "-qa"]).run().check()
            #expect(listed.text.split(separator: "\n").count == lock.packages.count)
        }
    }

    /// depmod runs beside the transaction; afterwards every module is described, and the package's own link is back.
    @Test func describesAllKernelModules() throws {
        let lab = try #require(Oracle.labFolder)
        let source = RepositorySource(
            name: "lab", baseURLs: ["file:\(lab)/fedora"], keys: ["\(lab)/RPM-GPG-KEY-lab"])
        try Folder.withTemporary { folder in
            let cache = Path.join(folder, "cache")
            let request = ResolutionRequest(packages: ["kernel", "bash", "coreutils"], repositories: [source])
            let lock = try Resolver(cacheFolder: cache).resolve(request)
            let stored = try PackageStore(cacheFolder: cache).fetch(lock, from: [source])
            let root = Path.join(folder, "root")
            try Installer(rung: .singleID, program: try Programs.built("nodewright")).install(
                stored, into: root, time: lock.newestBuildTime)
            let modules = Path.join(root, "usr/lib/modules")
            let version = try #require(try Folder.list(modules).first)
            let files = try Folder.walk(Path.join(modules, version)).filter { $0.hasSuffix(".ko.xz") }
            let described = try File.readText(Path.join(modules, "\(version)/modules.dep"), limit: 1 << 24)
                .split(separator: "\n").compactMap { $0.split(separator: ":").first.map(String.init) }
            #expect(files.count > 3000)
            #expect(described.sorted() == files.sorted())
            #expect(try File.linkTarget(Path.join(root, "usr/sbin/depmod")).hasSuffix("bin/kmod"))
            #expect(try Folder.list(Path.join(root, "usr/sbin")).allSatisfy { !$0.hasPrefix(".") })
        }
    }
}
