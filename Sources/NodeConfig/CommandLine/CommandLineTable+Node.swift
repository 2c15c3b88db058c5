extension CommandLineTable {
    static let identity = Chapter(
        title: "Identity, access and engine",
        text: """
            Secrets are accepted as hashes wherever there is one (`openssl passwd -6`). Whatever stands on the kernel command \
            line can be read by every user of the node, so each of them is warned about, by `nodectl status` \
            and the consoles, too, and `nodectl config show --origin` calls it insecure; it appears in no message.
            """,
        arguments: [
            CommandLineArgument(
                "hostname", forms: ["NAME"], keys: ["hostname"], "The host name, whatever `ip=` says.",
                example: "hostname=node1.example.org"
            ) { $0.readHostname($1) },
            CommandLineArgument(
                "ntp", forms: ["SERVER[,SERVER…]", "off"], keys: ["time.ntp-servers", "time.ntp"],
                "Time servers by name or address; `off`: the clock follows none.",
                example: "ntp=ntp1.example.org,192.0.2.123"
            ) { $0.readTimeservers($1) },
            CommandLineArgument(
                "keyboard", forms: ["LAYOUT"], keys: ["locale.keyboard"], "The keyboard of the console.",
                example: "keyboard=de-nodeadkeys"
            ) { $0.readKeyboard($1) },
            CommandLineArgument(
                "adminpw", forms: ["HASH"],
                keys: ["administrator.password-hash", "administrator.must-change-password"],
                "The administrator's password, which must be changed at the first login. A node has one administrator; of "
                    + "`rootpw=`, `adminpw=` and `engine_admin_password=` the first that is given counts.",
                example: "adminpw=$6$salt$abcdefghijklmnopqrstuv", isSecret: true
            ) { $0.readTemporaryPassword($1) },
            CommandLineArgument(
                "rootpw", forms: ["HASH"], keys: ["administrator.password-hash", "administrator.must-change-password"],
                "As `adminpw=`.", example: "rootpw=$6$salt$abcdefghijklmnopqrstuv", isSecret: true
            ) { $0.readTemporaryPassword($1) },
            CommandLineArgument(
                "ssh_pwauth", forms: ["1", "true", "0", "false"], keys: ["ssh.password-login"],
                "Whether a password is enough to log in over SSH.", example: "ssh_pwauth=1"
            ) { $0.readPasswordLogin($1) },
            CommandLineArgument(
                "sshkey", forms: ["KEY"], keys: ["ssh.keys"],
                "A public key of the administrator, the whole word in quotes; may be given several times.",
                example: "sshkey=\"ssh-ed25519 "
                    + "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f admin\""
            ) { $0.readSSHKey($1) },
            CommandLineArgument(
                "management_server", "ovirt_management_server", "managment_server", "ovirt_managment_server",
                forms: ["HOST[:PORT]"], keys: ["engine.address", "engine.port"],
                "The engine with which the node registers. Legacy oVirt Node trusted any; here it needs a fingerprint, too.",
                example: "management_server=engine.example.org:443"
            ) { $0.readEngine($1) },
            CommandLineArgument(
                "management_port", forms: ["PORT"], keys: ["engine.port"],
                "The engine's port; the last word that names one counts.",
                example: "management_port=443"
            ) { $0.readEnginePort($1) },
            CommandLineArgument(
                "management_server_fingerprint", forms: ["XX:XX:…"], keys: ["engine.fingerprint"],
                "The fingerprint of the engine's certificate authority: SHA-256, or SHA-1.",
                example: "management_server_fingerprint=33:2B:41:B9:A3:E4:C5:4F:4E:B1:3B:C8:A0:2C:9A:7B:11:02:9D:EE"
            ) { $0.readEngineFingerprint($1) },
            CommandLineArgument(
                "engine_admin_password", "rhevm_admin_password", forms: ["HASH"],
                keys: ["administrator.password-hash", "ssh.password-login"],
                "The administrator's password, with which the engine logs in: login by password is switched on unless "
                    + "`ssh_pwauth=0` is given.",
                example: "engine_admin_password=$6$salt$abcdefghijklmnopqrstuv", isSecret: true
            ) { $0.readEnginePassword($1) },
        ])

    static let services = Chapter(
        title: "Services", text: "",
        arguments: [
            CommandLineArgument(
                "syslog", forms: ["HOST[:PORT]"], keys: ["logging.syslog"], "A log server; port 514 unless given.",
                example: "syslog=log.example.org:514"
            ) { $0.readSyslog($1) },
            CommandLineArgument(
                "netconsole", forms: ["HOST[:PORT]"], keys: ["logging.netconsole"],
                "Where the kernel's messages go; port 6666 unless given. The kernel's own form, which has `@` or `/` in it, "
                    + "is left to the kernel.",
                example: "netconsole=192.0.2.66"
            ) { $0.readNetconsole($1) },
            CommandLineArgument(
                "collectd", forms: ["HOST[:PORT]"], keys: ["logging.collectd"],
                "Where collectd sends its measurements, if the image has it; port 7634 unless given.",
                example: "collectd=192.0.2.7:25826"
            ) { $0.readCollectd($1) },
            CommandLineArgument(
                "kdump_nfs", forms: ["HOST:/FOLDER"], keys: ["kdump.target"],
                "Dumps of a crashed kernel go to an NFS server.",
                example: "kdump_nfs=nfs.example.org:/dumps"
            ) { $0.readDumpsToNFS($1) },
            CommandLineArgument(
                "kdump_ssh", forms: ["USER@HOST"], keys: ["kdump.target"], "Dumps go to a host over SSH.",
                example: "kdump_ssh=dumps@192.0.2.9"
            ) { $0.readDumpsOverSSH($1) },
            CommandLineArgument(
                "kdump_ssh_key", forms: ["URL"], keys: ["kdump.ssh-key-url"], "The private key for that.",
                example: "kdump_ssh_key=https://deploy.example.org/dump-key"
            ) { $0.readDumpKey($1) },
            CommandLineArgument(
                "disable_kdump", forms: ["", "0"], keys: ["kdump.enabled"], "No dumps.", example: "disable_kdump"
            ) { $0.readNoDumps($1) },
            CommandLineArgument(
                "snmp_password", forms: ["PASSWORD"], keys: ["snmp.enabled", "snmp.password"],
                "SNMPv3 runs, with this password of its user `root`: at least 8 characters.",
                example: "snmp_password=correcthorse", isSecret: true
            ) { $0.readMonitoringPassword($1) },
            CommandLineArgument(
                "iscsi_name", forms: ["IQN"], keys: ["storage.iscsi-initiator"], "The name of the iSCSI initiator.",
                example: "iscsi_name=iqn.2025-01.org.example:node1"
            ) { $0.readInitiator($1) },
            CommandLineArgument(
                "nfsv4_domain", forms: ["DOMAIN"], keys: ["storage.nfs-domain"],
                "The domain of NFSv4's names of users.",
                example: "nfsv4_domain=example.org"
            ) { $0.readNFSDomain($1) },
        ])
}
