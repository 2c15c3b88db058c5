extension CommandLineTable {
    private static let noSwap = "a node has no swap"
    private static let noCIM = "CIM is not supported; engines ask VDSM instead"
    private static let noDiskOverISCSI = "a node is not installed to a disk that it reaches over iSCSI"

    static let installation = Chapter(
        title: "Installation",
        text: """
            Switches are given bare or with `=1`, and taken back with `=0` or `=no`. Only these very words count: legacy oVirt \
            Node took `installfoo` for `install` and `uninstallation` for `uninstall`.

            A system that was started from a CD, a stick or over the network and is told of a disk installs itself as soon as it \
            has its configuration, which the installed node gets, and restarts. One that runs from a disk only notes what was \
            asked for. The words may stay where they are, in the menu of a PXE server for example: a disk that holds a node is \
            left alone without `reinstall`, and one whose node has not been started since it was installed is left alone \
            with it, too.
            """,
        arguments: [
            CommandLineArgument(
                "storage_init", "ovirt_init", forms: ["", "BUS[:SERIAL|:ALL]", "/dev/…"],
                keys: ["installation.targets"],
                "The disk to install to; bare, the first one. BUS is `ata`, `scsi`, `nvme`, `virtio`, `usb`, `mmc` or `cciss`. "
                    + "A path may have `*` in it; the first disk that fits is taken. Of several disks (`,`) or groups of them "
                    + "(`;`) only the first is used, with a warning.",
                example: "storage_init=scsi:3600508b1001c"
            ) { $0.readTarget($1) },
            CommandLineArgument(
                "storage_vol", "ovirt_vol",
                forms: ["BOOT:SWAP:ROOT:CONFIG:LOGGING:DATA:SWAP2:DATA2", "SIZE,NAME[:SIZE,NAME…]"],
                keys: ["installation.sizes"],
                "Sizes in MiB; names are EFI, Boot, Swap, Root, Config, Logging, Data, Swap2 and Data2. Config and Logging "
                    + "together are the state partition, Data (0: none, -1: the rest) that of the guests. As in legacy oVirt "
                    + "Node, Boot and Root are not used; there is no swap and no second group of disks.",
                example: "storage_vol=::::2048:-1"
            ) { $0.readSizes($1) },
            CommandLineArgument(
                "install", "ovirt_install", forms: ["", "0"],
                "Install to the disk, which must be empty; a node that is there already is left alone. Without a disk only a note.",
                example: "install"
            ) { $0.readRequest($1, .install) },
            CommandLineArgument(
                "firstboot", "reinstall", "ovirt_firstboot", forms: ["", "0"], keys: ["installation.wipe"],
                "The inputs are read although a configuration is stored, and an installation overwrites what is on the disk, "
                    + "except storage domains and guests' data.",
                example: "reinstall"
            ) { $0.readFirstBoot($1) },
            CommandLineArgument(
                "upgrade", "local_boot", "ovirt_upgrade", "ovirt_local_boot", forms: ["", "0"],
                "Install this version over the node that is on the disk, whose state and configuration stay; nothing when it is this "
                    + "version already.", example: "upgrade"
            ) { $0.readRequest($1, .upgrade) },
            CommandLineArgument(
                "uninstall", "ovirt_uninstall", forms: ["", "0"],
                "Remove the node from the disk that `storage_init` names, else from the only one with a node. Guests' data is not "
                    + "removed. Excludes the other requests.",
                example: "uninstall"
            ) { $0.readRequest($1, .uninstall) },
            CommandLineArgument(
                "stateless", "ovirt_stateless", forms: ["", "0"], keys: ["stateless"],
                "Nothing is installed, and nothing outlasts a restart.", example: "stateless"
            ) { $0.readStateless($1) },
            CommandLineArgument(
                "reboot_delay", forms: ["SECONDS"], keys: ["installation.delay"],
                "How long to wait between a finished installation and the restart; 10 seconds unless given.",
                example: "reboot_delay=30"
            ) { $0.readDelay($1) },
        ])

    static let withoutCounterpart = Chapter(
        title: "Legacy arguments without a counterpart",
        text: """
            They are known, so that a line of legacy oVirt Node can be taken over as it is; a warning says what is missing. \
            `rescue`, `crashkernel=`, `console=` and `rdloaddriver=` are left to systemd, kernel and initramfs, as all unknown \
            words are.
            """,
        arguments: [
            CommandLineArgument(
                "standalone", "ovirt_standalone", forms: ["", "0"],
                "Without effect; with `=0` management servers were searched for, which they are not.",
                example: "standalone"
            ) { $0.readStandalone($1) },
            CommandLineArgument(
                "nocheck", "check", "liveimg", "linux", forms: [""],
                "Without effect: media are verified when they are read.",
                example: "nocheck"),
            CommandLineArgument(
                "mem_overcommit", "ovirt_overcommit", forms: ["RATIO"], "Not used: a node has no swap.",
                example: "mem_overcommit=0.5"
            ) { $0.passOver($1, noSwap) },
            CommandLineArgument(
                "swap_encrypt", "ovirt_swap_encrypt", forms: ["VOLUME[,CIPHER]"], "Not used: a node has no swap.",
                example: "swap_encrypt=Swap"
            ) { $0.passOver($1, noSwap) },
            CommandLineArgument(
                "wipe_fakeraid", forms: ["", "0"], "Not used.", example: "wipe_fakeraid"
            ) { $0.passOverSwitch($1, "metadata of firmware RAID is not wiped; such a disk is refused") },
            CommandLineArgument(
                "iscsi_install", forms: ["", "0"], "Not supported.", example: "iscsi_install"
            ) { $0.passOverSwitch($1, noDiskOverISCSI) },
            CommandLineArgument(
                "iscsi_init", "iscsi_server", "iscsi_target_name", forms: ["…"], "Not supported.",
                example: "iscsi_server=192.0.2.8:3260"
            ) { $0.passOver($1, noDiskOverISCSI) },
            CommandLineArgument(
                "cim_enabled", forms: ["1", "0"], "Not supported.", example: "cim_enabled=0"
            ) { $0.passOverSwitch($1, noCIM) },
            CommandLineArgument(
                "cim_passwd", forms: ["HASH"], "Not supported.", example: "cim_passwd=$6$salt$abcdefghijklmnopqrstuv",
                isSecret: true
            ) { $0.passOver($1, noCIM) },
            CommandLineArgument(
                "local_boot_trigger", forms: ["URL"], "Not supported.",
                example: "local_boot_trigger=http://192.0.2.2/done"
            ) { $0.passOver($1, "nobody is told that the installation is finished") },
            CommandLineArgument(
                "runtime_mode", "ovirt_runtime_mode", "ovirt_early", "ovirt_vdsm_disable", forms: ["…"], "Not used.",
                example: "runtime_mode=ovirt"
            ) { $0.passOver($1, "has no counterpart and is passed over") },
            CommandLineArgument(
                "tuned", "logrotate_interval", "logrotate_max_size", "use_strong_rng", "disable_aes_ni", forms: ["…"],
                "Not used.", example: "tuned=virtual-host"
            ) {
                $0.passOver(
                    $1, "has no counterpart and is passed over",
                    hint: "put the setting into the image: an overlay of the recipe")
            },
            CommandLineArgument(
                "rhn_type", "rhn_url", "rhn_ca_cert", "rhn_username", "rhn_profile", "rhn_org", "rhn_environment",
                "rhn_proxy", "rhn_proxyuser", forms: ["…"], "Not used.", example: "rhn_type=sam"
            ) { $0.passOver($1, "a node gets its updates from an update repository, not from a subscription") },
            CommandLineArgument(
                "rhn_password", "rhn_proxypassword", "rhn_activationkey", forms: ["…"], "Not used.",
                example: "rhn_password=secret", isSecret: true
            ) { $0.passOver($1, "a node gets its updates from an update repository, not from a subscription") },
        ])
}
