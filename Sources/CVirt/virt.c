#include <dlfcn.h>
#include <stdlib.h>
#include "CVirt.h"

// libvirt-domain.h: only those that run, be they paused or not.
enum { running_or_paused = 1 << 4 | 1 << 5 };

// What goes wrong is told by the results; libvirt would write it to standard error.
static void ignore(void *data, void *error) { (void)data, (void)error; }

int nodewright_virt_running(void (*tell)(void *context, const char *name), void *context) {
    void *library = dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) return -1;
    void *(*open)(const char *) = NULL;
    int (*close)(void *) = NULL;
    int (*list)(void *, void ***, unsigned) = NULL;
    const char *(*name)(void *) = NULL;
    int (*release)(void *) = NULL;
    void (*handle)(void *, void (*)(void *, void *)) = NULL;
    *(void **)(&open) = dlsym(library, "virConnectOpenReadOnly");
    *(void **)(&close) = dlsym(library, "virConnectClose");
    *(void **)(&list) = dlsym(library, "virConnectListAllDomains");
    *(void **)(&name) = dlsym(library, "virDomainGetName");
    *(void **)(&release) = dlsym(library, "virDomainFree");
    *(void **)(&handle) = dlsym(library, "virSetErrorFunc");
    if (!open || !close || !list || !name || !release || !handle) return -1;
    handle(NULL, ignore);
    void *connection = open("qemu:///system");
    if (!connection) return -1;
    void **domains = NULL;
    int count = list(connection, &domains, running_or_paused);
    for (int index = 0; index < count; index++) {
        const char *own = name(domains[index]);
        if (own) tell(context, own);
        release(domains[index]);
    }
    free(domains);
    close(connection);
    return count;
}
