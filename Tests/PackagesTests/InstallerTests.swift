import Glibc
import Host
import Sandbox
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Packages

/// Packages installed by the real worker into new trees.
@Suite(.enabled(if: PackageFixtures.available, "needs rpmbuild, rpmsign, gpg and createrepo_c"), .serialized)
struct InstallerTests {
    private let program: String

    init() throws { program = try Programs.built("nodewright") }

    /// Resolves and fetches `names`; `body` gets a folder and the packages.
    private func prepare(_ names: [String], _ body: (String, [StoredPackage]) throws -> Void) throws {
        let fixtures = try PackageFixtures.shared.get()
        try Folder.withTemporary { folder in
            let place = Path.join(folder, "repository")
            try fixtures.repository(at: place, Array(Set(names + ["base"])).sorted())
            let source = RepositorySource(name: "test", baseURLs: ["file:" + place], keys: [fixtures.keyFile(.good)])
            let cache = Path.join(folder, "cache")
            let lock = try Resolver(cacheFolder: cache).resolve(
                ResolutionRequest(packages: names, repositories: [source]))
            try body(folder, try PackageStore(cacheFolder: cache).fetch(lock, from: [source]))
        }
    }

    /// Installs `names`; `body` gets the tree.
    private func install(
        _ names: [String], rung: Rung = .root, documentation: Bool = true,
        _ body: (String, [StoredPackage]) throws -> Void
    ) throws {
        try prepare(names) { folder, stored in
            let root = Path.join(folder, "root")
            var installer = Installer(rung: rung, program: program)
            installer.documentation = documentation
            try installer.install(stored, into: root, time: 1_700_000_000)
            try body(root, stored)
        }
    }

    /// The package database says again what the packages said; a damaged one is read or refused, whatever is wrong with it.
    @Test func theDatabaseIsReadBack() throws {
        try install(["service", "scripted"]) { root, stored in
            let found = try InstalledPackages(root: root).packages
            #expect(found.map(\.facts.nevra) == ["base-1-1.noarch", "scripted-1-1.noarch", "service-1-1.noarch"])
            #expect(Set(found.map(\.facts)) == Set(try PackageHeader.facts(ofPackages: stored.map(\.path))))
            #expect(found.flatMap(\.files).contains { $0.path == "/usr/bin/ping" })
            let database = Path.join(root, InstalledPackages.databasePath)
            let bytes = try File.read(database)
            for place in stride(from: 0, to: bytes.count, by: bytes.count / 50 + 1) {
                var changed = bytes
                for index in place..<min(bytes.count, place + 40) {
                    changed[index] ^= UInt8(truncatingIfNeeded: index &* 31)
                }
                for damaged in [changed, Array(bytes[..<place])] {
                    try File.write(database, damaged)
                    do { _ = try InstalledPackages(root: root) } catch is Failure {}
                }
            }
            try File.remove(database)
            #expect(throws: Failure.self) { try InstalledPackages(root: root) }
        }
    }

    @Test(arguments: [Rung.root, .singleID])
    func unpacksAndRunsScriptlets(rung: Rung) throws {
        try install(["service", "scripted"], rung: rung) { root, stored in
            #expect(try File.readText(Path.join(root, "etc/made-by-script")) == "yes\n")
            #expect(try File.linkTarget(Path.join(root, "usr/bin/ping6")) == "ping")
            #expect(
                try File.readText(Path.join(root, "etc/passwd")).contains(
                    "service:x:970:970:A service:/var/lib/service:"))
            #expect(try File.readText(Path.join(root, "etc/group")).contains("helpers:x:999:service"))
            #expect(try Folder.list(Path.join(root, "usr/lib/sysimage/rpm")) == ["rpmdb.sqlite"])
            let listed = try Command("rpm", ["--root", root, "--dbpath", "/usr/lib/sysimage/rpm", "-qa"]).run().check()
                .text
            #expect(
                listed.split(separator: "\n").sorted() == [
                    "base-1-1.noarch", "scripted-1-1.noarch", "service-1-1.noarch",
                ])
            // No device, process or temporary file of the worker stays.
            #expect(try Folder.list(Path.join(root, "dev")).isEmpty)
            #expect(try Folder.list(Path.join(root, "proc")).isEmpty)

