import Host
import Recipe
import Testing

@Suite struct GlobTests {
    @Test(arguments: [
        ("/usr/share/doc", "/usr/share/doc", true),
        ("/usr/share/doc", "/usr/share/doc/x", false),
        ("/usr/*/doc", "/usr/share/doc", true),
        ("/usr/*", "/usr/share/doc", false),
        ("/usr/**", "/usr/share/doc", true),
        ("/usr/**", "/usr", true),
        ("/usr/**/doc", "/usr/doc", true),
        ("/usr/**/doc", "/usr/a/b/doc", true),
        ("/usr/**/doc", "/usr/a/b/docs", false),
        ("**/*.pyc", "a/b/c.pyc", true),
        ("a?c", "abc", true), ("a?c", "ac", false),
        ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[]]x", "]x", true), ("[a-]x", "-x", true),
        ("\\*x", "*x", true), ("\\*x", "ax", false),
        ("*", ".hidden", true),
        ("*.so.*", "libc.so.6", true), ("lib*.a", "lib.a", true),
        ("virtio_*", "virtio_net", true),
        ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbYbZ", false),
        ("é*", "éa", true),
    ])
    func matches(pattern: String, path: String, expected: Bool) throws {
        #expect(try Glob(pattern).matches(path) == expected)
    }

    @Test(arguments: ["", "/", "a[", "a[z-a]", "a/../b", "./a", "a**", "a\\", "a\u{1}"]) func refuses(pattern: String) {
        #expect(throws: Failure.self) { try Glob(pattern) }
    }

    @Test func staysLinearOnHostilePatterns() throws {
        let glob = try Glob(String(repeating: "**/", count: 50) + String(repeating: "a*", count: 50) + "b")
        let path = String(repeating: "a/", count: 200) + String(repeating: "a", count: 200)
        let time = ContinuousClock().measure { #expect(!glob.matches(path)) }
        #expect(time < .seconds(2))
    }
}
