import Host
import NodeConfig
import Testing

/// What of a kernel command line may be repeated.
@Suite struct CommandLineSecretTests {
    @Test(arguments: [
        ("Command line: ro adminpw=$6$a$b quiet", "Command line: ro adminpw=(secret) quiet"),
        ("rootpw=", "rootpw=(secret)"), ("snmp-password=\"a b\" c", "snmp-password=\"(secret)\" c"),
        ("\"snmp_password=a b\" c", "\"snmp_password=(secret)\" c"),
        (
            "Unknown kernel command line parameters \"ip=dhcp adminpw=x\", will be passed to user space.",
            "Unknown kernel command line parameters \"ip=dhcp adminpw=(secret)\", will be passed to user space."
        ),
        ("rhn_password=x my_token=y", "rhn_password=(secret) my_token=(secret)"),
        ("nodewright.config=https://u:p@h/x a=b", "nodewright.config=https://(secret) a=b"),
        ("nodewright.config=https://h/x?token=1", "nodewright.config=https://(secret)"),
        ("nodewright.config=https://h/x", "nodewright.config=https://h/x"),
        ("usb 1-1: new device, idVendor=1234, mode = \"x\" =", "usb 1-1: new device, idVendor=1234, mode = \"x\" ="),
        ("", ""), ("=\"", "=\""), ("  a  ", "  a  "),
    ])
    func onlySecretsAreHidden(_ text: String, _ shown: String) {
        let bytes = KernelCommandLine.withoutSecrets(Array(text.utf8))
        #expect(String(decoding: bytes, as: UTF8.self) == shown)
    }

    /// What is no address at all, and what has too much in it.
    @Test(arguments: [
        ("nodewright.config=ftp://u:pw@h/x?token=pw", "ftp://...@h/x?..."), ("management_server=u:pw@h", "...@h"),
        ("management_server=https://u:p/w@h/?token=pw", "https://...@h/?..."), ("syslog=u:pw@h", "...@h"),
        ("kdump_nfs=u:pw@h", "...@h"),
    ])
    func messagesRepeatNoPasswords(_ word: String, _ shown: String) {
        let reading = CommandLineReading(KernelCommandLine(Array(word.utf8)))
        let text = reading.mistakes.map { "\($0)" }.joined()
        #expect(text.contains(shown) && !text.contains("pw"), "\(text)")
    }

    @Test(arguments: [
        "engine: {address: \"u:pw@h\"}", "kdump: {target: \"nfs://u:pw@h/x\"}", "logging: {syslog: \"u:pw@h\"}",
    ])
    func messagesAboutDocumentsRepeatNoPasswords(_ keys: String) throws {
        let failure = #expect(throws: Failure.self) {
            try NodeConfiguration.read(Array("schemaVersion: 1\n\(keys)\n".utf8), file: "node.yaml")
        }
        let text = failure.map { "\($0)" } ?? ""
        #expect(text.contains("...@h") && !text.contains("pw"), "\(text)")
    }
}