            let files = try PackageHeader.files(ofPackages: stored.map(\.path))
            let ping = try #require(files.first { $0.path == "/usr/bin/ping" })
            #expect(ping.mode == 0o104755 && ping.user == "root" && ping.capabilities?.contains("cap_net_raw") == true)
            #expect(files.first { $0.path == "/usr/bin/ping6" }?.linkTarget == "ping")
            #expect(files.first { $0.path == "/etc/made-later" }?.isGhost == true)
            #expect(files.first { $0.path == "/etc/passwd" }?.isConfig == true)
            let state = try #require(files.first { $0.path == "/var/lib/service" })
            #expect(state.user == "service" && state.group == "helpers" && state.mode == 0o40750)
        }
    }

    @Test func leavesOutDocumentation() throws {
        try install(["base"], documentation: false) { root, _ in
            #expect(!File.exists(Path.join(root, "usr/share/doc/base/README")))
        }
    }

    @Test func writesTheSameDatabaseTwice() throws {
        try install(["service", "scripted"]) { root, stored in
            let second = root + "-again"
            try Installer(rung: .root, program: program).install(stored, into: second, time: 1_700_000_000)
            let databases = try [root, second].map { try File.read(Path.join($0, "usr/lib/sysimage/rpm/rpmdb.sqlite")) }
            #expect(Checksum.of(databases[0]) == Checksum.of(databases[1]))
            let time = try Command(
                "rpm",
                [
                    "--root", root, "--dbpath", "/usr/lib/sysimage/rpm", "-q", "--qf", "%{INSTALLTIME} %{INSTALLTID}",
                    "base",
                ]
            ).run().check().text
            #expect(time == "1700000000 1700000000")
        }
    }

    /// The package, and what the failure must say.
    @Test(arguments: [
        ("failing", "the %post scriptlet of package failing-1-1.noarch failed", "the reason of the failure"),
        ("broken-pre", "the %pre scriptlet of package broken-pre-1-1.noarch failed", "not before"),
        ("orphan", "\"/var/lib/orphan\" belongs to the user \"nosuchuser\"", "users"),
    ])
    func refuses(package: String, message: String, detail: String) throws {
        let failure = #expect(throws: Failure.self) { try install([package]) { _, _ in } }
        #expect(failure?.status == .invalidInput)
        #expect(failure?.message.contains(message) == true, "\(String(describing: failure))")
        #expect(failure?.description.contains(detail) == true, "\(String(describing: failure))")
    }

    @Test func leavesNothingMountedWhenItIsKilled() throws {
        try prepare(["slow"]) { folder, stored in
            let root = Path.join(folder, "root")
            // A name of its own, to find this worker among those of other tests.
            let link = Path.join(folder, "nodewright-to-kill")
            try check("link") { symlink(program, link) }
            let ended = Mutex<Failure?>(nil)
            let thread = try Host.Thread {
                do {
                    try Installer(rung: .root, program: link).install(stored, into: root, time: 1)
                } catch { ended.withLock { $0 = error as? Failure } }
            }
            let database = Path.join(root, "usr/lib/sysimage/rpm/rpmdb.sqlite")
            for _ in 1...600 where !File.exists(database) { usleep(50_000) }
            usleep(300_000)
            let workers = try Self.processes(named: link)
            // The outer process: the inner one must die with it.
            kill(try #require(workers.first), SIGKILL)
            thread.join()
            #expect(ended.withLock { $0 }?.message.contains("was ended by signal 9") == true)
            for _ in 1...100 where try !Self.processes(named: link).isEmpty { usleep(50_000) }
            #expect(try Self.processes(named: link) == [])
            #expect(try !File.readText("/proc/self/mountinfo").contains(root))
            // The cache is sound, and the next run works.
            try Folder.remove(root)
            let others = stored.filter { $0.package.name != "slow" }
            try Installer(rung: .root, program: program).install(others, into: root, time: 1)
            #expect(File.exists(Path.join(root, "usr/bin/ping")))
        }
    }

    /// The processes whose command line begins with a path.
    private static func processes(named path: String) throws -> [pid_t] {
        try Folder.list("/proc").compactMap { pid_t($0) }.filter { process in
            let line = (try? File.read("/proc/\(process)/cmdline")) ?? []
            return line.starts(with: Array(path.utf8))
        }.sorted()
    }

    @Test(.enabled(if: getuid() == 0, "needs root for a mount of its own"))
    func saysThatTheDiskIsFull() throws {
        try prepare(["large"]) { folder, stored in
            let full = Path.join(folder, "full")
            try Folder.create(full)
            let job = TransactionJob(
                root: Path.join(full, "root"), packages: stored.map(\.path), documentation: true, languages: nil,
                time: 1,
                rung: Rung.root.rawValue)
            // The small file system exists only in the namespace of this one process.
            let script = "mount -t tmpfs -o size=6m tmpfs \(full) && exec \"$0\" \"$@\""
            let result = try Command(
                "unshare", ["--mount", "sh", "-c", script, program, "__worker", "install", "root", String(getpid())],
                input: .bytes(job.json)
            ).run()
            #expect(result.status != 0)
            let said = result.errorTail
            #expect(said.contains("failure\t7\t"), "\(said)")
            #expect(said.contains("large-1-1.noarch") && said.contains("free some space"), "\(said)")
        }
    }
}
