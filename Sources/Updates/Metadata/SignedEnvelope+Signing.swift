import Host
public import Transfer

extension SignedEnvelope {
    /// Adds a signature by an Ed25519 key, in place of one under the same name.
    ///
    /// - Parameter keyID: how the delegating metadata names the key
    public mutating func sign(with key: Ed25519PrivateKey, keyID: String) throws {
        add(Signature(keyID: keyID, bytes: try key.signature(over: signedBytes)))
    }
}
