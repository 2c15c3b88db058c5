import Host
import TestSupport
import Testing

@testable import Node

/// `nodectl configure` in front of a real NetworkManager and a real web server with TLS.
@Suite(.enabled(if: NetworkLab.obstacle == nil, "\(NetworkLab.obstacle ?? "")"))
struct UnattendedTests {
    private static let server = Path.normalized(Path.join(Path.parent(#filePath), "../Oracle/https-server.py"))

    private static let preparation = """
        openssl req -x509 -newkey rsa:2048 -nodes -keyout $folder/key.pem -out $folder/ca.pem -days 2 -subj /CN=bench \\
            -addext subjectAltName=IP:127.0.0.1 2>/dev/null
        python3 \(server) $folder $folder/ca.pem $folder/key.pem $folder/port 2>/dev/null &
        wait_until test -e $folder/port
        words="nodewright.config=https://127.0.0.1:$(cat $folder/port)/node.yaml nodewright.config-ca=$folder/ca.pem"
        configure() {
            patience=$1
            shift
            echo "$@" >/run/words
            $nodectl configure --patience $patience --kernel-command-line /run/words
        }
        state() { cat /run/nodewright/configuration.json; }

        """

    private func document(_ gateway: String) -> String {
        """
        schemaVersion: 1
        network:
          interfaces:
            - name: eth0
              ipv4: {method: static, addresses: [192.0.2.10/24], gateway: \(gateway)}
              ipv6: {method: disabled}

        """
    }

    private func state(_ lab: NetworkLab, _ name: String) throws -> ConfigurationState {
        let text = lab[name].split(separator: "\n").dropLast().joined(separator: "\n")
        return try FixtureNode.with([ConfigurationState.file: text]) { node in
            try #require(ConfigurationState.read(root: node.root), "\(name): \(lab[name])")
        }
    }

    @Test func fromAnAddressOnAWebServerToAConfiguredNode() throws {
        let lab = try NetworkLab(
            Self.preparation + """
                answer without configure 1 quiet
                answer unplugged configure 1 $words
                answer unplugged-state state
                nmcli device set eth1 managed no
                ip address add 203.0.113.9/24 dev eth1
                answer missing configure 1 $words
                cp $folder/no-router.yaml $folder/node.yaml
                answer router configure 1 $words
                answer router-state state
                answer router-addresses addresses eth0
                answer router-kept sh -c "stat -c %a /run/nodewright/config/understood.yaml; cat /run/nodewright/config/understood.yaml"
                echo "hostname: bad_" >>$folder/node.yaml
                answer mistake configure 1 $words
                answer mistake-kept cat /run/nodewright/config/understood.yaml
                cp $folder/good.yaml $folder/node.yaml
                answer typo configure 1 $words ip=eth0:dhpc
                answer typo-stored ls /run/nodewright/state
                answer good configure 1 $words
                answer good-state state
                answer good-addresses addresses eth0
                answer good-stored cat /run/nodewright/state/config/a/current
                answer good-kept ls /run/nodewright/config
                answer again configure 1 $words
                answer again-state state
                # The next start, with another document; first the server does not have it yet.
                rm -r /run/nodewright/config $folder/node.yaml
                answer gone configure 1 nodewright.reconfigure $words
                answer gone-addresses addresses eth0
                sed s/192.0.2.10/192.0.2.11/ $folder/good.yaml >$folder/node.yaml
                answer anew configure 5 nodewright.reconfigure $words
                answer anew-addresses addresses eth0
                answer anew-stored cat /run/nodewright/state/config/a/current
                """, files: ["no-router.yaml": document("192.0.2.99"), "good.yaml": document("192.0.2.1")])
        #expect(lab["without"].hasSuffix("status 3"), "\(lab.answers)")
        #expect(lab["unplugged"].contains("no interface has got an address within 1 seconds"), "\(lab["unplugged"])")
        #expect(lab["unplugged"].hasSuffix("status 4"))
        let unplugged = try state(lab, "unplugged-state")
        #expect(unplugged.phase == .failed && unplugged.failure?.status == 4 && unplugged.seconds == nil)
        #expect(unplugged.inputs.map(\.use) == [.awaited] && unplugged.activity == nil)
        #expect(lab["missing"].contains("node.yaml: The requested URL returned error: 404"), "\(lab["missing"])")
        #expect(lab["missing"].hasSuffix("status 4"))

        // What makes a network that does not work is not kept, but can be looked at.
        #expect(lab["router"].contains("eth0: the router 192.0.2.99 does not answer"), "\(lab["router"])")
        #expect(lab["router"].hasSuffix("status 4"))
        let router = try state(lab, "router-state")
        #expect(router.phase == .failed && router.understood == "/run/nodewright/config/understood.yaml")
        #expect(lab["router-addresses"] == "status 0", "\(lab["router-addresses"])")
        #expect(lab["router-kept"].hasPrefix("600\n") && lab["router-kept"].contains("gateway: 192.0.2.99"))
        #expect(lab["mistake"].contains("/node.yaml:7:11: "), "\(lab["mistake"])")
        #expect(lab["mistake"].hasSuffix("status 2"))
        #expect(lab["mistake-kept"].contains("gateway: 192.0.2.99"), "\(lab["mistake-kept"])")
        // A word that cannot be followed keeps the document from being stored, not from being used.
        #expect(lab["typo"].contains("\"dhpc\" is no way to get an address"), "\(lab["typo"])")
        #expect(lab["typo"].hasSuffix("status 2") && lab["typo-stored"] == "status 0", "\(lab["typo-stored"])")

        #expect(lab["good"] == "status 0", "\(lab["good"])")
        let good = try state(lab, "good-state")
        #expect(good.phase == .configured && good.failure == nil && good.understood == nil)
        #expect(good.inForce == "what the inputs say, and it is stored")
        let seconds = try #require(good.seconds)
        #expect(seconds > 0 && seconds <= LoginSession.now())
        #expect(lab["good-addresses"] == "192.0.2.10/24\nstatus 0", "\(lab["good-addresses"])")
        #expect(lab["good-stored"].contains("# from URL: network.interfaces"), "\(lab["good-stored"])")
        #expect(lab["good-kept"] == "url.yaml\nstatus 0", "\(lab["good-kept"])")
        // The stored configuration counts now; the time stays that of the first success.
        #expect(lab["again"] == "status 0", "\(lab["again"])")
        #expect(try state(lab, "again-state").seconds == seconds)
        #expect(lab["gone"].hasSuffix("status 4"), "\(lab["gone"])")
        #expect(lab["gone-addresses"] == "192.0.2.10/24\nstatus 0")
        #expect(lab["anew"] == "status 0", "\(lab["anew"])")
        #expect(lab["anew-addresses"] == "192.0.2.11/24\nstatus 0", "\(lab["anew-addresses"])")
        #expect(lab["anew-stored"].contains("192.0.2.11/24"), "\(lab["anew-stored"])")
    }

    /// A stored configuration whose interface comes up late, and one that never does.
    @Test func theManagementAddressIsWaitedFor() throws {
        let lab = try NetworkLab(
            Self.preparation + """
                mkdir -p /run/nodewright/state/config/a
                cp $folder/stored.yaml /run/nodewright/state/config/a/1.yaml
                answer never configure 1 quiet
                answer never-state state
                configure 60 quiet >/run/late 2>&1 &
                late=$!
                wait_until grep -q '"waiting"' /run/nodewright/configuration.json
                sleep 1
                answer waiting state
                nmcli connection add type ethernet con-name eth1 ifname eth1 ipv4.method manual \\
                    ipv4.addresses 198.51.100.7/24 ipv6.method disabled >/dev/null
                nmcli connection up eth1 >/dev/null
                wait $late || true
                answer late cat /run/late
                answer late-state state
                answer text $nodectl status
                """,
            files: [
                "stored.yaml": """
                schemaVersion: 1
                network:
                  management: eth1
                  interfaces:
                    - {name: eth0, ipv4: {method: dhcp}}
                    - {name: eth1, ipv4: {method: static, addresses: [198.51.100.7/24]}}

                """
            ])
        #expect(lab["never"].contains("eth1 is not up, after 1 seconds"), "\(lab.answers)")
        #expect(lab["never"].hasSuffix("status 4"))
        #expect(try state(lab, "never-state").phase == .failed)
        let waiting = try state(lab, "waiting")
        #expect(waiting.phase == .waiting && waiting.activity == "waiting for the network: eth1 is not up")
        #expect(lab["late"] == "status 0", "\(lab["late"])")
        let late = try state(lab, "late-state")
        #expect(late.phase == .configured && late.inForce == "the stored configuration, generation 1")
        #expect(lab["text"].contains("configured") && lab["text"].contains("s after the kernel's start"))
    }
}
