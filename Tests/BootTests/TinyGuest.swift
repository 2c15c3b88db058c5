/// A virtual machine that is one boot sector: it writes a line to its first serial port and stops.
struct TinyGuest {
    /// How it runs: `kvm` or `qemu` (plain emulation), as libvirt says it.
    let type: String
    /// What it writes.
    let greeting: String

    /// 16-bit code for the processor, loaded by any BIOS to 0x7C00.
    private var bootSector: [UInt8] {
        let code: [UInt8] = [
            0x31, 0xC0, 0x8E, 0xD8,  // xor ax, ax; mov ds, ax
            0xFC, 0xBE, 0x17, 0x7C,  // cld; mov si, 0x7C17 (the text)
            0xBA, 0xF8, 0x03,  // mov dx, 0x3F8 (the data register of COM1)
            0xAC, 0x84, 0xC0, 0x74, 0x03,  // next: lodsb; test al, al; jz end
            0xEE, 0xEB, 0xF8,  // out dx, al; jmp next
            0xFA, 0xF4, 0xEB, 0xFD,  // end: cli; stop: hlt; jmp stop
        ]
        let content = code + Array("\(greeting)\n".utf8) + [0]
        return content + [UInt8](repeating: 0, count: 510 - content.count) + [0x55, 0xAA]
    }

    private var name: String { "tiny-\(type)" }

    private var domain: String {
        """
        <domain type='\(type)'><name>\(name)</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os><features><acpi/></features>
        <devices><controller type='usb' model='none'/><memballoon model='none'/>
        <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/var/lib/\(name).img'/>
        <target dev='vda' bus='virtio'/></disk>
        <serial type='file'><source path='/run/\(name).log'/><target port='0'/></serial></devices></domain>
        """
    }

    /// A shell script that defines it, starts it, waits for its line and prints what it wrote and its state.
    func script(timeout: Int) -> String {
        let digits = Array("0123456789abcdef")
        let hex = bootSector.map { "\\x\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
        return """
            printf '\(hex)' >/var/lib/\(name).img
            truncate -s 1M /var/lib/\(name).img
            cat >/run/\(name).xml <<'END'
            \(domain)
            END
            export LIBVIRT_DEFAULT_URI=qemu:///system
            virsh define /run/\(name).xml && virsh start \(name)
            for second in $(seq \(timeout)); do
                case "$(cat /run/\(name).log)" in *'\(greeting)'*) break ;; esac
                sleep 1
            done
            echo "after $second s:"
            cat /run/\(name).log
            virsh domstate \(name)
            cat /var/log/libvirt/qemu/\(name).log | tail -n 5
            virsh destroy \(name)
            """
    }
}
