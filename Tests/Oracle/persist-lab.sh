# A node's /etc, /run, /sys and state partition in a namespace of its own: the same layers as on a disk. Nothing of the host is
# changed: its /etc is only the lower layer's first content.
#   unshare --mount --pid --fork --kill-child sh persist-lab.sh NODECTL SCENARIO
# SCENARIO is a shell script that is read here; what it has to say comes after a line "@@@name".
set -eu
program=$1
scenario=$2
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/lab/image /run/lab/bin /run/lab/disk /run/nodewright/state
cp -a /etc/. /run/lab/image
rm -rf /run/lab/image/iscsi /run/lab/image/libvirt /run/lab/image/lvm /run/lab/image/multipath /run/lab/image/ssh
rm -f /run/lab/image/resolv.conf /run/lab/image/machine-id /run/lab/image/hostname
mkdir -p /run/lab/image/ssh /run/lab/image/libvirt
echo 'image 1' >/run/lab/image/libvirt/unchanged.conf
echo 'image 1' >/run/lab/image/libvirt/changed.conf
mount -t tmpfs -o mode=0755 state /run/lab/disk
mount --bind /run/lab/disk /run/nodewright/state
# What makes a file system a partition of a disk: the kernel's tree says so.
number=$(mountpoint -d /run/nodewright/state)
mount -t tmpfs tmpfs /sys
mkdir -p /sys/dev/block /sys/devices/vdz/vdz7
ln -s ../../devices/vdz/vdz7 "/sys/dev/block/$number"
echo 7 >/sys/devices/vdz/vdz7/partition
: >/run/lab/cmdline
printf '#!/bin/sh\necho "$*" >>/run/lab/systemctl\n' >/run/lab/bin/systemctl
chmod 755 /run/lab/bin/systemctl
PATH=/run/lab/bin:$PATH
export PATH

nodectl() { "$program" "$@" 2>&1 || echo "status $?"; }

# From the kernel to process 1, as the initramfs does it.
start() {
    mkdir -p /run/nodewright/etc/upper /run/nodewright/etc/work
    mount -t overlay -o lowerdir=/run/lab/image,upperdir=/run/nodewright/etc/upper,workdir=/run/nodewright/etc/work etc /etc
    nodectl render --root / --kernel-command-line /run/lab/cmdline
}

# All that is in memory is gone.
stop() {
    for place in $(awk '$5 ~ "^/etc" && / - overlay / { print $5 }' /proc/self/mountinfo | sort -r); do umount "$place"; done
    rm -rf /run/nodewright/etc /run/nodewright/image /run/nodewright/image-has-no /run/nodewright/config
    : >/run/lab/systemctl
}

answer() { echo "@@@$1"; }

. "$scenario"
