// SPDX-License-Identifier: Apache-2.0
// The system call filter of sandboxed guests. bubblewrap's namespaces keep a guest from the host's
// files, processes and sockets; this keeps it from the parts of the kernel that namespaces do not
// cover, and from new namespaces in which old ones can be attacked. X, Mesa, PulseAudio, browsers'
// render processes and debuggers inside the guest work with it.
#include "hostbroker/sandbox.h"

#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

// Refused with EPERM.
static const int refused[] = {
    // Keys of the user: keyrings are not namespaced.
    SCMP_SYS(add_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(request_key),
    // Large and young parts of the kernel that no desktop program needs.
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(move_pages),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(reboot),
    SCMP_SYS(syslog),
    SCMP_SYS(uselib),
    SCMP_SYS(vhangup),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(ioperm),
    SCMP_SYS(iopl),
    SCMP_SYS(fanotify_init),
    // Mounts and namespaces.
    SCMP_SYS(mount),
    SCMP_SYS(umount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsmount),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
};

// Families of sockets that a desktop program uses. Not among them: AF_VSOCK, which reaches the
// hypervisor past the network namespace, and all the seldom-used protocols.
static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

static int
add_families(scmp_filter_ctx filter)
{
    int rc = 0;
    unsigned last = 0;

    // The kernel compares with one constant a rule, so the gaps between the allowed families are
    // what is refused.
    for (size_t i = 0; i < G_N_ELEMENTS(families) && rc == 0; i++) {
        for (unsigned f = last; f < (unsigned)families[i] && rc == 0; f++)
            rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                  SCMP_A0_32(SCMP_CMP_EQ, f));
        last = (unsigned)families[i] + 1;
    }
    return rc != 0 ? rc
                   : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                      SCMP_A0_32(SCMP_CMP_GE, last));
}

static int
add_rules(scmp_filter_ctx filter)
{
    int rc = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(refused) && rc == 0; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
    if (rc == 0)
        rc = add_families(filter);
    // Typing into the terminal that started the broker.
    const unsigned long typing[] = {TIOCSTI, TIOCLINUX};
    for (size_t i = 0; i < G_N_ELEMENTS(typing) && rc == 0; i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                              SCMP_A1_32(SCMP_CMP_EQ, typing[i]));
    // New user namespaces. clone3 hides its flags in memory; without it the C library uses clone.
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                              SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return rc;
}

int
broker_seccomp_fd(GError **error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int fd = memfd_create("casement-seccomp", MFD_CLOEXEC);
    int rc = filter && fd >= 0 ? 0 : -ENOMEM;

    // Programs of another architecture get no system calls rather than unfiltered ones.
    if (rc == 0)
        rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
    if (rc == 0)
        rc = add_rules(filter);
    if (rc == 0)
        rc = seccomp_export_bpf(filter, fd);
    if (filter)
        seccomp_release(filter);
    if (rc == 0 && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "The system call filter cannot be built: %s",
                g_strerror(-rc));
    if (fd >= 0)
        close(fd);
    return -1;
}
