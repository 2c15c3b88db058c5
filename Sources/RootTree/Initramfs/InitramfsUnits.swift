/// The units and scripts of ours inside the initramfs: from the kernel command line to a configured `/sysroot` (DESIGN.md §6a).
///
/// Everything that leads to a root is pulled in by `nodewright-root.target`. What is static stands here as units; only
/// `sysroot.mount` depends on the command line and is written by the generator at boot, so that further sources (HTTP, the
/// initramfs itself, verity on disk) need a branch there and nothing else.
enum InitramfsUnits {
    /// Files by path; scripts are those below `scripts`.
    static let files: [(path: String, content: String)] = [
        (unit("nodewright-root.target"), rootTarget),
        (unit("nodewright-layers.service"), layersService),
        (unit("sysroot-etc.mount"), etcMount),
        (unit("sysroot-var.mount"), varMount),
        (unit("nodewright-var.service"), varService),
        (unit("nodewright-boot-files.service"), bootFilesService),
        (unit("nodewright-render.service"), renderService),
        (unit("nodewright-switch-root.service"), switchRootService),
        (unit("nodewright-no-root.service"), noRootService),
        ("/etc/systemd/system/emergency.service", emergencyService),
        (unit("nodewright-shell@.service"), shellService),
    ]

    static let scripts: [(path: String, content: String)] = [
        ("/usr/lib/systemd/system-generators/nodewright-generator", generator),
        ("/usr/lib/nodewright/root-failed", rootFailed),
        ("/usr/lib/nodewright/rescue-shell", rescueShell),
    ]

    private static func unit(_ name: String) -> String { "/usr/lib/systemd/system/" + name }

    private static let rootTarget = """
        [Unit]
        Description=Root File System of This Node
        DefaultDependencies=no
        Requires=sysroot.mount sysroot-etc.mount sysroot-var.mount
        Wants=nodewright-var.service nodewright-render.service nodewright-boot-files.service
        After=nodewright-boot-files.service sysroot.mount sysroot-etc.mount sysroot-var.mount nodewright-var.service nodewright-render.service
        Before=initrd-root-fs.target
        OnFailure=emergency.target
        OnFailureJobMode=replace-irreversibly

        """

    // A oneshot unit only for its folders: the upper layer of /etc must exist before the overlay is mounted, and must stay
    // when the unit ends with the initramfs.
    private static let layersService = """
        [Unit]
        Description=Folders for the Writable Layers
        DefaultDependencies=no
        Before=sysroot-etc.mount

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        RuntimeDirectory=nodewright/etc/upper nodewright/etc/work
        RuntimeDirectoryPreserve=yes
        ExecStart=/usr/bin/true

        """

    private static let etcMount = """
        [Unit]
        Description=Writable /etc
        DefaultDependencies=no
        Requires=nodewright-layers.service
        After=nodewright-layers.service
        Before=initrd-root-fs.target

        [Mount]
        What=overlay
        Where=/sysroot/etc
        Type=overlay
        Options=lowerdir=/sysroot/etc,upperdir=/run/nodewright/etc/upper,workdir=/run/nodewright/etc/work

        """

    private static let varMount = """
        [Unit]
        Description=Writable /var in Memory
        DefaultDependencies=no
        Before=initrd-root-fs.target

        [Mount]
        What=tmpfs
        Where=/sysroot/var
        Type=tmpfs
        Options=mode=0755,size=50%

        """

    // Before switch-root, because process 1 and the journal look into /var before systemd-tmpfiles has run. What is there
    // already is the node's own. A state partition that is full lacks some of it, which must not end the start.
    private static let varService = """
        [Unit]
        Description=First Content of /var
        DefaultDependencies=no
        RequiresMountsFor=/sysroot/var
        ConditionPathIsDirectory=/sysroot/usr/share/factory/var

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/usr/bin/cp -a --no-clobber /sysroot/usr/share/factory/var/. /sysroot/var/

        """

