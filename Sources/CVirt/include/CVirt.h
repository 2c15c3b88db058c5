#pragma once

// libvirt, loaded when guests are asked for: nodectl also runs in the initramfs and on images without it, so it must not be
// linked with it.

/// Calls `tell` with the name of each guest that runs here (virConnectListAllDomains of qemu:///system, read-only). The number
/// of guests; -1 when the library is missing or libvirt does not answer, however long that takes.
int nodewright_virt_running(void (*tell)(void *context, const char *name), void *context);
