import Host

/// dnsmasq as the DHCP (or proxy-DHCP) and TFTP server of a bench, as its arguments.
struct BootService {
    /// Programs that firmware of each kind starts with.
    private static let biosFile = "grub.0"
    private static let efiFile = "shimx64.efi"

    let interface: BenchInterface
    let folder: String
    /// `http://192.0.2.1:80`
    let web: String
    /// Another DHCP server gives the addresses, this one only says what to start.
    let isProxy: Bool
    /// Whom dnsmasq runs as.
    let user: String

    /// The arguments; nothing comes from dnsmasq's configuration on this host.
    func arguments() throws -> [String] {
        var arguments = [
            "--conf-file=/dev/null", "--keep-in-foreground", "--log-facility=-", "--log-dhcp", "--user=\(user)",
            "--pid-file=",
            "--port=0", "--interface=\(interface.name)", "--except-interface=lo", "--bind-interfaces", "--leasefile-ro",
            "--enable-tftp", "--tftp-root=\(folder)",
            // 175 is iPXE's own option; 93 the architecture of the firmware (RFC 4578).
            "--dhcp-match=set:ipxe,175", "--dhcp-match=set:bios,option:client-arch,0",
            "--dhcp-match=set:efi,option:client-arch,7", "--dhcp-match=set:efi,option:client-arch,9",
            "--dhcp-match=set:web,option:client-arch,16",
        ]
        let ipxe = "\(web)/\(IPXEStart.name)"
        if isProxy {
            arguments += ["--dhcp-range=\(interface.address.text),proxy"]
            for (architecture, file) in [
                ("x86PC", Self.biosFile), ("X86-64_EFI", Self.efiFile), ("BC_EFI", Self.efiFile),
            ] {
                arguments += [
                    "--pxe-service=tag:!ipxe,\(architecture),Start,\(file)",
                    "--pxe-service=tag:ipxe,\(architecture),Start,\(ipxe)",
                ]
            }
        } else {
            let range = try interface.range()
            arguments += [
                "--dhcp-range=\(range.first.text),\(range.last.text),1h",
                // A bench leads nowhere.
                "--dhcp-option=option:router", "--dhcp-option=option:dns-server",
                "--dhcp-boot=tag:ipxe,\(ipxe)", "--dhcp-boot=tag:!ipxe,tag:bios,\(Self.biosFile)",
                "--dhcp-boot=tag:!ipxe,tag:efi,\(Self.efiFile)",
                // Firmware that boots from HTTP wants to see its own name again.
                "--dhcp-boot=tag:!ipxe,tag:web,\(web)/\(Self.efiFile)", "--dhcp-option-force=tag:web,60,HTTPClient",
            ]
        }
        return arguments
    }

    /// What a line of dnsmasq's log says to people; nil for its details.
    static func message(_ line: String) -> String? {
        if line.firstMatch(of: /DHCP(DISCOVER|OFFER|REQUEST|ACK|NAK|DECLINE)\(|PXE\(|bootfile name:/) != nil {
            return line.firstMatch(of: /(DHCP[A-Z]+|PXE)\(.*|bootfile name:.*/).map { String($0.output.0) }
        }
        if line.contains("dnsmasq-tftp") {
            return line.firstMatch(of: /(sent|error|failed|file|cannot) .*/).map { "TFTP " + $0.output.0 }
        }
        return line.contains("failed") || line.contains("dnsmasq: ") && line.contains("cannot") ? line : nil
    }
}
