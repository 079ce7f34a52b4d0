#!/bin/bash
# The first process of an instance's node, started by `unshare` in namespaces of its own (processes, mounts, network,
# host name, IPC): builds the node's view of the machine, then only waits. When it is killed, the kernel ends every
# process in there and drops every mount, interface and rule with them; nothing is left to clean up one by one.
# usage: node-init.sh STATE_FOLDER BINARIES_FOLDER
set -euo pipefail
state=$1 binaries=$2

mount -t proc proc /proc
hostname conclave-node
ip link set lo up
ip address add 169.254.20.10/32 dev lo # the node's DNS (node-configuration.ts)

# The node's own /run, with the state folder at a short, fixed path: socket paths are limited to 107 characters.
# It is built aside first, because the state folder itself may lie under /run or /var/lib.
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir -p /mnt/conclave /mnt/conclave-binaries /mnt/netns /mnt/lock /mnt/cgroup /mnt/etc
mount --bind "$state" /mnt/conclave
mount --bind "$binaries" /mnt/conclave-binaries

# /sys again, so that it shows the node's own interfaces; the cgroup hierarchies are mounts inside it and move along.
mount --rbind /sys/fs/cgroup /mnt/cgroup
mount -t sysfs sysfs /sys
mount --rbind /mnt/cgroup /sys/fs/cgroup

# The kubelet sets these for the whole machine; here it writes them into copies.
for name in kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes \
  vm/overcommit_memory vm/panic_on_oom; do
  mkdir -p "/mnt/sysctl/${name%/*}"
  cat "/proc/sys/$name" >"/mnt/sysctl/$name"
  mount --bind "/mnt/sysctl/$name" "/proc/sys/$name"
done

# Components keep to their usual places below /var, which are the instance's own.
mount --bind /mnt/conclave/var/lib /var/lib
mount --bind /mnt/conclave/var/log /var/log
resolver=$(readlink -m /etc/resolv.conf)
mount --rbind /mnt /run
umount -l /mnt
mkdir -p "${resolver%/*}" && touch "$resolver"
mount --bind /run/conclave/conf/resolv.conf "$resolver"

echo 1 >/proc/sys/net/ipv4/ip_forward
mount --make-rshared /
touch /run/conclave/node-is-ready

# Bash collects the processes whose parents ended; `wait` returns at signals only, which a node ignores.
trap : TERM INT HUP
while :; do
  sleep infinity &
  wait $! || :
done
