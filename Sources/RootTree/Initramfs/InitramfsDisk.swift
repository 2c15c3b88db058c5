/// What leads from a disk to `/sysroot`: the slot's root file system through dm-verity, then the state partition.
///
/// `nodewright.disk=GUID` on the kernel command line calls for it. systemd-veritysetup-generator makes the service that sets
/// dm-verity up from `roothash=` and `systemd.verity_root_*=`; everything else is written by the generator here.
enum InitramfsDisk {
    static let files: [(path: String, content: String)] = [
        ("/usr/lib/udev/rules.d/61-nodewright.rules", rules)
    ]

    static let scripts: [(path: String, content: String)] = [
        ("/usr/lib/systemd/system-generators/nodewright-disk-generator", generator),
        ("/usr/lib/nodewright/mount-state", mountState),
    ]

    // A partition under the GUIDs of its disk and its own together: of two disks with the same image on them, only the one
    // that the kernel command line names is meant.
    private static let rules = """
        SUBSYSTEM=="block", ENV{DEVTYPE}=="partition", ENV{ID_PART_TABLE_UUID}=="?*", ENV{ID_PART_ENTRY_UUID}=="?*", \
        SYMLINK+="disk/by-nodewright/$env{ID_PART_TABLE_UUID}/$env{ID_PART_ENTRY_UUID}"

        """

    private static let generator = #"""
        #!/usr/bin/bash
        # systemd.generator(7): the units of a root file system on a disk.
        set -efu
        units=$1
        disk='' state='' slot='' timeout=60
        read -r line < /proc/cmdline || :
        for word in $line; do
            case $word in
                nodewright.disk=*) disk=${word#*=} ;;
                nodewright.state=*) state=${word#*=} ;;
                nodewright.slot=*) slot=${word#*=} ;;
                nodewright.timeout=*) timeout=${word#*=} ;;
            esac
        done
        [[ $disk ]] || exit 0
        [[ $timeout =~ ^[0-9]{1,4}$ ]] || timeout=60
        guid='^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        mkdir -p /run/nodewright "$units/initrd-root-fs.target.requires" "$units/initrd.target.wants"
        if ! [[ $disk =~ $guid ]]; then
            echo "The kernel command line names an impossible disk: nodewright.disk=$disk" > /run/nodewright/failure
            mkdir -p "$units/initrd.target.requires"
            ln -s /usr/lib/systemd/system/nodewright-no-root.service "$units/initrd.target.requires/"
            exit 0
        fi

        echo "The root file system of slot ${slot^^} on the disk $disk was not found within $timeout seconds,
        cannot be read, or is not what was installed. Is the disk still there? Is it smaller than the image
        that was written to it?" > /run/nodewright/failure

        # The name of the unit of a device below /dev/disk/by-nodewright.
        unit() { echo "dev-disk-by\\x2dnodewright-${disk//-/\\x2d}-${1//-/\\x2d}.device"; }
        limit() {
            mkdir -p "$units/$1.d"
            echo "[Unit]
        JobRunningTimeoutSec=$2" > "$units/$1.d/50-nodewright.conf"
        }
        for word in $line; do
            case $word in
                systemd.verity_root_data=/dev/disk/by-nodewright/* | systemd.verity_root_hash=/dev/disk/by-nodewright/*)
                    limit "$(unit "${word##*/}")" "$timeout" ;;
            esac
        done
        limit 'dev-mapper-root.device' "$((timeout + 10))"

        echo "[Unit]
        Description=Root File System of Slot ${slot^^}
        DefaultDependencies=no
        Requires=systemd-veritysetup@root.service
        After=systemd-veritysetup@root.service
        Before=initrd-root-fs.target

        [Mount]
        What=/dev/mapper/root
        Where=/sysroot
        Type=squashfs
        Options=ro" > "$units/sysroot.mount"

        wanted=''
        if [[ $state =~ $guid ]]; then
            wanted=$(unit "$state")
            # As long as the root, which is on the same disk: a slow machine must not lose what it keeps.
            limit "$wanted" "$((timeout + 10))"
        fi
        # Without the device the service runs all the same, and says so.
        echo "[Unit]
        Description=State of This Node
        DefaultDependencies=no
        Wants=$wanted
        After=$wanted
        Before=sysroot-var.mount initrd-root-fs.target

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/usr/lib/nodewright/mount-state /dev/disk/by-nodewright/$disk/$state
        StandardOutput=journal+console" > "$units/nodewright-state.service"

        echo "[Unit]
        Description=/var of This Node
        DefaultDependencies=no
        Requires=nodewright-state.service
        After=nodewright-state.service
        Before=initrd-root-fs.target

        [Mount]
        What=/run/nodewright/state/var
        Where=/sysroot/var
        Type=none
        Options=bind" > "$units/sysroot-var.mount"

        ln -s /usr/lib/systemd/system/nodewright-root.target "$units/initrd-root-fs.target.requires/"
        ln -s /usr/lib/systemd/system/nodewright-switch-root.service "$units/initrd.target.wants/"

        """#

    private static let mountState = #"""
        #!/usr/bin/bash
        # Mounts what survives upgrades, or memory in its place: a node without its state must start and say so. Whatever goes wrong
        # here, nothing ends the start.
        shopt -s dotglob extglob
        device=$1
        state=/run/nodewright/state
        mkdir -p $state

        memory() {
            echo "$1" > /run/nodewright/state-problem
            echo "Nodewright: $1. What this node changes is kept in memory only."
            mount -t tmpfs -o mode=0755,size=50% state $state
        }

        # Whether "nodectl state" has left a wish, an empty file, for which a full partition has room. It becomes a link to nothing.
        wished() {
            [[ -f $state/$1-at-start ]] && ln -sf done "$state/$1-at-start" && umount $state
        }

        if [[ ! -b $device ]]; then
            memory 'the state partition is missing'
        else
            status=0
            if [[ $(blkid -p -o value -s TYPE "$device") != xfs ]]; then
                said=$(e2fsck -p "$device" 2>&1)
                status=$?
                echo "$said"
                # The superblock has two sectors of 512 bytes, of which a power cut can let one through. Nothing opens the
                # file system then, but it has a copy, and the journal is whole.
                if [[ $said == *'Superblock checksum does not match'* ]]; then
                    e2fsck -fy "$device"
                    status=$?
                fi
            fi
            # 4 and more: errors are left, or it could not run; one that is not installed (127) decides nothing.
            if (( status >= 4 && status < 127 )); then
                memory 'the state partition is damaged'
            elif ! mount -o noatime "$device" $state; then
                memory 'the state partition cannot be mounted'
            elif [[ -f $state/reset-at-start ]]; then
                # The wish goes last: what a power cut has interrupted goes on at the next start.
                rm -rf -- "$state"/!(lost+found|reset-at-start) && sync && rm -f $state/reset-at-start \
                    || echo 'Nodewright: the state partition could not be made empty.'
            elif wished repair; then
                e2fsck -fy "$device"
                mount -o noatime "$device" $state || memory 'the state partition cannot be mounted'
            fi
        fi
        if ! mkdir -p $state/var || [[ ! -w $state/var ]]; then
            umount $state
            memory 'nothing can be written to the state partition'
            mkdir -p $state/var
        fi
        exit 0

        """#
}
