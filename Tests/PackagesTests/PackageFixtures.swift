import Glibc
import Host
import Synchronization

@testable import Packages

/// RPMs, keys and repositories made for the tests with rpmbuild, gpg and createrepo_c.
struct PackageFixtures: Sendable {
    /// What the machine lacks to make them; nil when it lacks nothing.
    static let missing: String? = ["rpmbuild", "rpmsign", "gpg", "createrepo_c"].first {
        Environment.program($0) == nil
    }
    static var available: Bool { missing == nil }

    /// The keys and when they were made.
    enum Key: String, CaseIterable {
        case good, other, expired, future, revoked
    }

    let folder: String

    /// The fixtures, made once.
    static let shared = Result<PackageFixtures, any Error> { try PackageFixtures() }

    private var home: String { Path.join(folder, "gnupg") }

    func keyFile(_ key: Key) -> String { Path.join(folder, "\(key.rawValue).asc") }
    func package(_ name: String) -> String { Path.join(folder, "rpms/\(name)-1-1.noarch.rpm") }

    private init() throws {
        folder = try Folder.temporary(in: "/tmp", prefix: "packages-fixtures")
        try Folder.create(home, mode: 0o700)
        atexit_remove(folder)
        for key in Key.allCases { try make(key) }
        for (name, lines) in Self.specifications { try build(name, lines) }
    }

    private func gpg(_ arguments: [String], at time: String? = nil) throws {
        let clock = time.map { ["--faked-system-time", $0 + "!"] } ?? []
        try Command("gpg", ["--homedir", home, "--batch", "--yes", "--quiet", "--passphrase", ""] + clock + arguments)
            .run().check()
    }

    private static func moment(_ key: Key) -> String? {
        switch key {
        case .expired: "20200101T000000"
        case .future: "20600101T000000"
        default: nil
        }
    }

