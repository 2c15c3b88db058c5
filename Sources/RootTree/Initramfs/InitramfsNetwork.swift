/// What starting over the network needs beside the rest of the initramfs: drivers, NetworkManager, the fetcher, and the units
/// between them.
///
/// `nodewright.root=URL` on the kernel command line calls for it. NetworkManager runs once, without D-Bus, as in dracut's
/// initramfs: nm-initrd-generator turns `ip=`, `BOOTIF=`, `vlan=`, `bond=` and the others of dracut.cmdline(7) into connections in
/// `/run`, where the NetworkManager of the real system finds them and the state of the devices.
enum InitramfsNetwork {
    /// Network cards of servers and of virtual machines that the product's own list of modules keeps, too (a card that only
    /// the initramfs knows is of no use), and what lies on top of them.
    static let modules = [
        "virtio_net", "vmxnet3", "hv_netvsc", "xen_netfront", "ena", "gve", "mana",
        "e1000", "e1000e", "igb", "igc", "ixgbe", "i40e", "ice", "ixgbevf", "iavf", "tg3", "bnx2", "bnx2x", "bnxt_en",
        "mlx5_core", "be2net", "enic", "atlantic", "r8169", "r8152", "cdc_ether", "cdc_ncm", "ax88179_178a", "realtek",
        "broadcom", "marvell", "bonding", "8021q", "bridge", "af_packet", "ipv6",
    ]

    static let folders = ["/run/NetworkManager", "/var/lib/NetworkManager", "/etc/NetworkManager/conf.d"]

    /// Files that are taken as they are; those that the tree does not have are skipped.
    static let plainFiles: Set<String> = [
        "/usr/lib/udev/rules.d/75-net-description.rules", "/usr/lib/udev/rules.d/80-net-setup-link.rules",
        "/usr/lib/udev/rules.d/84-nm-drivers.rules", "/usr/lib/udev/rules.d/85-nm-unmanaged.rules",
        // The names of interfaces stay the same after switch-root.
        "/usr/lib/systemd/network/99-default.link", "/usr/lib/systemd/network/98-default-mac-none.link",
    ]

    /// What depends on the distribution or only helps in the emergency shell.
    private static let optionalPrograms = [
        "/usr/libexec/nm-daemon-helper", "/usr/lib/nm-daemon-helper", "/usr/sbin/ip",
        // The certificates of authorities, and how OpenSSL is set up, in every layout.
        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/cert.pem", "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/openssl.cnf", "/etc/ssl/openssl.cnf", "/etc/crypto-policies/back-ends/opensslcnf.config",
    ]

    /// Adds the programs with all they need.
    static func addPrograms(to closure: inout LibraryClosure) throws {
        for program in ["/usr/sbin/NetworkManager", "/usr/bin/nodectl"] { try closure.add(program) }
        if try !closure.addIfPresent("/usr/lib/nm-initrd-generator") {
            try closure.add("/usr/libexec/nm-initrd-generator")
        }
        for program in optionalPrograms { try closure.addIfPresent(program) }
    }

    /// Files by path; scripts are those below `scripts`.
    static let files: [(path: String, content: String)] = [
        ("/etc/NetworkManager/NetworkManager.conf", configuration),
        ("/usr/lib/systemd/system/nodewright-network.service", networkService),
        ("/usr/lib/systemd/system/nodewright-fetch.service", fetchService),
        ("/usr/lib/systemd/system/run-nodewright-medium.mount", mediumMount),
    ]

    static let scripts: [(path: String, content: String)] = [
        ("/usr/lib/systemd/system-generators/nodewright-network-generator", generator),
        ("/usr/lib/nodewright/network-up", networkUp),
    ]

    private static let configuration = """
        [main]
        plugins=keyfile
        dhcp=internal
        # Only the connections that nm-initrd-generator has made.
        no-auto-default=*

        """

