import Disks
import Document
import Host
import TestSupport
import Testing

/// A node that nobody touches becomes a host of an engine.
@Suite(
    .serialized,
    .enabled(if: BootedImage.folder("pxe") != nil, "the test image has no PXE folder; \"make check\" builds one"),
    .enabled(if: Environment.variable("NODEWRIGHT_FULL") == "1", "runs in \"make check-full\""))
struct RegistrationBootTests {
    /// Waits until the engine has logged in, which it does when it can.
    private static let wait = "for i in $(seq 300); do [ -e /run/engine-was-here ] && break; sleep 1; done; "

    private static let questions: [(String, String)] = [
        ("login", wait + "cat /run/engine-was-here"),
        ("status", "nodectl register --status --json"),
        ("unit", "systemctl show -P Result nodewright-register; systemctl show -P ExecMainStatus nodewright-register"),
        ("home", "readlink /root; stat -c '%a %U' /root/ /root/.ssh /root/.ssh/authorized_keys; ls -A /root/"),
        ("keys", "cat /root/.ssh/authorized_keys; grep -c . /root/.ssh/authorized_keys"),
        ("id", "cat /etc/vdsm/vdsm.id"),
        ("screen", "nodectl status"),
        ("check", "nodectl check --json 2>/dev/null"),
        ("verify", "rpm -V filesystem; echo end"),
        (
            "password",
            "grep ^root: /etc/shadow | cut -d: -f3; grep -c no_pass_expiry /etc/pam.d/password-auth; "
                + "grep -c no_pass_expiry /etc/pam.d/system-auth"
        ), ("failed", "systemctl --failed --no-legend --plain"),
    ]

    /// What the firmware says, where it says something.
    private static let identifier = "6f1c3b0e-5d7a-4c42-9a58-0b2f3f9d7e11"