    private func make(_ key: Key) throws {
        let time = Self.moment(key)
        let life = key == .expired ? "1y" : "0"
        try gpg(["--quick-gen-key", "\(key.rawValue) <\(key.rawValue)@test>", "rsa2048", "sign", life], at: time)
        if key == .revoked {
            let certificates = Path.join(home, "openpgp-revocs.d")
            let fingerprint =
                try Command(
                    "gpg", ["--homedir", home, "--batch", "--with-colons", "--list-keys", "revoked"]
                ).run().check().text.split(separator: "\n").first { $0.hasPrefix("fpr") }?.split(separator: ":").last
                ?? ""
            // The file that gpg keeps for emergencies has a colon before the armor, against accidents.
            let text = try File.readText(Path.join(certificates, "\(fingerprint).rev"))
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).drop { !$0.hasPrefix(":---") }
            let revocation = Path.join(folder, "revocation")
            try File.write(revocation, lines.joined(separator: "\n").dropFirst() + "\n")
            try gpg(["--import", revocation])
        }
        try gpg(["--armor", "--output", keyFile(key), "--export", key.rawValue])
    }

    /// Signs copies of a package or a detached file with a key, at a time when the key was valid.
    func sign(_ path: String, with key: Key) throws {
        let time = Self.moment(key).map { " --faked-system-time \($0)!" } ?? ""
        try Command(
            "rpmsign",
            [
                "--define", "_gpg_name \(key.rawValue)", "--define", "_gpg_path \(home)", "--define",
                "_gpg_digest_algo sha256", "--define", "_gpg_sign_cmd_extra_args --batch\(time)",
                "--define", "__gpg \(Environment.program("gpg") ?? "gpg")",
                "--addsign", path,
            ], environment: ["GNUPGHOME": home]
        ).run().check()
    }

    /// A detached signature beside a file.
    func signDetached(_ path: String, with key: Key) throws {
        try gpg(
            ["--armor", "--local-user", key.rawValue, "--output", path + ".asc", "--detach-sign", path],
            at: Self.moment(key))
    }

    /// A repository with copies of packages.
    ///
    /// - Parameters:
    ///   - packages: names of `specifications`
    ///   - key: signs the packages; nil leaves them unsigned
    ///   - indexKey: signs repomd.xml
    func repository(
        at place: String, _ packages: [String], key: Key? = .good, indexKey: Key? = .good
    ) throws {
        try Folder.create(place)
        for name in packages {
            let copy = Path.join(place, Path.name(package(name)))
            try File.copy(package(name), to: copy)
            if let key { try sign(copy, with: key) }
        }
        try Command("createrepo_c", ["--quiet", place]).run().check()
        let index = Path.join(place, "repodata/repomd.xml")
        if let indexKey { try signDetached(index, with: indexKey) }
    }

    private func build(_ name: String, _ lines: String) throws {
        let specification = Path.join(folder, "\(name).spec")
        try File.write(
            specification,
            """
            Name: \(name)
            Version: 1
            Release: 1
            Summary: For tests
            License: Apache-2.0
            BuildArch: noarch
            \(lines)
            %description
            For tests.

            """)
        try Command(
            "rpmbuild",
            [
                "--quiet", "-bb", "--define", "_topdir \(folder)/build", "--define", "_rpmdir \(folder)/rpms",
                "--define",
                "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm", "--define", "_binary_payload w3.gzdio",
                specification,
            ], environment: ["SOURCE_DATE_EPOCH": "1700000000"]
        ).run().check()
    }

    /// The packages: what follows the common head of each specification.
    static let specifications: [(String, String)] = [
        (
            "base",
            """
            %install
            mkdir -p %{buildroot}/etc %{buildroot}/usr/bin %{buildroot}/usr/share/doc/base
            echo root:x:0:0:root:/root:/bin/sh > %{buildroot}/etc/passwd
            echo root:x:0: > %{buildroot}/etc/group
            echo program > %{buildroot}/usr/bin/ping
            echo text > %{buildroot}/usr/share/doc/base/README
            ln -s ping %{buildroot}/usr/bin/ping6
            %files
            %config /etc/passwd
            /etc/group
            %attr(4755, root, root) %caps(cap_net_raw=ep) /usr/bin/ping
            /usr/bin/ping6
            %doc /usr/share/doc/base/README
            %ghost /etc/made-later
            """
        ),
        (
            "service",
            """
            Requires: base
            %install
            mkdir -p %{buildroot}/usr/lib/sysusers.d %{buildroot}/var/lib/service
            echo 'u service 970 "A service" /var/lib/service' > %{buildroot}/usr/lib/sysusers.d/service.conf
            echo 'g helpers -' >> %{buildroot}/usr/lib/sysusers.d/service.conf
            echo 'm service helpers' >> %{buildroot}/usr/lib/sysusers.d/service.conf
            %files
            /usr/lib/sysusers.d/service.conf
            %attr(0750, service, helpers) /var/lib/service
            """
        ),
        (
            "orphan",
            """
            Requires: base
            %install
            mkdir -p %{buildroot}/var/lib/orphan
            %files
            %attr(0750, nosuchuser, root) /var/lib/orphan
            """
        ),
        (
            "scripted",
            """
            Requires: base
            %post -p <lua>
            local file = io.open("/etc/made-by-script", "w")
            file:write("yes\\n")
            file:close()
            print("this goes nowhere")
            %files
            """
        ),
        (
            "failing",
            """
            Requires: base
            %post -p <lua>
            error("the reason of the failure")
            %files
            """
        ),
        (
            "broken-pre",
            """
            Requires: base
            %pre -p <lua>
            error("not before")
            %files
            """
        ),
        (
            "slow",
            """
            Requires: base
            %post -p <lua>
            posix.sleep(60)
            %files
            """
        ),
        (
            "large",
            """
            Requires: base
            %install
            mkdir -p %{buildroot}/usr/share/large
            head -c 12000000 /dev/urandom > %{buildroot}/usr/share/large/data
            %files
            /usr/share/large/data
            """
        ),
    ]
}

/// Removes a folder when the process ends.
private func atexit_remove(_ folder: String) {
    leftovers.withLock { $0.append(folder) }
    atexit { leftovers.withLock { $0.forEach { try? Folder.remove($0) } } }
}

private let leftovers = Mutex<[String]>([])