    // A further initramfs (boot-files.img of a PXE folder) brought along what an installation needs. It is kept from what
    // switch-root deletes.
    private static let bootFilesService = """
        [Unit]
        Description=Boot Files for an Installation
        DefaultDependencies=no
        ConditionPathIsDirectory=/nodewright-boot

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/usr/bin/mkdir -p /run/nodewright
        ExecStart=/usr/bin/cp -a /nodewright-boot /run/nodewright/boot

        """

    // The marker comes with the nodectl that knows the command; an older image has neither.
    private static let renderService = """
        [Unit]
        Description=Configuration of This Node
        DefaultDependencies=no
        RequiresMountsFor=/sysroot/etc /sysroot/var
        After=nodewright-var.service
        ConditionPathExists=/sysroot/usr/lib/nodewright/render-at-boot

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        RootDirectory=/sysroot
        MountAPIVFS=yes
        BindPaths=/run
        LoadCredential=nodewright.config
        ExecStart=/usr/bin/nodectl render --root /
        StandardOutput=journal+console

        """

    private static let switchRootService = """
        [Unit]
        Description=Root File System Is Complete
        DefaultDependencies=no
        Requires=nodewright-root.target initrd-root-fs.target
        After=nodewright-root.target initrd-root-fs.target
        Conflicts=emergency.target

        [Service]
        Type=oneshot
        ExecStart=systemctl --no-block start initrd-cleanup.service

        """

    private static let noRootService = """
        [Unit]
        Description=No Usable Root File System Is Named on the Kernel Command Line
        DefaultDependencies=no
        OnFailure=emergency.target
        OnFailureJobMode=replace-irreversibly

        [Service]
        Type=oneshot
        ExecStart=/usr/bin/false

        """

    private static let emergencyService = """
        [Unit]
        Description=Emergency Shell
        DefaultDependencies=no
        Conflicts=shutdown.target
        Before=shutdown.target

        [Service]
        ExecStart=/usr/lib/nodewright/root-failed
        StandardOutput=journal
        KillMode=process

        """

    private static let shellService = """
        [Unit]
        Description=Emergency Shell on %I
        DefaultDependencies=no
        Conflicts=shutdown.target
        Before=shutdown.target

        [Service]
        Environment=HOME=/root
        WorkingDirectory=-/root
        ExecStart=/usr/lib/nodewright/rescue-shell
        StandardInput=tty-force
        StandardOutput=inherit
        StandardError=inherit
        TTYPath=/dev/%I
        TTYReset=yes
        IgnoreSIGPIPE=no
        Restart=always
        RestartSec=1

        """

