import Document
import Host
import Testing

@testable import Packages

/// The chosen packages must be those that dnf chooses, for possible and impossible requests.
struct OracleTests {
    /// One request of a table; `weak` also asks for recommended packages.
    struct Case: CustomTestStringConvertible {
        var packages: [String]
        var exclude: [String] = []
        var weak = false
        var testDescription: String {
            (packages + exclude.map { "-" + $0 } + (weak ? ["weak"] : [])).joined(separator: " ")
        }
    }

    @Test(.enabled(if: Oracle.hasDNF && Oracle.hasData, "needs dnf and the shared metadata"))
    func centosStream() throws {
        try compare(
            [
                Oracle.repository("baseos", "cs9/baseos"), Oracle.repository("appstream", "cs9/appstream"),
            ],
            [
                Case(packages: ["bash"]),
                Case(packages: ["cockpit"]),
                Case(packages: ["cockpit"], weak: true),
                Case(packages: ["kernel-core", "grub2-pc", "shim-x64", "NetworkManager", "podman"]),
                Case(packages: ["kernel-core", "grub2-pc", "shim-x64", "NetworkManager", "podman"], weak: true),
                Case(packages: ["kernel"], weak: true),
                Case(packages: ["NetworkManager*"]),
                Case(packages: ["glibc-langpack-d[ae]"]),
                Case(packages: ["openssh-server", "chrony", "lvm2", "xfsprogs", "nftables"]),
                Case(packages: ["bash-5.1.8-2.el9"]),
                Case(packages: ["bash-5.1.8-2.el9.x86_64"]),
                Case(packages: ["bash-0:5.1.8-2.el9.x86_64"]),
                Case(packages: ["glibc.i686"]),
                Case(packages: ["glibc.*"]),
                Case(packages: ["/usr/sbin/ip"]),
                Case(packages: ["/usr/lib/systemd/systemd"]),
                Case(packages: ["/usr/share/zoneinfo/Europe/Vienna"]),
                Case(packages: ["webserver"]),
                Case(packages: ["libc.so.6()(64bit)"]),
                Case(packages: ["libc.so.6(GLIBC_2.34)(64bit)", "config(bash)"]),
                Case(packages: ["bash >= 5"]),
                Case(packages: ["systemd"], exclude: ["systemd-pam"]),
                Case(packages: ["systemd"], exclude: ["glibc-minimal-langpack"]),
                Case(packages: ["cockpit"], exclude: ["NetworkManager*", "PackageKit*"], weak: true),
                Case(packages: ["@core"]),
                Case(packages: ["@standard"]),
                Case(packages: ["@container-management"]),
                Case(packages: ["@Headless Management"]),
                Case(packages: ["@minimal-environment"]),
                Case(packages: ["@network-server"], weak: true),
                Case(packages: ["@scientific"]),
                Case(packages: ["libvirt-daemon"]),
                Case(packages: ["qemu-kvm-core"]),
                Case(packages: ["nodejs"]),
                Case(packages: ["nginx", "postgresql-server"]),
                Case(packages: ["no-such-package"]),
                Case(packages: ["@no-such-group"]),
                Case(packages: ["bash-9.9-9"]),
                Case(packages: ["coreutils", "coreutils-single"]),
                Case(packages: ["curl", "curl-minimal"]),
                Case(packages: ["libcurl", "libcurl-minimal"]),
                Case(packages: ["audit", "python3-dnf", "dracut-network", "tuned"], weak: true),
            ])
    }

    @Test(.enabled(if: Oracle.hasDNF && Oracle.hasData, "needs dnf and the shared metadata"))
    func prioritiesOfRepositories() throws {
        try compare(
            [
                Oracle.repository("baseos", "cs9/baseos", priority: 10),
                Oracle.repository("appstream", "cs9/appstream", priority: 90),
                Oracle.repository("again", "cs9/baseos", priority: 50),
            ], [Case(packages: ["cockpit", "systemd"], weak: true), Case(packages: ["kernel"])])
    }

    @Test(.enabled(if: Oracle.hasDNF && Oracle.hasData, "needs dnf and the shared metadata"))
    func fedoraAroundLibvirt() throws {
        try compare(
            [Oracle.repository("libvirt", "fedora32-libvirt")],
            [
                Case(packages: ["libvirt-daemon"]), Case(packages: ["libvirt-daemon"], weak: true),
                Case(packages: ["libvirt-daemon-driver-qemu", "libvirt-client"]), Case(packages: ["qemu-kvm"]),
                Case(packages: ["*libvirt*"]), Case(packages: ["systemd", "coreutils-single"]),
            ])
    }

    @Test(.enabled(if: Oracle.hasDNF && Oracle.labFolder != nil, "needs dnf and the lab (nodewright lab create)"))
    func lab() throws {
        let lab = try #require(Oracle.labFolder)
        var main = RepositorySource(name: "lab", baseURLs: ["file:\(lab)/fedora"], allowsUnsigned: true)
        main.priority = 99
        let updates = RepositorySource(name: "updates", baseURLs: ["file:\(lab)/updates"], allowsUnsigned: true)
        let hypervisor = [
            "kernel-core", "systemd", "systemd-udev", "NetworkManager", "libvirt-daemon-driver-qemu", "qemu-kvm-core",
            "openssh-server", "chrony", "lvm2",
        ]
        try compare(
            [main] + (File.exists(Path.join(lab, "updates/repodata/repomd.xml")) ? [updates] : []),
            [
                Case(packages: hypervisor), Case(packages: hypervisor, weak: true), Case(packages: ["bash"]),
                Case(packages: ["@core"]), Case(packages: ["kernel*"]), Case(packages: ["*"]),
                Case(packages: ["qemu-kvm-core"], exclude: ["glibc"]), Case(packages: ["/usr/bin/bash"]),
            ])
    }

