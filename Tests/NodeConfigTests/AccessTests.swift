import Document
import NodeConfig
import Testing

/// Documents that let nobody in, and changes that shut somebody out.
@Suite struct AccessTests {
    private static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
    private static let password = "administrator: {password-hash: \"$6$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789\"}"
    private static let keys = "keys: [\"\(key) me\"]"

    private func read(_ keys: [String], _ diagnostics: Diagnostics = Diagnostics()) throws -> NodeConfiguration {
        let text = (["schemaVersion: 1"] + keys).map { $0 + "\n" }.joined()
        return try #require(NodeConfiguration.read(Array(text.utf8), file: "x", diagnostics))
    }

    /// One row: a document, and why nobody can log in; nil when somebody can, or when it leaves that to the image.
    @Test(
        arguments: [
            ([], nil), (["ssh: {port: 2222}"], nil), (["ssh: {enabled: true}"], nil), ([password], nil),
            (["ssh: {enabled: false}", password], nil), (["console: {lock-down: true}", "ssh: {\(keys)}"], nil),
            (["console: {shell: false}", "ssh: {password-login: true}", password], nil),
            (
                ["ssh: {enabled: false}"],
                "x:2:16: warning: nobody can log in: SSH is off, and the administrator has no password for the console"
            ),
            (
                ["ssh: {enabled: false, \(keys)}", "console: {lock-down: true}", password],
                "x:2:16: warning: nobody can log in: SSH is off, and the console takes no login"
            ),
            (
                ["console: {shell: false}", password],
                "x:2:10: warning: nobody can log in: SSH has no keys and takes no password, and the console takes no login"
            ),
            (
                ["console: {lock-down: true}", "ssh: {keys: []}"],
                "x:2:10: warning: nobody can log in: SSH has no keys and takes no password, and the console takes no login"
            ),
        ] as [([String], String?)])
    func whetherAnybodyCanLogIn(_ keys: [String], _ expected: String?) throws {
        let diagnostics = Diagnostics()
        _ = try read(keys, diagnostics)
        #expect(diagnostics.sorted.map(\.line) == [expected].compactMap { $0 })
    }

    /// One row: before, after, what is lost.
    @Test(
        arguments: [
            ([], [], []), ([], ["ssh: {\(keys)}", password], []),
            (["ssh: {port: 22}"], ["hostname: other"], []),
            (["ssh: {keys: [\"\(key) me\"]}"], ["ssh: {keys: [\"\(key) somebody else\"]}"], []),
            (["ssh: {enabled: false, \(keys)}"], ["ssh: {enabled: false, port: 2222}"], []),
            (["ssh: {\(keys)}"], ["ssh: {enabled: false}"], ["SSH is switched off"]),
            (
                ["ssh: {\(keys), password-login: true}", password], ["ssh: {port: 2222}"],
                [
                    "SSH listens on port 2222 instead of 22", "1 SSH key cannot log in any more",
                    "SSH takes no passwords any more", "the administrator's password is the image's again",
                ]
            ),
            ([], ["console: {shell: false}"], ["the console takes no login any more"]),
            (["console: {lock-down: true}"], ["console: {shell: false}"], []),
        ] as [([String], [String], [String])])
    func whatAChangeTakesAway(_ before: [String], _ after: [String], _ lost: [String]) throws {
        #expect(try read(before).accessLost(with: read(after)) == lost)
    }
}