    /// Shell, for generators: `mount_root DESCRIPTION WHAT LINES` makes the unit that mounts a squashfs file as the root, with more
    /// lines for its `[Unit]` section, and what follows it.
    static let mountRoot = #"""
        mount_root() {
            echo "[Unit]
        Description=$1
        DefaultDependencies=no
        Wants=modprobe@loop.service
        After=systemd-modules-load.service modprobe@loop.service
        Before=initrd-root-fs.target
        $3

        [Mount]
        What=$2
        Where=/sysroot
        Type=squashfs
        Options=ro,loop" > "$units/sysroot.mount"
            mkdir -p "$units/initrd-root-fs.target.requires" "$units/initrd.target.wants"
            ln -s /usr/lib/systemd/system/nodewright-root.target "$units/initrd-root-fs.target.requires/"
            ln -s /usr/lib/systemd/system/nodewright-switch-root.service "$units/initrd.target.wants/"
        }
        """#

    // Labels are limited to characters that neither udev nor unit names escape, the dash apart.
    private static let generator = #"""
        #!/usr/bin/bash
        # systemd.generator(7): turns the kernel command line into the units that lead to /sysroot.
        set -efu
        units=$1
        live='' net='' timeout=60
        read -r line < /proc/cmdline || :
        for word in $line; do
            case $word in
                nodewright.live=*) live=${word#*=} ;;
                nodewright.root=*) net=${word#*=} ;;
                nodewright.timeout=*) timeout=${word#*=} ;;
                nodewright.disk=*) exit 0 ;;  # nodewright-disk-generator
            esac
        done
        mkdir -p /run/nodewright

        \#(mountRoot)
        no_root() {
            echo "$1" > /run/nodewright/failure
            mkdir -p "$units/initrd.target.requires"
            ln -s /usr/lib/systemd/system/nodewright-no-root.service "$units/initrd.target.requires/"
            exit 0
        }

        # The whole system came with the initramfs: initrd-full.img of a PXE folder.
        if [[ $net == initramfs ]]; then
            [[ -e /root.squashfs ]] || no_root 'This initramfs has no root file system in it (nodewright.root=initramfs):
        start with initrd-full.img of the PXE folder.'
            echo 'The root file system that came with the initramfs cannot be read.' > /run/nodewright/failure
            mount_root 'Root File System of the Initramfs' /root.squashfs ''
            exit 0
        elif [[ $net ]]; then
            [[ -x ${0%/*}/nodewright-network-generator ]] && exit 0
            no_root 'The kernel command line names a root file system on the network (nodewright.root=), but this initramfs
        cannot reach it: start with initrd.img of the PXE folder.'
        fi

        [[ $timeout =~ ^[0-9]{1,4}$ ]] || timeout=60
        [[ $live ]] || no_root 'The kernel command line names no root file system (nodewright.live=LABEL, nodewright.root=URL).'
        [[ $live =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] ||
            no_root "The kernel command line names an impossible volume label: nodewright.live=$live"

        echo "The medium with the volume label \"$live\" was not found within $timeout seconds, or cannot be read.
        It is the CD or USB stick that this system was started from. Is it still there?" > /run/nodewright/failure

        device=dev-disk-by\\x2dlabel-${live//-/\\x2d}.device
        mkdir -p "$units/$device.d"
        echo "[Unit]
        JobRunningTimeoutSec=$timeout" > "$units/$device.d/50-nodewright.conf"

        echo "[Unit]
        Description=Live Medium $live
        DefaultDependencies=no
        Conflicts=umount.target
        Before=umount.target

        [Mount]
        What=/dev/disk/by-label/$live
        Where=/run/nodewright/medium
        Options=ro" > "$units/run-nodewright-medium.mount"

        mount_root 'Live Root File System' /run/nodewright/medium/LiveOS/root.squashfs \
            'RequiresMountsFor=/run/nodewright/medium'

        """#

    private static let rootFailed = #"""
        #!/usr/bin/bash
        # Offers a shell on every console; restarts the machine when nobody takes it, so that no host stays dark for good, and
        # soon when the slot is on trial: the other one is waiting.
        read -ra consoles < /sys/class/tty/console/active
        for console in "${consoles[@]}"; do
            [[ $console == tty0 ]] && console=tty1
            systemctl --no-block start "nodewright-shell@$console.service"
        done
        minutes=5
        [[ $(</proc/cmdline) == *nodewright.trial=* ]] && minutes=1
        sleep $((60 * minutes))
        [[ -e /run/nodewright/shell-in-use ]] || exec systemctl reboot
        exec sleep infinity

        """#

    private static let rescueShell = #"""
        #!/usr/bin/bash
        if [[ -e /sysroot/usr/lib/os-release ]]; then
            printf '\n\nNodewright: the root file system is mounted, but the system in it could not be started.\n'
        else
            printf '\n\nNodewright: the root file system could not be mounted.\n'
            [[ -e /run/nodewright/failure ]] && cat /run/nodewright/failure
        fi
        damage=$(dmesg | while read -r line; do [[ $line == *verity:*' is corrupted' ]] && echo "$line"; done | tail -n 3)
        [[ $damage ]] && printf 'dm-verity has found damage:\n%s\n' "$damage"
        echo 'Press Enter for a shell ("journalctl -b" shows what happened); else this machine restarts in a few minutes.'
        read -r || exit
        touch /run/nodewright/shell-in-use
        exec bash --login

        """#
}
