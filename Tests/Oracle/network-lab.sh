# A node's network in namespaces: NetworkManager and a message bus of its own, cards eth0 and eth1 whose cables end in the
# namespace "peer" (p0, p1), where 192.0.2.1 and 2001:db8::1 are. Nothing of the host is touched.
#   unshare --net --mount --pid --fork --kill-child sh network-lab.sh NODECTL SCENARIO
# SCENARIO is a shell script that is read here; what it has to say comes after a line "@@@name" (see "answer").
set -eu
nodectl=$1
scenario=$2
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/NetworkManager /run/nm/conf.d /run/nm/profiles /run/netns /run/nodewright/state
if [ -d /var/lib/NetworkManager ]; then mount -t tmpfs tmpfs /var/lib/NetworkManager; fi
ip link set lo up
ip netns add peer
for number in 0 1; do
    ip link add "eth$number" type veth peer name "p$number"
    ip link set "p$number" netns peer up
done
ip -n peer link set lo up
ip -n peer address add 192.0.2.1/24 dev p0
ip -n peer address add 2001:db8::1/64 dev p0 nodad
cat >/run/bus.conf <<'END'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
<type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy>
</busconfig>
END
dbus-daemon --config-file=/run/bus.conf --fork
cat >/run/nm/nm.conf <<'END'
[main]
plugins=keyfile
dns=none
rc-manager=unmanaged
auth-polkit=false
[keyfile]
path=/run/nm/profiles
[connectivity]
enabled=false
END

# With a writable /sys it would wait for udev.
start_networkmanager() {
    umount /sys 2>/dev/null || true
    mount -t sysfs -o ro sysfs /sys
    NetworkManager --no-daemon --config=/run/nm/nm.conf --intern-config=/run/nm/intern.conf \
        --state-file=/run/nm/state --pid-file=/run/nm/pid >>/run/nm/log 2>&1 &
    networkmanager=$!
    for _ in $(seq 300); do
        if nmcli general status >/dev/null 2>&1; then break; fi
        sleep 0.1
    done
    mount -o remount,rw /sys
}

kill_networkmanager() {
    kill -9 "$networkmanager"
    wait "$networkmanager" 2>/dev/null || true
}

# answer NAME COMMAND …: what the command prints, and its exit status in the last line.
answer() {
    printf '\n@@@%s\n' "$1"
    shift
    status=0
    "$@" 2>&1 || status=$?
    printf '\nstatus %s\n' "$status"
}

addresses() { ip -brief address show "$1" | tr -s ' ' '\n' | grep / | grep -v fe80 | sort; }
profiles() { ls /run/NetworkManager/system-connections | grep '^nodewright-' || true; }

# wait_until COMMAND …: at most a minute.
wait_until() {
    for _ in $(seq 300); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.2
    done
    return 1
}

start_networkmanager
. "$scenario"
