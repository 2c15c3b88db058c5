/// What the initramfs takes from the root tree. Plain lists, so that a review sees what is in it.
enum InitramfsContents {
    /// Programs and helpers without which it does not boot.
    static let programs = [
        "/usr/lib/systemd/systemd", "/usr/lib/systemd/systemd-journald", "/usr/lib/systemd/systemd-udevd",
        "/usr/lib/systemd/systemd-modules-load", "/usr/lib/systemd/systemd-shutdown", "/usr/bin/systemctl",
        "/usr/bin/journalctl", "/usr/bin/systemd-tmpfiles", "/usr/bin/udevadm", "/usr/bin/mount", "/usr/bin/umount",
        "/usr/bin/kmod", "/usr/sbin/modprobe", "/usr/bin/bash", "/usr/bin/cp", "/usr/bin/true", "/usr/bin/false",
        "/usr/bin/cat", "/usr/bin/sleep", "/usr/bin/touch", "/usr/bin/mkdir", "/usr/bin/ln", "/usr/bin/rm",
        "/usr/bin/sync",
    ]

    /// What depends on the version of systemd, or only helps in the emergency shell.
    static let optionalPrograms = [
        "/usr/lib/systemd/systemd-veritysetup", "/usr/lib/systemd/system-generators/systemd-veritysetup-generator",
        "/usr/sbin/e2fsck", "/usr/lib/systemd/systemd-executor",
        "/usr/lib/systemd/system-generators/systemd-debug-generator",
        "/usr/lib/systemd/systemd-bsod", "/usr/lib/udev/ata_id", "/usr/lib/udev/scsi_id", "/usr/lib/udev/cdrom_id",
        "/usr/bin/ls", "/usr/bin/dmesg", "/usr/bin/lsblk", "/usr/sbin/blkid", "/usr/sbin/losetup",
        "/usr/bin/grep",
        "/usr/bin/dd", "/usr/bin/head", "/usr/bin/tail", "/usr/sbin/dmsetup", "/usr/sbin/reboot",
        "/usr/sbin/poweroff", "/usr/sbin/insmod", "/usr/sbin/lsmod", "/usr/sbin/rmmod", "/usr/sbin/modinfo",
        "/usr/share/terminfo/l/linux", "/usr/share/terminfo/v/vt100", "/usr/share/terminfo/v/vt220",
        "/usr/lib/terminfo/l/linux", "/usr/lib/terminfo/v/vt100", "/usr/lib/terminfo/v/vt220",
        "/usr/lib/udev/udev.conf", "/etc/udev/udev.conf",
    ]

    /// Libraries that systemd and udev reach by `dlopen` and that early boot needs.
    static let dlopenFeatures: Set<String> = [
        "kmod", "zstd", "lzma", "blkid", "mount", "cryptsetup", "selinux", "audit", "acl",
    ]

    /// Links that stand in every tree with one /usr.
    static let links = ["/bin", "/sbin", "/lib", "/lib64", "/usr/sbin"]

    static let udevRules = [
        "10-dm.rules", "13-dm-disk.rules", "50-udev-default.rules", "55-dm.rules", "60-block.rules",
        "60-cdrom_id.rules",
        "60-persistent-storage-dm.rules", "60-persistent-storage.rules", "80-drivers.rules", "95-dm-notify.rules",
        "99-systemd.rules",
    ]

    /// Units of systemd; those that the tree's version does not have are skipped.
    static let units = [
        "basic.target", "sysinit.target", "sockets.target", "timers.target", "paths.target", "slices.target",
        "local-fs.target", "local-fs-pre.target", "swap.target", "initrd.target", "initrd-root-device.target",
        "initrd-root-fs.target", "initrd-usr-fs.target", "initrd-fs.target", "initrd-cleanup.service",
        "initrd-switch-root.target", "initrd-switch-root.service", "initrd-udevadm-cleanup-db.service",
        "emergency.target", "shutdown.target", "umount.target", "final.target", "reboot.target", "poweroff.target",
        "systemd-reboot.service", "systemd-poweroff.service", "systemd-journald.service", "systemd-journald.socket",
        "systemd-journald-dev-log.socket", "systemd-udevd.service", "systemd-udevd-control.socket",
        "systemd-udevd-kernel.socket", "systemd-udevd-varlink.socket", "systemd-udev-trigger.service",
        "systemd-tmpfiles-setup-dev-early.service", "systemd-tmpfiles-setup-dev.service", "kmod-static-nodes.service",
        "systemd-modules-load.service", "modprobe@.service", "veritysetup.target", "veritysetup-pre.target",
        "system-systemd\\x2dveritysetup.slice",
    ]