    private static let networkService = """
        [Unit]
        Description=Network
        DefaultDependencies=no
        Wants=systemd-udev-trigger.service
        After=systemd-udev-trigger.service systemd-udevd.service systemd-modules-load.service

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/usr/lib/nodewright/network-up
        StandardOutput=journal+console
        TimeoutStartSec=infinity

        """

    // It runs even when the network did not come up: it knows best what to say then.
    private static let fetchService = """
        [Unit]
        Description=Download of the Root File System
        DefaultDependencies=no
        Requires=run-nodewright-medium.mount
        Wants=nodewright-network.service
        After=nodewright-network.service run-nodewright-medium.mount
        Before=sysroot.mount

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/usr/bin/nodectl fetch-root --output /run/nodewright/medium/root.squashfs --failure /run/nodewright/failure
        StandardOutput=journal+console
        TimeoutStartSec=infinity

        """

    // Not in /run itself, whose size is a fifth of the memory; the fetcher looks at what is free.
    private static let mediumMount = """
        [Unit]
        Description=Memory for the Root File System
        DefaultDependencies=no
        Conflicts=umount.target
        Before=umount.target

        [Mount]
        What=tmpfs
        Where=/run/nodewright/medium
        Type=tmpfs
        Options=mode=0755,size=95%

        """

    private static let generator = #"""
        #!/usr/bin/bash
        # systemd.generator(7): the units of a root file system that is fetched over the network.
        set -efu
        units=$1
        root=''
        read -r line < /proc/cmdline || :
        for word in $line; do
            case $word in
                nodewright.root=*) root=${word#*=} ;;
            esac
        done
        # What comes with the initramfs is not fetched.
        [[ $root && $root != initramfs ]] || exit 0
        mkdir -p /run/nodewright
        echo 'The root file system could not be fetched over the network.' > /run/nodewright/failure

        \#(InitramfsUnits.mountRoot)
        mount_root 'Root File System from the Network' /run/nodewright/medium/root.squashfs \
            'Requires=nodewright-fetch.service
        After=nodewright-fetch.service'

        """#

    private static let networkUp = #"""
        #!/usr/bin/bash
        # Brings the network up as the kernel command line says. What NetworkManager leaves in /run is for the real system.
        set -fu
        read -r line < /proc/cmdline || :
        read -ra words <<< "$line"
        mac='' described=''
        four='^ip=[0-9.]+:[0-9.]*:[0-9.]*:[0-9.]*$'
        for word in "${words[@]}"; do
            case $word in
                BOOTIF=*) mac=${word#*=} ;;
                bond=* | team=* | bridge=* | vlan=*) described=1 ;;
                # An interface is named; without one (ip=dhcp, or the four fields of PXELINUX) the card of BOOTIF is meant.
                ip=*:*) [[ $word =~ $four ]] || described=1 ;;
            esac
        done
        # Otherwise the card would get a connection of its own beside the ones that are described.
        [[ $described ]] && words+=(rd.bootif=0)

        # udev loads the drivers: wait for the card that this machine was started from, else for any.
        mac=${mac//-/:} mac=${mac,,}
        (( ${#mac} > 17 )) && mac=${mac: -17}
        card() {
            local address
            for address in /sys/class/net/*/address; do
                [[ $address == */lo/address || ! -e $address ]] && continue
                [[ -z $mac || $(< "$address") == "$mac" ]] && return
            done
            return 1
        }
        set +f
        for (( tries = 0; tries < 150; tries++ )); do
            card && break
            sleep 0.2
        done
        if ! card; then
            if [[ $mac ]]; then
                echo "Nodewright: no network card has the address $mac (BOOTIF=); is its driver missing?"
            else
                echo 'Nodewright: this machine has no network card that this system knows.'
            fi
        fi
        udevadm settle --timeout=30

        generator=/usr/libexec/nm-initrd-generator
        [[ -x $generator ]] || generator=/usr/lib/nm-initrd-generator
        "$generator" -- "${words[@]}" rd.neednet=1
        exec /usr/sbin/NetworkManager --configure-and-quit=initrd --no-daemon

        """#
}
