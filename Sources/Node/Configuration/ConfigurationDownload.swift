import Glibc
import Host
import NodeConfig
import Transfer

/// Fetches the document that `nodewright.config=` names, as soon as there is a network.
struct ConfigurationDownload {
    private let inputs: NodeInputs
    private let hasNetwork: () -> Bool

    /// The download for a node.
    ///
    /// - Parameter hasNetwork: whether asking a server makes sense yet
    init(_ inputs: NodeInputs, hasNetwork: @escaping () -> Bool = NetworkInterface.someHasAddress) {
        self.inputs = inputs
        self.hasNetwork = hasNetwork
    }

    /// Fetches the document, reads it together with all other inputs, and keeps it until the next start unless the inputs have
    /// mistakes now.
    ///
    /// - Parameters:
    ///   - patience: for so many seconds a network that does not come up is waited for, and a server that does not answer is
    ///     asked again
    ///   - say: hears what is being done
    /// - Returns: what the inputs say now; with their mistakes, when there are any
    /// - Throws: `.network` when there is no network, or the server does not answer or has no such document; `.signature` when
    ///   its certificate is not accepted or the document has another checksum; `.invalidInput` when it is too large
    func run(_ source: ConfigurationSource, patience: Double, say: (String) -> Void) throws -> NodeInputs.Reading {
        let deadline = monotonicSeconds() + patience
        try waitForNetwork(until: deadline, patience, say)
        let bytes = try fetch(source, patience: deadline - monotonicSeconds(), say)
        try Folder.create(Path.parent(inputs.fetched), mode: 0o700)
        try File.write(inputs.fetched, bytes, mode: 0o600)
        let reading = inputs.read(warn: { _ in })
        if !reading.isComplete || !reading.choice.isProvisioned { try File.remove(inputs.fetched) }
        return reading
    }

    private func waitForNetwork(until deadline: Double, _ patience: Double, _ say: (String) -> Void) throws {
        if hasNetwork() { return }
        say("waiting for the network")
        while !hasNetwork() {
            guard monotonicSeconds() < deadline else {
                throw Failure(
                    .network, "no interface has got an address within \(Int(patience)) seconds",
                    hint: "check the cables, DHCP, and the words ip=, vlan= and bond= of the kernel command line")
            }
            usleep(200_000)
        }
    }

    private func fetch(_ source: ConfigurationSource, patience: Double, _ say: (String) -> Void) throws -> [UInt8] {
        let url = redacted(source.url)
        if let file = source.certificateAuthorities, !File.exists(file) {
            throw Failure(
                .invalidInput, "there is no file \"\(file)\" with certificate authorities",
                hint: "nodewright.config-ca= names a file of the image")
        }
        say("fetching \(url)")
        let bytes: [UInt8]
        do {
            bytes = try Downloader(certificates: source.certificateAuthorities).bytes(
                source.url, limit: NodeConfiguration.sizeLimit, tooLarge: .invalidInput, patience: patience
            ) { say("fetching \(url) again: \($0)") }
        } catch let failure as Failure where failure.status == .network {
            throw Failure(
                .network, "cannot fetch \(url): \(failure.details.last ?? failure.message)",
                hint: "check the address in nodewright.config= and the server")
        } catch let failure as Failure where failure.status == .signature {
            throw Failure(
                .signature, failure.message,
                hint: "check nodewright.config-ca=, the name in the address, and the clock",
                details: failure.details)
        }
        guard let expected = source.sha256 else { return bytes }
        let found = Checksum.of(bytes).hex
        guard found == expected else {
            throw Failure(
                .signature, "\(url) is another document than nodewright.config-sha256= says",
                hint: "write the new checksum there, when the document has been changed by somebody who may",
                details: ["its SHA-256 checksum is \(found)", "it should be \(expected)"])
        }
        return bytes
    }
}
