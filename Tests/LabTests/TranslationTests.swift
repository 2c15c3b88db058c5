import Host
import Testing

@testable import Lab

@Suite struct TranslationTests {
    @Test(arguments: [
        ("1:2.3-4", "2.3", "4"), ("257.13-1~deb13u1", "257.13", "1~deb13u1"), ("20250419", "20250419", "1"),
        ("1.2-rc1-3", "1.2_rc1", "3"), ("1:10.0.13+ds-0+deb13u1", "10.0.13+ds", "0+deb13u1"),
    ])
    func versions(text: String, version: String, release: String) {
        #expect(DebianVersion(text).version == version)
        #expect(DebianVersion(text).release == release)
    }

    @Test(arguments: [
        (">>", "2.36", UInt32(12), "2.36"),  // 2.36-1 is later than 2.36
        (">>", "2.36-1", 4, "2.36-1"),
        ("<=", "2.36", 2, "2.36"),  // and 2.36-1 is not at most 2.36
        ("<=", "2.36-1", 10, "2.36-1"),
        ("<<", "1:2.36", 2, "2.36"),
        ("=", "1:2.36-1", 8, "2.36-1"),
        (">=", "2.36", 12, "2.36"),
    ])
    func relations(comparison: String, text: String, flags: UInt32, version: String) throws {
        let relation = try #require(DebianVersion.relation(comparison, text))
        #expect(relation.flags == flags)
        #expect(relation.version == version)
    }

    /// Each is older than the next one (dpkg --compare-versions agrees).
    @Test func order() {
        let versions = [
            "1.0~~", "1.0~beta", "1.0-1~deb13u1", "1.0-1", "1.0-1+b1", "1.0-1.1", "1.0-10", "1.0.1-1", "1.10-1",
            "1:0.1-1",
        ]
        for (older, newer) in zip(versions, versions.dropFirst()) {
            #expect(DebianVersion(newer).isNewer(than: DebianVersion(older)), "\(newer) after \(older)")
            #expect(!DebianVersion(older).isNewer(than: DebianVersion(newer)))
        }
        #expect(!DebianVersion("1.0-1").isNewer(than: DebianVersion("1.0-1")))
    }

    @Test(arguments: [
        ("passwd (>= 1:4.1), debconf | debconf-2.0", ["shadow-utils"]),
        ("libc6 (>= 2.36), libfoo1", []),  // libraries are found by their sonames
        ("nothing-here | passwd", ["shadow-utils"]),
        ("login", []),  // the package itself
        ("libvirt-daemon (= 1:11.3.0-3)", ["libvirt-daemon = 11.3.0-3"]),
        ("passwd:any", ["shadow-utils"]),
    ])
    func dependencies(text: String, expected: [String]) throws {
        let map = try MapTests.map(
            """
            shadow-utils: {from: [passwd]}
              util-linux: {from: [login]}
              glibc: {from: [libc6]}
              libvirt-daemon: {from: [libvirt-daemon]}
            """)
        let found = Dependencies(map: map, counterparts: map.counterparts).relations(text, in: "util-linux")
        #expect(found.map { $0.version.isEmpty ? $0.name : "\($0.name) = \($0.version)" } == expected)
    }

    @Test(arguments: [
        ("/bin/bash", "/usr/bin/bash"), ("/lib/systemd/systemd", "/usr/lib/systemd/systemd"),
        ("/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib64/libc.so.6"),
        ("/lib/x86_64-linux-gnu", "/usr/lib64"), ("/etc/passwd", "/etc/passwd"),
    ])
    func places(old: String, new: String) throws {
        #expect(Layout(map: try LabMap.embedded()).place(old) == new)
    }

    @Test(arguments: [
        ("libz.so.1.3", "/usr/lib/x86_64-linux-gnu/libz.so.1", "libz.so.1.3"),
        ("../../lib/x86_64-linux-gnu/libz.so.1", "/usr/lib/x86_64-linux-gnu/libz.so", "libz.so.1"),
        ("/lib/x86_64-linux-gnu/ld.so", "/usr/lib64/ld-linux", "/usr/lib64/ld.so"),
        ("../../bin/tool", "/usr/lib/x86_64-linux-gnu/tool", "../bin/tool"),
        ("../x86_64-linux-gnu/a", "/usr/lib/sub/b", "../../lib64/a"),
    ])
    func links(target: String, link: String, expected: String) throws {
        let layout = Layout(map: try LabMap.embedded())
        #expect(layout.retarget(target, from: link, at: layout.place(link), []) == expected)
    }

    @Test func usersBecomeScriptsThatNeedNoSystemd() throws {
        let user = try #require(SystemUser("u sshd 74 \"Someone's name\" /run -"))
        #expect(user.provides == ["user(sshd)", "group(sshd)"])
        #expect(try Command("sh", ["-n"], input: .bytes(Array(user.script.utf8))).run().status == 0)
        #expect(user.script.contains("useradd -r -u 74"))
        #expect(SystemUser("# comment") == nil)
    }
}
