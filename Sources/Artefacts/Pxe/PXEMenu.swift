import Boot

/// What boot loaders read in a PXE folder, as texts.
struct PXEMenu {
    /// What the entries are about.
    let title: String
    let kernelArguments: [String]
    /// SHA-256 of the root file system in hexadecimal.
    let checksum: String
    /// Its size in bytes.
    let size: Int
    /// SHA-256 of the file with what an installed disk needs.
    let bootFiles: String

    /// Where signed GRUBs look for their menu when the folder is the root of the TFTP server.
    static let stubs = ["grub/grub.cfg", "EFI/BOOT/grub.cfg", "EFI/fedora/grub.cfg", "EFI/centos/grub.cfg"]

    /// All files by name.
    var files: [(name: String, text: String)] {
        [
            ("boot.ipxe", ipxe), ("pxelinux.cfg/default", pxelinux), ("grub.cfg", grub), ("README", readme),
        ] + Self.stubs.map { ($0, Self.stub) }
    }

    private func root(_ url: String) -> [String] {
        [
            "nodewright.root=\(url)", "nodewright.root-sha256=\(checksum)", "nodewright.root-size=\(size)",
            "nodewright.boot-sha256=\(bootFiles)",
        ]
    }

    private var arguments: String { kernelArguments.joined(separator: " ") }

    /// iPXE takes addresses relative to the script's own; `${cwduri}` is the folder that it came from.
    var ipxe: String {
        """
        #!ipxe
        # Chain this script from iPXE, or name it as the boot file for iPXE in the DHCP server.
        # Fetched over HTTP, it lets the node fetch its root file system from the same place; fetched over TFTP, where there
        # may be no web server, everything comes in one large initramfs. Older versions of iPXE do not know where their
        # script came from: run "set base http://SERVER/FOLDER/" before.
        isset ${base} && goto web ||
        set base ${cwduri}
        isset ${base} || goto full
        iseq ${cwuri} tftp://${next-server}/${filename} && goto full ||
        iseq ${cwuri} tftp://${next-server}${filename} && goto full ||
        :web
        kernel vmlinuz initrd=initrd.img \(root("${base}root.squashfs").joined(separator: " ")) BOOTIF=01-${netX/mac:hexhyp} \(arguments)
        initrd initrd.img
        boot
        :full
        kernel vmlinuz initrd=initrd-full.img initrd=boot-files.img nodewright.root=initramfs BOOTIF=01-${netX/mac:hexhyp} \(arguments)
        initrd initrd-full.img
        initrd boot-files.img
        boot

        """
    }

    var pxelinux: String {
        """
        # PXELINUX takes files relative to its own folder: put pxelinux.0 and ldlinux.c32 of syslinux beside vmlinuz.
        DEFAULT full
        PROMPT 0
        TIMEOUT 50

        LABEL full
          KERNEL vmlinuz
          INITRD initrd-full.img,boot-files.img
          IPAPPEND 2
          APPEND nodewright.root=initramfs \(arguments)

        # With a web server: put its address in, and "DEFAULT web" above.
        LABEL web
          KERNEL vmlinuz
          INITRD initrd.img
          IPAPPEND 2
          APPEND \(root("http://SERVER/root.squashfs").joined(separator: " ")) \(arguments)

        """
    }

    /// The real menu of GRUB. Only commands that are built into the signed GRUBs of Fedora and Debian are used.
    var grub: String {
        let words = kernelArguments.map(GRUBScript.quote).joined(separator: " ")
        let web = root("http://$server$folder/root.squashfs").joined(separator: " ")
        return """
            # Where this file came from: (tftp,192.0.2.1)/folder or (http,192.0.2.1:8000)/folder.
            regexp --set=1:protocol --set=2:server --set=3:folder '^\\(([a-z0-9]+),([^)]*)\\)(.*)$' "$cmdpath"
            if serial --unit=0 --speed=115200; then
                terminal_input serial console
                terminal_output serial console
            fi
            if [ -n "$net_default_mac" ]; then
                set bootif="BOOTIF=$net_default_mac"
            fi
            # Over TFTP nobody knows whether there is a web server, too.
            if [ "$protocol" = http ]; then
                set default=web
            else
                set default=full
            fi
            set timeout=5

            menuentry \(GRUBScript.quote("\(title): everything in one initramfs")) --id full {
                echo 'Loading the kernel and initrd-full.img; the latter takes a while ...'
                linux $cmdpath/vmlinuz nodewright.root=initramfs $bootif \(words)
                initrd $cmdpath/initrd-full.img $cmdpath/boot-files.img
            }
            menuentry \(GRUBScript.quote("\(title): root file system over HTTP")) --id web {
                echo 'Loading the kernel and initrd.img ...'
                linux $cmdpath/vmlinuz \(web) $bootif \(words)
                initrd $cmdpath/initrd.img
            }
            menuentry 'Restart' --id restart {
                reboot
            }

            """
    }

    /// Leads to the real menu, which lies beside GRUB.
    static let stub = "configfile $cmdpath/grub.cfg\n"

    private var readme: String {
        """
        \(title): start machines over the network

        vmlinuz, initrd.img   kernel and initramfs; the node fetches root.squashfs over HTTP or HTTPS and checks it
        initrd-full.img       initramfs with root.squashfs inside: needs no web server, but TFTP takes its time
        boot-files.img        what an installed disk needs beside root.squashfs: fetched over HTTP when it is needed, and a
                              further initramfs beside initrd-full.img
        boot.ipxe             for iPXE
        pxelinux.cfg/default  for PXELINUX
        shimx64.efi, grubx64.efi, mmx64.efi, grub.0, grub.cfg   GRUB: UEFI with Secure Boot, and BIOS
        SHA256SUMS            check with: sha256sum --check SHA256SUMS

        Three ways to use this folder:

        1. On a bench, with nothing prepared (as root; eth1 is the interface of the bench):
             nodewright serve THIS-FOLDER --interface eth1
           or beside a DHCP server that stays as it is:
             nodewright serve THIS-FOLDER --interface eth1 --proxy-dhcp

        2. With a web server and iPXE: put the folder anywhere on the web server and let iPXE run
             chain http://SERVER/FOLDER/boot.ipxe
           UEFI firmware that can boot from HTTP itself starts http://SERVER/FOLDER/shimx64.efi

        3. With a TFTP server alone: put the folder's content into its root and name the boot file in the DHCP server:
             BIOS  grub.0   (or pxelinux.0 of syslinux, beside vmlinuz)
             UEFI  shimx64.efi
             iPXE  boot.ipxe

        On the kernel command line:
          nodewright.root=URL nodewright.root-sha256=HEX   the root file system; without the checksum nothing is started
          nodewright.root-size=BYTES                       refuse a machine with too little memory, and longer answers
          ip= BOOTIF= vlan= bond= bridge= nameserver=      the network, as in dracut.cmdline(7); default: DHCP on the card that
                                                           the machine was started from (BOOTIF=), else on all
          storage_init=/dev/sda install                    install to this disk when it is empty; the table of all words is in
                                                           docs/kernel-command-line.md
          nodewright.boot-sha256=HEX nodewright.boot=URL   what an installation needs; without the address: boot-files.img
                                                           beside the root file system. Who never installs can leave out
                                                           both, and boot-files.img beside initrd-full.img.
        A root file system on a server with a private certificate: add an initramfs with /etc/nodewright/root-ca.pem in it.
        A machine needs \((size >> 20) + 1536) MiB of memory, and \((size >> 19) + 1600) MiB with initrd-full.img.

        """
    }
}