    private func expectKey(_ node: BootedImage, _ engine: TestEngine) {
        #expect(
            node.answers["home"]?.hasPrefix("var/roothome\n700 root\n700 root\n600 root\n") == true,
            "\(node.answers["home"] ?? "")")
        #expect(node.answers["keys"] == engine.sshKey + "\n1", "\(node.answers["keys"] ?? "")")
    }

    /// A hash of "change me", which must be changed at the first login with it.
    private static let hash =
        "$6$nodewright$2.1l78jNXVD9fvNjHz6PFGONGRzNTUNv92Qfk2eFNdE20k/8ECUMxyYyx3bsuQKDYujZUqYWBzsns7Nc.diQz/"

    /// A PXE folder with these words in its menu, as an administrator edits it.
    private func menus(with words: String, in folder: String) throws -> String {
        let pxe = Path.join(folder, "pxe")
        try Command("cp", ["-r", BootedImage.folder("pxe") ?? "", pxe]).run().check()
        let script = Path.join(pxe, "boot.ipxe")
        let menu = try File.readText(script).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("kernel vmlinuz") ? line + " \(words)" : String(line)
        }
        try File.write(script, menu.joined(separator: "\n"))
        return pxe
    }

    /// From nothing but the kernel command line: the system from the network installs itself and leaves registering to others;
    /// the network comes first again, so a system that runs from it is pending, approved over REST, and the engine logs in with
    /// its key, although the administrator's password must be changed. The same then from the disk, and after its restart.
    @Test func aNodeFromTheNetworkAndThenFromItsDiskRegisters() throws {
        let engine = try TestEngine()
        let port = try EngineSide.freePort()
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let disk = Path.join(folder, "disk.raw")
            try Command("truncate", ["--size", "4G", disk]).run().check()
            let menus = try menus(
                with: "management_server=10.0.2.2:\(engine.port) management_server_fingerprint=\(engine.sha1) "
                    + "hostname=rack4-node7 ip=10.0.2.15::10.0.2.2:255.255.255.0:rack4-node7::none "
                    + "adminpw=\(Self.hash) storage_init=/dev/vda install", in: folder)
            let side = EngineSide(engine: engine, port: port)
            try registers(menus, disk, side)
            try registersFromItsDisk(disk, side)
        }
    }

    private func registers(_ menus: String, _ disk: String, _ side: EngineSide) throws {
        let engine = side.engine
        let (node, seen) = try together(
            {
                try BootedImage(
                    ["--ssh", "\(side.port)", "--disk", disk],
                    before: ["expect Nodewright: RESTART IN 10 S: boot-test .* is installed on /dev/vda"],
                    questions: [:], adding: [("restarted", InstallationBootTests.restarted)] + Self.questions,
                    artefact: menus, timeout: 2400)
            },
            { () -> (host: String, login: String?)? in
                guard let host = try side.waitForHost(seconds: 1800) else { return nil }
                try engine.approve("rack4-node7")
                let login = try side.logIn(
                    "echo engine >/run/engine-was-here; id -un", fingerprint: host.fingerprint, seconds: 300)
                return ("\(host.name) \(host.address) \(host.status)", login)
            })
        #expect(node.result.status == 0, "\(node.result.errorTail)")
        #expect(seen?.host == "rack4-node7 10.0.2.15 pending_approval", "\(node.console.suffix(3000))")
        #expect(seen?.login == "root\n")
        expectRegistered(node, engine, unit: "success\n0")
        #expect(node.console.contains("nodectl: the engine has answered OK"))
        #expect(node.console.contains("Nodewright: nothing is installed: /dev/vda holds a node"))
        #expect(try engine.registrations().map { $0["sshUser"]?.string } == ["root"])

        // Made up, because this firmware tells none.
        #expect(UUID(node.answers["id"] ?? "") != nil)

        let check = try JSON.parse(node.answers["check"] ?? "", file: "check")
        let outcomes = Dictionary(
            uniqueKeysWithValues: (check["checks"]?.sequence ?? []).map {
                ($0["name"]?.string ?? "", $0["outcome"]?.string ?? "")
            })
        #expect(outcomes["remote-login"] == "ok", "\(outcomes)")
        // The lab has no VDSM, and the machine no virtualization extensions that the emulator would give.
        #expect(outcomes["vdsm"] == "failed")
        #expect(outcomes["free-space"] != nil && outcomes["reverse-dns"] != nil)
    }

    /// The installed node has an id and a host key of its own, which stay: the engine logs in before and after the restart.
    private func registersFromItsDisk(_ disk: String, _ side: EngineSide) throws {
        let engine = side.engine
        let firstStart = """
            if [ ! -e /var/second-start ]; then
                \(Self.wait)cat /run/engine-was-here >/var/first-start 2>&1
                cp /etc/vdsm/vdsm.id /var/first-id
                touch /var/second-start; sync; systemctl reboot; sleep 600
            fi
            touch /run/second-start
            cat /var/first-start /var/first-id
            """
        let (node, seen) = try together(
            {
                try BootedImage(
                    ["--write", "--ssh", "\(side.port)"], questions: [:],
                    adding: [("first", firstStart)] + Self.questions, artefact: disk, timeout: 1800)
            },
            { () -> (host: String, logins: [String?])? in
                guard let host = try side.waitForHost(after: 1, seconds: 900) else { return nil }
                try engine.approve(host.name)
                let logins = try ["[ !", "["].map { test in
                    try side.logIn(
                        "\(test) -e /run/second-start ] && echo engine >/run/engine-was-here && id -un",
                        fingerprint: host.fingerprint, seconds: 800)
                }
                return ("\(host.name) \(host.address) \(host.status)", logins)
            })
        #expect(node.result.status == 0, "\(node.result.errorTail)")
        // The engine has the system from the network under that name, too, and gives the address to the newer one.
        #expect(seen?.host == "rack4-node7-2 10.0.2.15 pending_approval", "\(node.console.suffix(3000))")
        #expect(seen?.logins == ["root\n", "root\n"])
        #expect(node.answers["first"] == "engine\n\(node.answers["id"] ?? "")", "\(node.answers["first"] ?? "")")
        // It remembers that it has told the engine.
        expectRegistered(node, engine, unit: "success\n3")
        #expect(try engine.registrations().count == 2)
        #expect(try engine.hosts().map { $0["status"]?.string } == ["installing", "installing"])
    }

    private func expectRegistered(_ node: BootedImage, _ engine: TestEngine, unit: String) {
        #expect(node.answers["login"] == "engine")
        expectKey(node, engine)
        let status = try? JSON.parse(node.answers["status"] ?? "", file: "status")
        #expect(status?["step"]?.string == "requested")
        #expect(node.answers["unit"] == unit, "\(node.answers["unit"] ?? "")")
        #expect(node.answers["screen"]?.contains("asked the engine 10.0.2.2:") == true)
        #expect(node.answers["failed"] == "", "\(node.answers["failed"] ?? "")")
        // The day of the last change asks for a new password, and only logins by key go on without one.
        #expect(node.answers["password"] == "0\n1\n0", "\(node.answers["password"] ?? "")")
    }

    private static let secret = "Xu8-correct-horse"

    /// A wrong fingerprint on a disk: not registered, and the reason is told. Then somebody gives the right one; after a restart
    /// the node is still registered, and nobody but root has seen the password.
    @Test(.enabled(if: BootedImage.artefact(".qcow2") != nil, "the test image has no disk"))
    func aDiskWithAWrongFingerprintAndThenARightOne() throws {
        let engine = try TestEngine(["password": Self.secret])
        let port = try EngineSide.freePort()
        try Folder.withTemporary(in: "/var/tmp") { folder in
            let document = Path.join(folder, "node.yaml")
            try File.write(
                document,
                """
                schemaVersion: 1
                hostname: disk-node
                engine:
                  address: 10.0.2.2
                  port: \(engine.port)
                  fingerprint: "\(engine.otherSHA256)"
                  user: admin@internal
                  password: \(Self.secret)
                  approve: true
                """)
            let side = EngineSide(engine: engine, port: port)
            let (node, login) = try together(
                {
                    try BootedImage(
                        [
                            "--ssh", "\(port)", "--uuid", Self.identifier, "--load-credential",
                            "nodewright.config:\(document)",
                        ], questions: [:],
                        adding: [("first", Self.firstStart(engine))] + Self.questions + Self.privacy,
                        artefact: BootedImage.artefact(".qcow2"), timeout: 1500)
                },
                { () -> String? in
                    guard let host = try side.waitForHost(seconds: 900) else { return nil }
                    // Only the second start has the file, so this is a login after the restart.
                    return try side.logIn(
                        "[ -e /run/second-start ] && echo engine >/run/engine-was-here && id -un",
                        fingerprint: host.fingerprint, seconds: 800)
                })
            #expect(node.result.status == 0, "\(node.result.errorTail)")
            let first = node.answers["kept"] ?? ""
            let refused =
                "the authority of the engine 10.0.2.2:\(engine.port) has the SHA-256 fingerprint \(engine.sha256)"
            #expect(first.contains("WRONG exit-code\n"), "\(first)")
            #expect(first.contains("nodectl: error: \(refused)") || node.console.contains(refused))
            #expect(first.contains("Problem         \(refused)"), "\(first)")
            #expect(first.contains("TRACES 0\n"), "\(first)")
            #expect(node.console.contains(refused))
            #expect(first.contains("RIGHT 0\n"), "\(first)")

            #expect(login == "root\n")
            #expect(node.answers["login"] == "engine")
            expectKey(node, engine)
            #expect(node.answers["id"] == Self.identifier)
            let status = try JSON.parse(node.answers["status"] ?? "", file: "status")
            #expect(status["step"]?.string == "up")
            #expect(node.answers["unit"] == "success\n3", "\(node.answers["unit"] ?? "")")
            #expect(node.answers["screen"]?.contains("host of the engine 10.0.2.2:\(engine.port): up") == true)
            #expect(try engine.registrations().count == 1)
            #expect(try engine.hosts().first?["status"]?.string == "up")

            // The password is in root's own files, and in no other place.
            #expect(node.answers["private"]?.contains("600 root /run/nodewright/state/config/a/") == true)
            #expect(node.answers["journal"] == "0")
            #expect(node.answers["readable"] == "end")
            #expect(first.contains("PROCESSES 0\n"), "\(first)")
            #expect(!node.console.contains(Self.secret))
            #expect(node.answers["failed"] == "", "\(node.answers["failed"] ?? "")")
        }
    }

    /// Runs at the first start only, and ends in a restart; what it says is kept for the second.
    private static func firstStart(_ engine: TestEngine) -> String {
        // The pattern does not match itself.
        let pattern = "[X]u8-correct-horse"
        return """
            if [ ! -e /var/second-start ]; then {
                for i in $(seq 300); do
                    case $(systemctl show -P ActiveState nodewright-register.service) in failed) break;; esac; sleep 1
                done
                echo WRONG $(systemctl show -P Result nodewright-register.service)
                nodectl register --status
                echo TRACES $(cat /root/.ssh/authorized_keys /run/nodewright/state/engine/ca.pem 2>/dev/null | wc -l)
                ( while [ ! -e /run/stop ]; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ; sleep 0.1; done ) >/run/processes 2>/dev/null &
                nodectl register 10.0.2.2:\(engine.port) --fingerprint \(engine.sha256)
                echo RIGHT $?
                touch /run/stop; wait
                echo PROCESSES $(grep -ac '\(pattern)' /run/processes)
                nodectl check
                } >/var/first-start 2>&1
                touch /var/second-start; sync; systemctl reboot; sleep 600
            fi
            touch /run/second-start
            """
    }

    private static let privacy: [(String, String)] = [
        ("kept", "cat /var/first-start"),
        ("private", "stat -c '%a %U %n' $(grep -rl '[X]u8-correct-horse' /run/nodewright/state /etc /var 2>/dev/null)"),
        ("journal", "journalctl -a --no-pager | grep -c '[X]u8-correct-horse'"),
        (
            "readable",
            "find /etc /run /var /tmp /proc/cmdline -xdev -type f -perm /044 -exec grep -l '[X]u8-correct-horse' {} + 2>/dev/null; "
                + "find /run/nodewright /var -xdev -type f -perm /044 -exec grep -l '[X]u8-correct-horse' {} + 2>/dev/null; echo end"
        ),
    ]
}
