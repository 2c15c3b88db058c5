/// Where metadata comes from: a web server, a folder, a registry. Nothing that it says is trusted.
public protocol MetadataSource {
    /// The whole content of a file: `timestamp.json`, `3.root.json`.
    ///
    /// - Parameters:
    ///   - name: one component, percent-encoded
    ///   - limit: more bytes than this are refused
    /// - Returns: nil when the source has no such file
    /// - Throws: `.network` when it cannot be asked, `.signature` when it sends more
    func metadata(_ name: String, limit: Int) throws -> [UInt8]?
}

/// Where targets come from. Nothing that it says is trusted.
public protocol TargetSource {
    /// The content of a file piece by piece.
    ///
    /// - Parameters:
    ///   - path: components with slashes between them, as they are written in the metadata
    ///   - limit: more bytes than this are refused
    ///   - accept: gets each piece; what it throws ends the transfer
    /// - Returns: false when the source has no such file
    /// - Throws: `.network` when it cannot be asked, `.signature` when it sends more
    func target(
        _ path: String, limit: Int, accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool
}
