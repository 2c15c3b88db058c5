extension CommandLineTable {
    static let addresses = Chapter(
        title: "Addresses, routes and name servers",
        text: """
            Fields are separated by colons and may be empty; an IPv6 address stands in brackets. *METHOD* is one of `dhcp`, \
            `on`, `any`, `auto` (all the same: DHCPv4, and IPv6 as routers announce it), `auto6`, `either6`, `dhcp6` (all the \
            same: only IPv6, as routers announce it, with DHCPv6 where they say so), `link6` (only the link-local address of \
            IPv6), `single-dhcp` (DHCP on the first card with a carrier), `none` and `off` (the address that is given, or none \
            at all), or several of them with commas. *MASK* is a number of bits or, for IPv4, dotted.
            """,
        arguments: [
            CommandLineArgument(
                "ip",
                forms: [
                    "METHOD", "INTERFACE:METHOD[:[MTU][:MAC]]",
                    "[CLIENT]:[PEER]:[GATEWAY]:[MASK]:[HOSTNAME]:[INTERFACE]:[METHOD][:[MTU][:MAC]]",
                    "[CLIENT]:[PEER]:[GATEWAY]:[MASK]:[HOSTNAME]:[INTERFACE]:[METHOD][:[DNS][:[DNS][:NTP]]]",
                    "CLIENT:SERVER:GATEWAY:MASK", "CLIENT[/BITS]",
                ],
                keys: ["network.interfaces", "hostname", "dns.servers", "time.ntp-servers"],
                "How an interface gets its addresses. May be given several times, also for the same interface. The first four "
                    + "forms are dracut's, the fifth is PXELINUX's, the last is that of Anaconda and legacy oVirt Node, "
                    + "with `netmask=` and `gateway=`. PEER and SERVER are not used. MAC is given to the interface.",
                example: "ip=192.0.2.10::192.0.2.1:24:node1:eno1:none:192.0.2.53"
            ) { $0.readIP($1) },
            CommandLineArgument(
                "netmask", forms: ["MASK"], keys: ["network.interfaces"],
                "The mask of an `ip=` that names no interface and has no mask.", example: "netmask=255.255.255.0"
            ) { $0.readNetmask($1) },
            CommandLineArgument(
                "gateway", forms: ["ADDRESS"], keys: ["network.interfaces"],
                "The gateway of an `ip=` that names no interface and has no gateway.", example: "gateway=192.0.2.1"
            ) { $0.readGateway($1) },
            CommandLineArgument(
                "ipv6", forms: ["auto", "dhcp", "off"], keys: ["network.interfaces"],
                "IPv6 of the interface that `BOOTIF=` or `bootdev=` names.", example: "ipv6=auto"
            ) { $0.readIPv6($1) },
            CommandLineArgument(
                "rd.route", forms: ["NETWORK/MASK:[GATEWAY][:INTERFACE]"], keys: ["network.interfaces"],
                "A route. Without an interface it belongs to the one in whose network the gateway is.",
                example: "rd.route=[2001:db8:3::/48]:[2001:db8::1]:eno1"
            ) { $0.readRoute($1) },
            CommandLineArgument(
                "nameserver", forms: ["ADDRESS"], keys: ["dns.servers"],
                "A name server; may be given several times. Then those of DHCP are not used.",
                example: "nameserver=192.0.2.53"
            ) { $0.readNameserver($1) },
            CommandLineArgument(
                "dns", forms: ["ADDRESS[,ADDRESS…]"], keys: ["dns.servers"], "Name servers, added to `nameserver=`.",
                example: "dns=192.0.2.53,192.0.2.54"
            ) { $0.readNameservers($1) },
            CommandLineArgument(
                "rd.peerdns", forms: ["0"], keys: ["dns.servers"],
                "Name servers of DHCP are not used. They are not used anyway once `nameserver=` or `dns=` is given; without "
                    + "either the word has no effect, with a warning.",
                example: "rd.peerdns=0"
            ) { $0.readPeerDNS($1) },
        ])

    static let interfaces = Chapter(
        title: "Interfaces",
        text: """
            Wherever an interface is named, a hardware address with hyphens (`52-54-00-12-34-56`) will do, too.
            """,
        arguments: [
            CommandLineArgument(
                "BOOTIF", forms: ["01-MAC", "MAC", "INTERFACE", "link"],
                keys: ["network.management", "network.interfaces"],
                "The interface for engine and administrators, and for every word that names none. `link` is the first card "
                    + "with a carrier. PXELINUX and iPXE write the first form.",
                example: "BOOTIF=01-52-54-00-12-34-56"
            ) { $0.readBootInterface($1) },
            CommandLineArgument(
                "rd.bootif", forms: ["0"], "`BOOTIF=` is passed over.", example: "rd.bootif=0"
            ) { $0.readIgnoreBootInterface($1) },
            CommandLineArgument(
                "bootdev", forms: ["INTERFACE"], keys: ["network.management", "network.interfaces"],
                "As `BOOTIF=`, and stronger.", example: "bootdev=eno1"
            ) { $0.readBootDevice($1) },
            CommandLineArgument(
                "ksdevice", forms: ["INTERFACE", "MAC", "link", "bootif"],
                keys: ["network.management", "network.interfaces"],
                "As `BOOTIF=`, stronger than that and weaker than `bootdev=`.", example: "ksdevice=eno1"
            ) { $0.readKickstartDevice($1) },
            CommandLineArgument(
                "ifname", forms: ["NAME:MAC"], keys: ["network.interfaces"],
                "The card with a hardware address is called NAME in the other words.",
                example: "ifname=lan0:52:54:00:12:34:56"
            ) { $0.readInterfaceName($1) },
            CommandLineArgument(
                "bond", "bond_setup", forms: ["NAME:PORT[,PORT…][:OPTION=VALUE[,…][:MTU]]", "NAME", ""],
                keys: ["network.interfaces"],
                "A bond. Options are those of the kernel's bonding driver; several addresses of `arp_ip_target` are "
                    + "separated by semicolons. Without options it is `mode=active-backup,miimon=100`. Without ports it "
                    + "is made of eth0 and eth1 in mode `balance-rr`, with a warning.",
                example: "bond=bond0:eno1,eno2:mode=802.3ad,lacp_rate=fast:9000"
            ) { $0.readBond($1) },
            CommandLineArgument(
                "vlan", forms: ["NAME:INTERFACE", "ID[:INTERFACE]"], keys: ["network.interfaces"],
                "A VLAN. With a name (`vlan5`, `vlan0005`, `eno1.5`, `eno1.0005`) it is dracut's form. With digits alone it is "
                    + "legacy oVirt Node's: the VLAN is called `INTERFACE.ID`, lies on the interface of `BOOTIF=` unless "
                    + "one is named, and carries the address instead of it.",
                example: "vlan=bond0.5:bond0"
            ) { $0.readVLAN($1) },
            CommandLineArgument(
                "bridge", forms: ["NAME:PORT[,PORT…]", "NAME", ""], keys: ["network.interfaces"],
                "A bridge, without the spanning tree protocol. Without ports it gets eth0, with a warning.",
                example: "bridge=br0:eno1"
            ) { $0.readBridge($1) },
            CommandLineArgument(
                "network_layout", forms: ["direct", "bridged"], keys: ["network.interfaces", "network.management"],
                "`bridged`: the management interface becomes the port of a bridge, which carries its addresses.",
                example: "network_layout=bridged"
            ) { $0.readLayout($1) },
            CommandLineArgument(
                "team", forms: ["…"], "Not supported; the message says how to write a bond.", example: "team=team0:eno1"
            ) { $0.refuseTeam($1) },
        ])
}
