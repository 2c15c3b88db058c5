#pragma once
// No _GNU_SOURCE here: it would give the C library's types other members than Swift's own module of it has.
#include <sys/timex.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/if_packet.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

// Swift marks fork() unavailable. Only for a process that still has one thread.
static inline pid_t nlinux_fork(void) { return fork(); }
static inline int nlinux_pivot_root(const char *root, const char *old) { return (int)syscall(SYS_pivot_root, root, old); }
static inline int nlinux_unshare(int flags) { return (int)syscall(SYS_unshare, flags); }
static inline int nlinux_prctl(int option, unsigned long value) { return prctl(option, value, 0UL, 0UL, 0UL); }
// FICLONE: share the blocks of a file where the file system can; -1 with errno elsewhere.
static inline int nlinux_clone_file(int to, int from) { return ioctl(to, FICLONE, from); }
static inline int nlinux_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
// A file below a folder, wherever links and ".." point to; never waits for the other end of a pipe.
static inline int nlinux_open_beneath(int folder, const char *path) {
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}
static inline int nlinux_rename_noreplace(const char *from, const char *to) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1 /* RENAME_NOREPLACE */);
}
static inline int nlinux_exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2 /* RENAME_EXCHANGE */);
}
static inline int nlinux_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }
static inline ssize_t nlinux_copy_range(int from, int to, size_t length) {
    return syscall(SYS_copy_file_range, from, NULL, to, NULL, length, 0U);
}
static inline int nlinux_sync_file_system(int fd) { return (int)syscall(SYS_syncfs, fd); }
// Tells of links and addresses that come, go or change (rtnetlink(7)).
// By system calls: with sys/socket.h, Swift would take what Glibc declares there for declarations of this module.
static inline int nlinux_watch_links(void) {
    enum { family = 16 /* AF_NETLINK */, raw = 3 /* SOCK_RAW */ };
    struct sockaddr_nl address = {
        .nl_family = family, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
    };
    int fd = (int)syscall(SYS_socket, family, raw | O_CLOEXEC | O_NONBLOCK, NETLINK_ROUTE);
    if (fd >= 0 && syscall(SYS_bind, fd, &address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}
// The size of a terminal in characters; 0 where nobody has said it, as on a serial line.
static inline void nlinux_terminal_size(int fd, int *columns, int *lines) {
    struct winsize size = {0};
    ioctl(fd, TIOCGWINSZ, &size);
    *columns = size.ws_col;
    *lines = size.ws_row;
}
// The kernel begins to write these bytes of a file to its disk; nobody waits for the end.
static inline int nlinux_begin_writing(int fd, long long offset, long long length) {
    return (int)syscall(SYS_sync_file_range, fd, offset, length, 2U /* SYNC_FILE_RANGE_WRITE */);
}
static inline int nlinux_terminal_columns(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Makes every change of owner, user or extended attribute a silent success: in a user namespace with one id they would
// fail, and the image takes owner, mode and capabilities from a table, never from the disk.
static inline int nlinux_suppress_ownership(void) {
    static const int calls[] = {
        SYS_fchown, SYS_fchownat,
#ifdef SYS_chown
        SYS_chown, SYS_lchown,
#endif
        SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
        SYS_setgroups, SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid,
    };
    enum { count = sizeof calls / sizeof calls[0] };
#if defined(__x86_64__)
    const unsigned int arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
    const unsigned int arch = AUDIT_ARCH_AARCH64;
#endif
    struct sock_filter filter[4 + 2 * count + 1];
    int n = 0;
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arch, 1, 0);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < count; i++) {
        filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)calls[i], 0, 1);
        filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0);
    }
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = (unsigned short)n, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0) return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0UL, 0UL);
}

// Starts a program whose descriptors 0 to count-1 are the given ones and which the kernel kills when the thread that
// called this ends, however it ends: the child does nothing but calls that are safe after fork. -1 with the number of the
// error in *code when it cannot be started.
static inline pid_t nlinux_spawn_bound(
    const char *path, char *const arguments[], char *const environment[], const int *descriptors, int count,
    const char *folder, int *code) {
    const pid_t parent = getpid();
    int ends[2];
    if ((int)syscall(SYS_pipe2, ends, O_CLOEXEC) != 0) {
        *code = errno;
        return -1;
    }
    const pid_t child = fork();
    if (child == 0) {
        int copies[16];
        // Above the descriptors that the program gets.
        const int report = fcntl(ends[1], F_DUPFD_CLOEXEC, 64);
        int failed = report < 0 || count > 16 || prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL) != 0;
        for (int i = 0; i < count && !failed; i++) failed = (copies[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 64)) < 0;
        for (int i = 0; i < count && !failed; i++) failed = dup2(copies[i], i) < 0;
        if (!failed && folder) failed = chdir(folder) != 0;
        if (!failed) {
            // It may have ended before it could be asked to tell.
            if (getppid() != parent) _exit(127);
            sigset_t none;
            sigemptyset(&none);
            for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
            sigprocmask(SIG_SETMASK, &none, NULL);
            execve(path, arguments, environment);
        }
        const int reason = errno;
        (void)!write(report < 0 ? ends[1] : report, &reason, sizeof reason);
        _exit(127);
    }
    const int failed = errno;
    close(ends[1]);
    *code = child < 0 ? failed : 0;
    // Closed without a word when the program runs.
    while (child > 0) {
        const ssize_t length = read(ends[0], code, sizeof *code);
        if (length >= 0 || errno != EINTR) break;
    }
    close(ends[0]);
    if (child < 0 || *code == 0) return child;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    return -1;
}
// A descriptor that becomes readable when the process is asked to end; the signals no longer end it by themselves.
static inline int nlinux_end_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
    return signalfd(-1, &set, SFD_CLOEXEC);
}
static inline int nlinux_socket_pair(int ends[2]) {
    return (int)syscall(SYS_socketpair, 1 /* AF_UNIX */, 1 /* SOCK_STREAM */ | O_CLOEXEC, 0, ends);
}

// Whether whoever keeps the clock right has said so to the kernel (adjtimex(2)); Swift does not know the call.
static inline int nlinux_clock_is_right(void) {
    struct timex state = {0};
    int result = adjtimex(&state);
    return result >= 0 && result != TIME_ERROR && !(state.status & STA_UNSYNC);
}

// How many seconds ago the packet came in that was read last from a socket, by the wall clock, and never less than 0. The
// first call only lets the kernel note the times from now on.
static inline double nlinux_packet_age(int fd) {
    struct timeval then, now;
    if (ioctl(fd, 0x8906 /* SIOCGSTAMP */, &then) != 0 || gettimeofday(&now, NULL) != 0) return 0;
    const double age = (double)(now.tv_sec - then.tv_sec) + (double)(now.tv_usec - then.tv_usec) / 1e6;
    return age > 0 ? age : 0;
}
