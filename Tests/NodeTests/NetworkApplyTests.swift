import Host
import TestSupport
import Testing

/// `nodectl apply` and `nodectl confirm` in front of a real NetworkManager, and what a peer sees of it.
@Suite(.enabled(if: NetworkLab.obstacle == nil, "\(NetworkLab.obstacle ?? "")"))
struct NetworkApplyTests {
    private func document(_ interfaces: String, more: String = "") -> String {
        "schemaVersion: 1\n\(more)network:\n  interfaces:\n\(interfaces)"
    }

    private func plain(_ address: String, gateway: String = "192.0.2.1") -> String {
        document(
            """
                - name: eth0
                  ipv4: {method: static, addresses: [\(address)/24], gateway: \(gateway)}
                  ipv6: {method: static, addresses: ["2001:db8::10/64"], gateway: "2001:db8::1"}

            """)
    }

    private static let old = "192.0.2.10/24\n2001:db8::10/64\nstatus 0"

    /// From nothing to static dual stack; then the same again, and a renamed card.
    @Test func staticAddressesOfBothFamilies() throws {
        let lab = try NetworkLab(
            """
            answer dry-run $nodectl apply --dry-run $folder/a.yaml
            answer before profiles
            answer apply $nodectl apply --yes $folder/a.yaml
            answer addresses addresses eth0
            answer peer4 ip netns exec peer ping -c 1 -W 5 192.0.2.10
            answer peer6 ip netns exec peer ping -c 1 -W 5 2001:db8::10
            answer modes stat -c %a /run/NetworkManager/system-connections/nodewright-*
            answer stored cat /run/nodewright/state/config/a/current
            answer again $nodectl apply $folder/a.yaml
            answer again-dry $nodectl apply --dry-run $folder/a.yaml
            answer other nmcli -g GENERAL.CONNECTION device show eth1
            answer json $nodectl apply --json --dry-run $folder/b.yaml
            kill_networkmanager
            rm -rf /run/NetworkManager/devices
            ip link set eth0 down
            ip link set eth0 name lan7
            ip address flush dev lan7
            start_networkmanager
            wait_until ip route get 192.0.2.1
            answer renamed addresses lan7
            rm -r /run/nodewright/state/config
            mkdir -p /run/nodewright/state/config/a
            sed s/eth0/eth1/ $folder/a.yaml >/run/nodewright/state/config/a/1.yaml
            answer pin $nodectl recover-network
            answer pinned cat /run/nodewright/state/config/a/current
            answer address cat /sys/class/net/eth1/address
            answer pin-again sh -c "$nodectl recover-network; ls /run/nodewright/state/config/a"
            """, files: ["a.yaml": plain("192.0.2.10"), "b.yaml": plain("192.0.2.11")])
        #expect(
            lab["dry-run"].contains("interface eth0: new") && lab["dry-run"].hasSuffix("status 0"), "\(lab.answers)")
        #expect(lab["dry-run"].contains("+ ipv4.address1=192.0.2.10/24"))
        #expect(lab["before"] == "status 0")
        #expect(lab["apply"].hasSuffix("nodectl: applied\nstatus 0"), "\(lab["apply"])")
        #expect(lab["addresses"] == Self.old, "\(lab["addresses"])")
        #expect(lab["peer4"].contains("1 received") && lab["peer6"].contains("1 received"))
        #expect(lab["modes"] == "600\nstatus 0")
        // Pinned by the card's own address, whatever its name will be.
        #expect(lab["stored"].contains("mac: "))
        #expect(lab["again"].hasSuffix("status 3") && lab["again-dry"].hasSuffix("status 3"), "\(lab["again"])")
        #expect(lab["other"] == "status 0")
        #expect(lab["json"].contains(#"{"result":"dry-run","changes":["interface eth0: changed","#), "\(lab["json"])")
        #expect(lab["renamed"] == Self.old, "\(lab["renamed"])")
        // What the first start has stored does not know the cards yet.
        let address = lab["address"].split(separator: "\n").first ?? "(none)"
        #expect(
            lab["pin"] == "status 0" && lab["pinned"].contains("mac: \"\(address)\""), "\(lab["pin"]) \(lab["pinned"])")
        #expect(lab["pin-again"] == "1.yaml\n2.yaml\ncurrent\nstatus 0", "\(lab["pin-again"])")
    }

    /// What does not work goes back at once; what nobody confirms, in time; what is confirmed, stays.
    @Test func aChangeStaysOnlyWhenConfirmed() throws {
        let lab = try NetworkLab(
            """
            $nodectl apply --yes $folder/old.yaml 2>/dev/null
            answer router $nodectl apply --timeout 10 $folder/router.yaml
            answer router-after addresses eth0
            answer names $nodectl apply --yes --timeout 10 $folder/names.yaml
            answer unconfirmed $nodectl apply --timeout 10 $folder/new.yaml
            answer unconfirmed-after addresses eth0
            answer files profiles
            answer stored grep -c 192.0.2.10/24 /run/nodewright/state/config/a/current
            answer nothing $nodectl confirm
            # Two SSH connections, one of them older than the change.
            cp /bin/sh /run/sshd
            /run/sshd -c "until test -e /run/changed; do sleep 0.1; done; $nodectl confirm; echo status \\$?" \\
                >/run/earlier 2>&1 &
            $nodectl apply --timeout 30 $folder/new.yaml >/run/waiting 2>&1 &
            waiting=$!
            wait_until grep "the new network works" /run/waiting
            answer between addresses eth0
            answer second $nodectl apply $folder/old.yaml
            # What these would store, confirming would store over.
            answer same $nodectl apply $folder/new.yaml
            answer rollback $nodectl config rollback
            answer register $nodectl register 192.0.2.1
            touch /run/changed
            wait_until grep "^status" /run/earlier
            answer earlier cat /run/earlier
            answer confirm /run/sshd -c "$nodectl confirm; exit \\$?"
            answer waited wait $waiting
            answer kept cat /run/waiting
            answer kept-after addresses eth0
            answer stored-again $nodectl apply
            answer kept-stored grep -c 192.0.2.20/24 /run/nodewright/state/config/a/current
            $nodectl apply --timeout 30 $folder/old.yaml >/run/waiting 2>&1 &
            wait_until grep "the new network works" /run/waiting
            answer revert $nodectl confirm --revert
            answer reverted-after addresses eth0
            """,
            files: [
                "old.yaml": plain("192.0.2.10"), "new.yaml": plain("192.0.2.20"),
                "router.yaml": plain("192.0.2.10", gateway: "192.0.2.99"),
                "names.yaml": plain("192.0.2.10") + "dns: {servers: [192.0.2.1]}\n",
            ])
        #expect(
            lab["router"].contains("the network is as before: eth0: the router 192.0.2.99 does not answer")
                && lab["router"].hasSuffix("status 4"), "\(lab["router"])")
        #expect(lab["router-after"] == Self.old)
        #expect(lab["names"].contains("no name server answers: 192.0.2.1") && lab["names"].hasSuffix("status 4"))
        #expect(
            lab["unconfirmed"].contains("nobody has confirmed the change") && lab["unconfirmed"].hasSuffix("status 4"))
        #expect(lab["unconfirmed-after"] == Self.old)
        #expect(lab["files"].split(separator: "\n").count == 2, "\(lab["files"])")
        #expect(lab["stored"] == "1\nstatus 0")
        #expect(lab["nothing"].hasSuffix("status 3"))
        #expect(lab["between"].contains("192.0.2.20/24"))
        #expect(
            lab["second"].contains("waits to be confirmed") && lab["second"].hasSuffix("status 8"), "\(lab["second"])")
        #expect(lab["same"].contains("waits to be confirmed") && lab["same"].hasSuffix("status 8"), "\(lab["same"])")
        for name in ["rollback", "register"] {
            #expect(
                lab[name].contains(
                    "error: a change of the network waits to be confirmed, and would be stored over this\n")
                    && lab[name].hasSuffix("status 8"), "\(name): \(lab[name])")
        }
        #expect(
            lab["earlier"].contains("older than the change") && lab["earlier"].contains("status 2"), "\(lab["earlier"])"
        )
        #expect(lab["confirm"].hasSuffix("status 0"), "\(lab["confirm"])")
        #expect(lab["stored-again"].hasSuffix("status 3"), "\(lab["stored-again"])")
        #expect(lab["waited"] == "status 0" && lab["kept"].contains("nodectl: applied"), "\(lab["kept"])")
        #expect(lab["kept-after"].contains("192.0.2.20/24") && !lab["kept-after"].contains("192.0.2.10/24"))
        #expect(lab["kept-stored"] == "1\nstatus 0")
        #expect(lab["revert"].hasSuffix("status 0"))
        #expect(lab["reverted-after"].contains("192.0.2.20/24"))
    }

    /// Killed in the middle, nodectl leaves the timer to NetworkManager; NetworkManager killed, too, nodectl's unit goes back.
    @Test func killsWithinTheTimeGoBack() throws {
        let lab = try NetworkLab(
            """
            $nodectl apply --yes $folder/old.yaml 2>/dev/null
            $nodectl apply --timeout 10 $folder/new.yaml >/run/waiting 2>&1 &
            wait_until grep "the new network works" /run/waiting
            kill -9 $!
            answer between addresses eth0
            wait_until sh -c 'ip address show eth0 | grep -q 192.0.2.10/24'
            wait_until sh -c 'ip address show eth0 | grep -q 2001:db8::10/64'
            answer timer addresses eth0
            answer timer-files profiles
            answer late $nodectl confirm
            $nodectl apply --timeout 60 $folder/bridge.yaml >/run/waiting 2>&1 &
            wait_until grep "the new network works" /run/waiting
            answer bridge addresses br0
            kill -9 $!
            kill_networkmanager
            start_networkmanager
            answer recover $nodectl recover-network
            wait_until sh -c 'ip route | grep -q "default via 192.0.2.1 dev eth0"'
            answer killed addresses eth0
            answer killed-bridge ip link show br0
            answer killed-files profiles
            answer peer ip netns exec peer ping -c 1 -W 5 192.0.2.10
            $nodectl apply --timeout 60 $folder/new.yaml >/run/waiting 2>&1 &
            waiting=$!
            wait_until grep "the new network works" /run/waiting
            kill_networkmanager
            start_networkmanager
            wait $waiting || answer alive cat /run/waiting
            wait_until sh -c 'ip address show eth0 | grep -q 192.0.2.10/24'
            wait_until sh -c 'ip address show eth0 | grep -q 2001:db8::10/64'
            answer alive-after addresses eth0
            answer stored grep -c 192.0.2.10/24 /run/nodewright/state/config/a/current
            """,
            files: [
                "old.yaml": plain("192.0.2.10"), "new.yaml": plain("192.0.2.20"),
                "bridge.yaml": document(
                    """
                        - name: br0
                          bridge: {ports: [eth0]}
                          ipv4: {method: static, addresses: [192.0.2.30/24], gateway: 192.0.2.1}
                        - name: eth0

                    """),
            ])
        #expect(lab["between"].contains("192.0.2.20/24"), "\(lab.answers)")
        #expect(lab["timer"] == Self.old, "\(lab["timer"])")
        #expect(lab["timer-files"].split(separator: "\n").count == 2, "\(lab["timer-files"])")
        #expect(lab["late"].hasSuffix("status 3"), "\(lab["late"])")
        #expect(lab["bridge"] == "192.0.2.30/24\nstatus 0")
        #expect(lab["recover"].hasSuffix("status 0"), "\(lab["recover"])")
        #expect(lab["killed"] == Self.old, "\(lab["killed"])")
        #expect(lab["killed-bridge"].hasSuffix("status 1"), "\(lab["killed-bridge"])")
        #expect(lab["killed-files"].split(separator: "\n").count == 2, "\(lab["killed-files"])")
        #expect(lab["peer"].contains("1 received"))
        #expect(lab["alive"].contains("the network is as before"), "\(lab["alive"])")
        #expect(lab["alive-after"] == Self.old, "\(lab["alive-after"])")
        #expect(lab["stored"] == "1\nstatus 0")
    }

    /// A bridge that carries the address; DHCP from the peer, whose name server answers, too.
    @Test func bridgeAndDHCP() throws {
        guard Environment.program("dnsmasq") != nil else { return print("skipped: dnsmasq is not installed") }
        let lab = try NetworkLab(
            """
            ip netns exec peer dnsmasq --conf-file=/dev/null --no-resolv --pid-file=/run/dnsmasq.pid \\
                --interface=p0 --bind-interfaces --dhcp-range=192.0.2.100,192.0.2.150 --dhcp-leasefile=/run/leases --user=root
            answer dhcp $nodectl apply --yes --timeout 40 $folder/dhcp.yaml
            answer dhcp-address addresses eth0
            answer bridge $nodectl apply --yes --timeout 40 $folder/bridge.yaml
            answer bridge-address addresses br0
            answer card-address addresses eth0
            answer port cat /sys/class/net/eth0/brport/state
            answer peer ip netns exec peer ping -c 1 -W 5 192.0.2.30
            answer back $nodectl apply --yes --timeout 40 $folder/dhcp.yaml
            answer gone ip link show br0
            answer again-address addresses eth0
            answer engine $nodectl apply --yes --timeout 20 $folder/engine.yaml
            ip netns exec peer python3 -m http.server --bind 192.0.2.1 8443 >/dev/null 2>&1 &
            wait_until bash -c '</dev/tcp/192.0.2.1/8443'
            answer cut $nodectl apply --yes --timeout 10 $folder/cut.yaml
            """,
            files: [
                "engine.yaml": plain("192.0.2.11") + "engine: {address: 192.0.2.1, port: 8443, trust: first-use}\n",
                // The wrong router's network: the engine answers no longer.
                "cut.yaml": document("    - {name: eth0, ipv4: {method: static, addresses: [198.51.100.7/24]}}\n")
                    + "engine: {address: 192.0.2.1, port: 8443, trust: first-use}\n",
                "dhcp.yaml": "schemaVersion: 1\ndns: {servers: [192.0.2.1]}\n"
                    + "network:\n  interfaces:\n    - {name: eth0, ipv4: {method: dhcp}}\n",
                "bridge.yaml": document(
                    """
                        - name: br0
                          bridge: {ports: [eth0]}
                          ipv4: {method: static, addresses: [192.0.2.30/24], gateway: 192.0.2.1}
                        - name: eth0

                    """),
            ])
        #expect(lab["dhcp"].hasSuffix("status 0"), "\(lab.answers)")
        #expect(lab["dhcp-address"].contains("192.0.2.1"), "\(lab["dhcp-address"])")
        #expect(lab["bridge"].hasSuffix("status 0"), "\(lab["bridge"])")
        #expect(lab["bridge-address"] == "192.0.2.30/24\nstatus 0")
        #expect(lab["card-address"] == "status 0", "\(lab["card-address"])")
        #expect(lab["port"] == "3\nstatus 0")
        #expect(lab["peer"].contains("1 received"))
        #expect(lab["back"].hasSuffix("status 0"), "\(lab["back"])")
        #expect(lab["gone"].hasSuffix("status 1"), "\(lab["gone"])")
        #expect(lab["again-address"].contains("192.0.2.1"), "\(lab["again-address"])")
        // An engine that did not answer before may be switched off; one that did must not be lost.
        #expect(lab["engine"].contains("warning: the engine does not answer: 192.0.2.1, port 8443"), "\(lab["engine"])")
        #expect(lab["engine"].hasSuffix("status 0"))
        #expect(
            lab["cut"].contains("as before: the engine does not answer") && lab["cut"].hasSuffix("status 4"),
            "\(lab["cut"])")
    }

    /// The machine's own folder stays as it is, whatever is applied.
    private static let ownEtc = """
        mkdir -p /run/etc/upper /run/etc/work /run/bin
        mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work etc /etc
        printf '#!/bin/sh\\n' >/run/bin/systemctl
        chmod 755 /run/bin/systemctl
        PATH=/run/bin:$PATH
        export PATH

        """

    /// There is no way back by itself from a change of who can log in.
    @Test func nobodyIsShutOutInPassing() throws {
        let lab = try NetworkLab(
            Self.ownEtc + """
                mkdir -p /etc/ssh
                answer open $nodectl apply $folder/open.yaml </dev/null
                answer dry-run $nodectl apply --dry-run --json $folder/closed.yaml
                answer refused $nodectl apply $folder/closed.yaml </dev/null
                answer kept cat /etc/ssh/nodewright_authorized_keys
                answer yes $nodectl apply --yes $folder/closed.yaml </dev/null
                answer locked ls /etc/nodewright
                """,
            files: [
                "open.yaml": "schemaVersion: 1\nssh: {keys: [ssh-ed25519 "
                    + "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f]}\n",
                "closed.yaml": "schemaVersion: 1\nconsole: {lock-down: true}\n",
            ])
        #expect(lab["open"] == "nodectl: applied\nstatus 0", "\(lab.answers)")
        #expect(
            lab["dry-run"].contains("\"warnings\":[\"1 SSH key cannot log in any more\","), "\(lab["dry-run"])")
        let nobody =
            "closed.yaml:2:10: warning: nobody can log in: SSH has no keys and takes no password, "
            + "and the console takes no login\n"
        let refusal = "nodectl: error: this takes away ways to log in, and nobody is there who could confirm it\n"
        #expect(lab["refused"].contains(nobody) && lab["refused"].contains(refusal), "\(lab["refused"])")
        #expect(lab["refused"].contains("the console takes no login any more"), "\(lab["refused"])")
        #expect(lab["refused"].hasSuffix("status 2") && lab["kept"].contains("ssh-ed25519 "), "\(lab["kept"])")
        #expect(lab["yes"].hasSuffix("nodectl: applied\nstatus 0"), "\(lab["yes"])")
        #expect(lab["locked"].contains("console-is-locked"), "\(lab["locked"])")
    }

    /// Only "nodectl unpersist" gives up what was kept: a document that does not list it may have been written before.
    @Test func whatIsNoLongerListedIsNotLost() throws {
        let lab = try NetworkLab(
            Self.ownEtc + """
                mkdir /etc/own.d
                echo mine >/etc/own.conf
                answer keep $nodectl apply $folder/kept.yaml
                echo mine >/etc/own.d/file
                answer drop $nodectl apply $folder/other.yaml
                answer copies sh -c "cd /run/nodewright/state; ls; cat persist/etc/own.conf persist/etc/own.d/file"
                answer again $nodectl apply $folder/other.yaml
                """,
            files: [
                "kept.yaml": "schemaVersion: 1\npersist: [/etc/own.conf, /etc/own.d]\n",
                "other.yaml": "schemaVersion: 1\n",
            ])
        #expect(lab["keep"] == "nodectl: applied\nstatus 0", "\(lab.answers)")
        func warning(_ path: String) -> String {
            "nodectl: warning: \(path) is no longer listed under \"persist\": the next start brings the image's; "
                + "what was kept of it stays, and comes back when it is listed again\n"
        }
        #expect(
            lab["drop"] == warning("/etc/own.conf") + warning("/etc/own.d") + "nodectl: applied\nstatus 0",
            "\(lab["drop"])")
        #expect(lab["copies"] == "config\npersist\npersist-work\nmine\nmine\nstatus 0", "\(lab["copies"])")
        #expect(
            lab["again"].hasPrefix(warning("/etc/own.d")) && lab["again"].hasSuffix("status 3"), "\(lab["again"])")
    }

    /// What is not there is named, with what is.
    @Test func wrongInput() throws {
        let lab = try NetworkLab(
            """
            answer missing $nodectl apply $folder/missing.yaml
            answer twice $nodectl apply $folder/twice.yaml
            answer none $nodectl apply $folder/none.yaml
            answer timeout $nodectl apply --timeout 5 $folder/missing.yaml
            answer files profiles
            """,
            files: [
                "missing.yaml": document("    - {name: eno9}\n"),
                "twice.yaml": document("    - {name: eth0}\n    - {name: other, match: {name: eth0}}\n"),
                "none.yaml": "schemaVersion: 1\nnetwork: {interfaces: 7}\n",
            ])
        #expect(
            lab["missing"].contains("eno9: there is no network card \"eno9\"")
                && lab["missing"].contains("hint: the cards of this node: eth0 (")
                && lab["missing"].hasSuffix("status 2"),
            "\(lab.answers)")
        #expect(lab["twice"].contains("\"other\" and \"eth0\" match the same card"), "\(lab["twice"])")
        #expect(lab["none"].contains("none.yaml:2:23: ") && lab["none"].hasSuffix("status 2"), "\(lab["none"])")
        #expect(lab["timeout"].hasSuffix("status 2"))
        #expect(lab["files"] == "status 0")
    }
}
