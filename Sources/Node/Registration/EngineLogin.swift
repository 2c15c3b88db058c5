import Document
import Host
import NodeConfig
import Transfer

/// How a user of the REST interface gets a token: OAuth 2 with a password (RFC 6749, 4.3).
struct EngineLogin {
    private let engine: EngineLocation
    private let settings: EngineSettings
    private let client: WebClient

    init(_ engine: EngineLocation, _ settings: EngineSettings, client: WebClient) {
        self.engine = engine
        self.settings = settings
        self.client = client
    }

    /// A new token.
    ///
    /// - Throws: `.invalidInput` when the engine refuses the credentials, or there are none
    func token() throws -> String {
        guard let user = settings.user, let password = settings.password else {
            throw ClassifiedFailure(
                .notConfigured,
                Failure(
                    .invalidInput, "no credentials are given for the REST interface of the engine \(engine)",
                    hint:
                        "set engine.token, or engine.user and engine.password; on the command line: --user, --password-file"
                ))
        }
        let form = [
            ("grant_type", "password"), ("scope", "ovirt-app-api"), ("username", user), ("password", password.revealed),
        ]
        let body = form.map { "\($0)=\(EngineLocation.encoded($1))" }.joined(separator: "&")
        let response = try engine.send(
            WebClient.Request(
                engine.url("sso/oauth/token"),
                headers: ["Content-Type: application/x-www-form-urlencoded", "Accept: application/json"],
                body: Array(body.utf8)), with: client)
        let answer = response.type == "application/json" ? try? JSON.parse(response.body, file: "the token") : nil
        if response.status == 200, let token = answer?["access_token"]?.string, Self.isToken(token) { return token }
        // Both shapes: with the scope of the interface "error" is the text, without it "error" is the code.
        let code = answer?["error_code"]?.string ?? answer?["error"]?.string
        guard let code else {
            throw Failure(
                .incompatible,
                "the engine \(engine) gives no token and no reason: it answers with status \(response.status)",
                hint: "is it an oVirt Engine, and is the port right?")
        }
        let text = answer?["error_code"] != nil ? answer?["error"]?.string : answer?["error_description"]?.string
        throw Failure(
            .invalidInput,
            "the engine \(engine) refuses the user \"\(PlainText.printable(user, limit: 100))\": \(settings.shown(code))",
            hint: "the name has the form user@profile, such as admin@internal",
            details: text.map { [settings.shown($0)] } ?? [])
    }

    /// What can stand in a header (RFC 6750, 2.1).
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

extension EngineSettings {
    /// A text of the engine as it may be shown: printable, and without our own secrets, which a server might repeat.
    ///
    /// - Parameter secret: another one
    func shown(_ text: String, without secret: String? = nil) -> String {
        var text = text
        for secret in [password?.revealed, token?.revealed, secret].compactMap({ $0 }) where !secret.isEmpty {
            text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "(secret)")
        }
        return PlainText.printable(text, limit: 200)
    }
}