    /// Which unit wants which.
    static let wants: [(unit: String, wanted: [String])] = [
        (
            "sysinit.target",
            [
                "systemd-journald.service", "systemd-udevd.service", "systemd-udev-trigger.service",
                "systemd-tmpfiles-setup-dev-early.service", "systemd-tmpfiles-setup-dev.service",
                "kmod-static-nodes.service", "systemd-modules-load.service",
            ]
        ),
        (
            "sockets.target",
            [
                "systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-udevd-control.socket",
                "systemd-udevd-kernel.socket", "systemd-udevd-varlink.socket",
            ]
        ),
    ]

    /// Aliases of units.
    static let unitLinks: [(path: String, target: String)] = [
        ("/usr/lib/systemd/system/default.target", "initrd.target"),
        ("/usr/lib/systemd/system/ctrl-alt-del.target", "reboot.target"),
    ]

    /// Users and groups that udev rules and units name, beside root; ids are the tree's.
    static let groups: Set<String> = [
        "root", "tty", "disk", "kmem", "cdrom", "tape", "floppy", "dialout", "audio", "video", "render", "kvm", "input",
        "lp",
        "sgx", "clock", "utmp", "users", "nobody", "nogroup", "systemd-journal",
    ]

    static let folders = ["/dev", "/proc", "/sys", "/run", "/tmp", "/sysroot", "/var", "/root", "/etc"]

    /// Storage of servers: what a hypervisor can be started from. A selector that a kernel does not know is no error, because
    /// Fedora, CentOS and the lab build different sets.
    static let modules = [
        // Virtual machines.
        "virtio_pci", "virtio_mmio", "virtio_blk", "virtio_scsi", "vmw_pvscsi", "hv_vmbus", "hv_storvsc",
        "xen_blkfront",
        // SATA, NVMe, SAS and RAID controllers.
        "ahci", "ahci_platform", "ata_piix", "ata_generic", "pata_acpi", "sata_*", "nvme", "sd_mod", "sr_mod", "ses",
        "enclosure",
        "megaraid_sas", "mpt3sas", "mpi3mr", "mptsas", "mptspi", "smartpqi", "hpsa", "aacraid", "3w_9xxx", "3w_sas",
        "arcmsr",
        "pm80xx", "isci", "mvsas", "qla2xxx", "lpfc",
        // USB storage, keyboards and card readers.
        "xhci_pci", "xhci_pci_renesas", "ehci_pci", "ohci_pci", "uhci_hcd", "usb_storage", "uas", "usbhid",
        "hid_generic", "sdhci_pci", "sdhci_acpi",
        "mmc_block", "atkbd", "i8042",
        // File systems of media and state, and layers. Not xfs: guests' disks may have it, and they come later.
        "isofs", "udf", "vfat", "nls_cp437", "nls_iso8859_1", "nls_ascii", "nls_utf8", "ext4", "squashfs",
        "overlay",
        "loop", "dm_mod", "dm_verity", "dm_crypt", "dm_multipath", "crc32c_intel", "crc32c_generic", "sha256_generic",
        "sha256_ssse3", "crc_t10dif", "crct10dif_pclmul", "autofs4", "efivarfs", "virtio_console", "virtio_rng",
        // systemd reads credentials of the firmware through them: SMBIOS, and QEMU's firmware configuration.
        "dmi_sysfs", "qemu_fw_cfg",
    ]
}
