import Document

extension EngineSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "address", \.address, .host, "The engine's host name or IP address.", example: "engine.example.org"),
            Field("port", \.port, .integer(1...65535), "Its HTTPS port.", example: "443", fallback: "443"),
            Field(
                "fingerprint", \.fingerprint, .fingerprint,
                "The fingerprint (SHA-256 or SHA-1) of the engine's certificate authority.",
                example: "\"33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A:33:2B:A5:D8:1A\""),
            Field(
                "certificate-authority", \.certificateAuthority, .certificates,
                "The engine's certificate authority: PEM text.",
                example: "\"-----BEGIN CERTIFICATE-----\\nMAA=\\n-----END CERTIFICATE-----\\n\""),
            Field(
                "trust", \.trust, .choice,
                "On what an unknown engine is trusted: the fingerprint or authority given here (`pinned`), or what it shows the first time (`first-use`).",
                example: "first-use", fallback: "`pinned`"),
            Field(
                "mode", \.mode, .choice,
                "How the node becomes known: it asks (`register`), or is added over REST (`add`), which needs credentials.",
                example: "register", fallback: "`register`"),
            Field(
                "approve", \.approve, .bool, "Whether the node approves itself over REST, which needs credentials.",
                example: "true", fallback: "false"),
            Field(
                "node-name", \.nodeName, .line("a name in one line"),
                "The name under which the engine lists this node.",
                example: "rack4-node7", fallback: "the host name"),
            Field(
                "cluster", \.cluster, .line("a name in one line"), "The cluster to which the node shall belong.",
                example: "Default", fallback: "the engine's default"),
            Field(
                "user", \.user, .line("a user's name in one line"), "A user of the REST interface.",
                example: "\"admin@internal\""),
            Field(
                "password", \.password, .secret("a password in one line", where: Form<String>.isOneLine),
                "That user's password.", example: "\"correct horse battery\""),
            Field(
                "token", \.token, .secret("a token in one line", where: Form<String>.isOneLine),
                "A bearer token for the REST interface, instead of user and password.", example: "\"eyJhbGciOi\""),
        ], empty: EngineSettings.init)
}
