/// The page about the kernel command line, in Markdown: made from the same table that reads it.
public enum CommandLinePage {
    /// The page.
    public static var text: String {
        var lines = introduction + rules
        for chapter in CommandLineTable.chapters {
            lines += ["", "## \(chapter.title)", ""]
            if !chapter.text.isEmpty { lines += [chapter.text, ""] }
            lines += ["| argument | value | sets | meaning | example |", "|---|---|---|---|---|"]
            lines += chapter.arguments.map(row)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func row(_ argument: CommandLineArgument) -> String {
        let cells = [
            argument.names.map { "`\($0)`" }.joined(separator: ", "),
            argument.forms.map { $0.isEmpty ? "(none)" : "`\($0)`" }.joined(separator: "<br>"),
            argument.keys.map { "`\($0)`" }.joined(separator: ", "), argument.meaning, "`\(argument.example)`",
        ]
        return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }

    private static let introduction = [
        "# Kernel command line", "",
        "A node reads its configuration from the kernel command line, too: in dracut's words, in those of legacy oVirt Node,",
        "and in its own. This page is made from the table that reads them (`nodectl config cmdline --markdown`), and a test",
        "holds it to that. `nodectl config cmdline --text \"...\"` shows what a command line gives, and what is wrong with it:",
        "",
        "```",
        "kernel command line: word 2 (\"ip=eno1:dhpc\"), character 9: \"dhpc\" is no way to get an address",
        "  hint: did you mean dhcp?",
        "```", "",
        "Words are split as the kernel does it: at spaces, except between double quotes, and without any escaping; `-` and `_`",
        "in names are the same; what follows `--` belongs to process 1. All mistakes are shown in one run. What is right is",
        "used although other words are wrong, so that a node comes up with what can be understood. Words that stand in no",
        "table here are left to the kernel, the initramfs and systemd.",
    ]

    private static let rules = [
        "", "## What counts when words contradict each other", "",
        "- The command line is read when nothing is stored, when `firstboot`, `reinstall` or `nodewright.reconfigure` is",
        "  given, or when the node is stateless. Otherwise the stored configuration counts. Of credential, config disk, URL and",
        "  command line the later one counts, value by value.",
        "- Of a word that has one value, the last one counts: `hostname=a hostname=b` is `b`. `ip`, `bond`, `vlan`, `bridge`,",
        "  `ifname`, `rd.route`, `nameserver`, `dns`, `ntp` and `sshkey` add up.",
        "- `vlan=` with digits alone before the colon is legacy oVirt Node's (`vlan=5:eno1`), anything else dracut's",
        "  (`vlan=eno1.5:eno1`).",
        "- `ip=` with exactly four fields, each an IPv4 address or empty, is PXELINUX's; with a method in the second field it",
        "  is dracut's form with an interface; with five fields and more it is dracut's full form. A single address is that of",
        "  Anaconda and legacy oVirt Node: `netmask=` and `gateway=` complete it.",
        "- `netmask=` and `gateway=` complete every `ip=` that names no interface and lacks them, and no other. With `ip=dhcp`",
        "  they have no effect, with a warning.",
        "- An address needs a mask; for IPv6 it is 64 unless given. An address without a method is fixed, as with `none`.",
        "- With `dhcp` comes IPv6 as routers announce it, as in NetworkManager's generator; `ipv6=` and every `ip=` that speaks",
        "  of IPv6 for this interface count more. With a fixed address or a method of one family alone, the other family is off.",
        "- Two `ip=` for one interface add up when they speak of different families or are both fixed. A second method for the",
        "  same family is a mistake (dracut stops there, NetworkManager takes the last).",
        "- A word that names no interface means that of `bootdev=`, else `ksdevice=`, else `BOOTIF=`, else the only bond,",
        "  bridge or VLAN that is described and on which nothing else is built, else the first card with a carrier. Where that is",
        "  a port, its bond or bridge is meant. `BOOTIF=` with a hardware address that `ifname=` does not know, or with `link`,",
        "  says only from where the machine was started: a single bond, bridge or VLAN that is described counts more.",
        "- `BOOTIF=` alone, as PXELINUX and iPXE add it, configures that card by DHCP and SLAAC and makes it the management",
        "  interface. It adds no interface when others are described by name, and with or without `ip=dhcp` it does not",
        "  replace the interfaces of a credential, config disk or URL.",
        "- `ip=dhcp` alone is what every card does by itself, so it describes no interface.",
        "- A VLAN of legacy oVirt Node carries the addresses of the interface that it is on. A port carries none: giving it",
        "  some is a mistake.",
        "- `bond=` without options is legacy oVirt Node's `mode=active-backup,miimon=100`, not dracut's `balance-rr`.",
        "- `nodewright.hostname=` counts more than `hostname=`, and that more than the name in `ip=`.",
        "- Name servers of `nameserver=`, `dns=` and `ip=` add up, those of `ip=` first. Then those of DHCP are not used.",
        "- `rootpw=` counts more than `adminpw=`, and that more than `engine_admin_password=`.",
        "- `install`, `reinstall`, `firstboot` and `upgrade` exclude `uninstall`: with one of them nothing is removed.",
        "- `stateless` excludes an installation: nothing is installed.",
        "- `netconsole=` with `@` or `/` in it is the kernel's own form and is left to the kernel.",
    ]
}