    /// CentOS Stream 9 has no default streams any more, so two are given to it.
    @Test(.enabled(if: Oracle.hasDNF && Oracle.hasData, "needs dnf and the shared metadata"))
    func defaultStreamsOfModules() throws {
        let data = try #require(Oracle.dataFolder)
        try Folder.withTemporary { folder in
            let repodata = Path.join(folder, "appstream/repodata")
            try Folder.create(repodata)
            for name in try Folder.list(Path.join(data, "cs9/appstream/repodata")) {
                try File.copy(Path.join(data, "cs9/appstream/repodata/\(name)"), to: Path.join(repodata, name))
            }
            let packed = try #require(try Folder.list(repodata).first { $0.hasSuffix("modules.yaml.xz") })
            var text = String(decoding: try CompressedFile.read(Path.join(repodata, packed)), as: UTF8.self)
            for (module, stream) in [("nodejs", "20"), ("postgresql", "16")] {
                let line = "document: modulemd-defaults\nversion: 1\ndata:\n  module: \(module)\n"
                #expect(text.contains(line))
                text = text.replacing(line, with: line + "  stream: \"\(stream)\"\n")
            }
            let modules = Path.join(folder, "modules.yaml")
            try File.write(modules, text)
            try Command("modifyrepo_c", ["--mdtype=modules", modules, repodata]).run().check()
            let appstream = RepositorySource(
                name: "appstream", baseURLs: ["file:\(folder)/appstream"], allowsUnsigned: true)
            try compare(
                [Oracle.repository("baseos", "cs9/baseos"), appstream],
                [
                    Case(packages: ["nodejs"]), Case(packages: ["nodejs", "npm"], weak: true),
                    Case(packages: ["postgresql-server"]), Case(packages: ["postgresql"]), Case(packages: ["nginx"]),
                    Case(packages: ["php-cli"]), Case(packages: ["ruby"]), Case(packages: ["nodejs*"]),
                ], platform: "platform:el9")
        }
    }

    /// The explanation has dnf's words; only the repositories are named in addition.
    @Test(
        .enabled(if: Oracle.hasDNF && Oracle.hasData, "needs dnf and the shared metadata"),
        arguments: [
            ["libvirt-daemon"], ["qemu-kvm-core"], ["coreutils", "coreutils-single"], ["curl", "curl-minimal"],
        ])
    func explainsAsDnfDoes(packages: [String]) throws {
        let repositories = [
            Oracle.repository("baseos", "cs9/baseos"), Oracle.repository("appstream", "cs9/appstream"),
        ]
        guard case .impossible(let text)? = try Oracle.choices(repositories, [Case(packages: packages)]).first else {
            Issue.record("dnf can install \(packages)")
            return
        }
        func plain(_ line: some StringProtocol) -> String {
            var line = Substring(line)
            while line.first == " " || line.first == "-" { line = line.dropFirst() }
            if line.lowercased().hasPrefix("problem"), let colon = line.firstIndex(of: ":") {
                line = line[line.index(colon, offsetBy: 2)...]
            }
            for name in [" from baseos", " from appstream"] { line = Substring(line.replacing(name, with: "")) }
            return String(line)
        }
        try Folder.withTemporary { cache in
            let failure = #expect(throws: Failure.self) {
                try Resolver(cacheFolder: cache).resolve(
                    ResolutionRequest(packages: packages, repositories: repositories))
            }
            let ours = Set((failure?.details ?? []).map(plain))
            let theirs = Set(text.split(separator: "\n").map(plain))
            #expect(ours == theirs)
        }
    }

    /// Solves every case here and with dnf and compares.
    private func compare(_ repositories: [RepositorySource], _ cases: [Case], platform: String? = nil) throws {
        let expected = try Oracle.choices(repositories, cases, platform: platform)
        #expect(expected.count == cases.count)
        try Folder.withTemporary { cache in
            for (one, expected) in zip(cases, expected) {
                let request = ResolutionRequest(
                    packages: one.packages + one.exclude.map { "-" + $0 }, repositories: repositories,
                    weakDependencies: one.weak)
                let ours = Result { try Resolver(cacheFolder: cache).resolve(request) }
                switch (ours, expected) {
                case (.success(let lock), .packages(let theirs)):
                    let mine = Set(lock.packages.map(Oracle.name))
                    #expect(mine.subtracting(theirs).sorted() == [], "\(one.testDescription): more than dnf")
                    #expect(theirs.subtracting(mine).sorted() == [], "\(one.testDescription): less than dnf")
                case (.failure, .impossible): break
                case (.success(let lock), .impossible(let why)):
                    Issue.record("\(one.testDescription): \(lock.packages.count) packages, but dnf says \(why)")
                case (.failure(let failure), .packages(let theirs)):
                    Issue.record("\(one.testDescription): dnf chooses \(theirs.count) packages, but \(failure)")
                }
            }
        }
    }
}
