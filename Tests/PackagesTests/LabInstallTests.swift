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
    static let requests = [
        "kernel-core", "systemd", "systemd-udev", "NetworkManager", "openssh-server", "chrony", "lvm2", "nftables",
        "libvirt-daemon-driver-qemu", "qemu-kvm-core",
    ]

    @Test func installsAHypervisor() throws {
        let lab = try #require(Oracle.labFolder)
        let source = RepositorySource(
            name: "lab", baseURLs: ["file:\(lab)/fedora"], keys: ["\(lab)/RPM-GPG-KEY-lab"])
        try Folder.withTemporary { folder in
            func timed<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
                let start = monotonicSeconds()
                defer { print("lab: \(name) \(Int((monotonicSeconds() - start) * 1000)) ms") }
                return try body()
            }
            let cache = Path.join(folder, "cache")
            let request = ResolutionRequest(packages: Self.requests, repositories: [source])
            let lock = try timed("resolve") { try Resolver(cacheFolder: cache).resolve(request) }
            _ = try timed("resolve again") { try Resolver(cacheFolder: cache).resolve(request) }
            let stored = try timed("fetch and verify \(lock.packages.count) packages") {
                try PackageStore(cacheFolder: cache).fetch(lock, from: [source])
            }
            _ = try timed("fetch again") { try PackageStore(cacheFolder: cache).fetch(lock, from: [source]) }
            let root = Path.join(folder, "root")
            let again = Path.join(folder, "again")
            let program = try Programs.built("nodewright")
            try timed("install") {
                try Installer(rung: .root, program: program).install(stored, into: root, time: lock.newestBuildTime)
            }
            try timed("install with one id") {
                try Installer(rung: .singleID, program: program).install(
                    stored, into: again, time: lock.newestBuildTime)
            }
            let files = try timed("read headers") { try PackageHeader.files(ofPackages: stored.map(\.path)) }
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
}
