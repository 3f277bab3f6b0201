// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/sandbox.h"

#include "rdpbridge/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Sanitizers map shadow memory of terabytes, read /proc/self and look for threads: a build with
// them (-DBRIDGE_SANITIZED) lets them, and is none to be used.
#ifndef BRIDGE_SANITIZED
#define BRIDGE_SANITIZED 0
#endif

#define NOBODY 65534

#ifndef SIOCOUTQ
#define SIOCOUTQ 0x5411
#endif

static bool
wanted(int fd, const int *fds, unsigned n_fds)
{
    for (unsigned i = 0; i < n_fds; i++)
        if (fds[i] == fd)
            return true;
    return fd <= STDERR_FILENO;
}

static void
close_others(const int *fds, unsigned n_fds)
{
    struct rlimit limit = {0, 0};
    int last = 0;

    for (unsigned i = 0; i < n_fds; i++)
        last = fds[i] > last ? fds[i] : last;
    for (int fd = STDERR_FILENO + 1; fd < last; fd++)
        if (!wanted(fd, fds, n_fds))
            close(fd);
    if (last < STDERR_FILENO)
        last = STDERR_FILENO;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, last + 1, ~0u, 0) == 0)
        return;
#endif
    getrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = last + 1; fd < (int)(limit.rlim_cur < 65536 ? limit.rlim_cur : 65536); fd++)
        close(fd);
}

void
bridge_sandbox_clean(const int *fds, unsigned n_fds, const char *const *keep)
{
    char *values[16] = {0};
    unsigned n = 0;

    for (; n < 16 && keep[n]; n++) {
        const char *value = getenv(keep[n]);
        values[n] = value ? strdup(value) : NULL;
    }
    clearenv();
    for (unsigned i = 0; i < n; i++) {
        if (values[i])
            setenv(keep[i], values[i], 1);
        free(values[i]);
    }
    setenv("HOME", "/", 1);
    setenv("TZ", "UTC", 1); // or every local time asks for a file
    umask(077);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        if (null > STDERR_FILENO && !wanted(null, fds, n_fds))
            close(null);
    }
    close_others(fds, n_fds);
}

static void
limit(int resource, rlim_t most)
{
    struct rlimit now;

    if (getrlimit(resource, &now) != 0)
        return;
    most = most < now.rlim_max ? most : now.rlim_max;
    setrlimit(resource, &(struct rlimit){most, most});
}

static void
limit_resources(void)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NPROC, 0);
    limit(RLIMIT_NOFILE, LIMIT_OPEN_FILES);
    limit(RLIMIT_MEMLOCK, 0);
    limit(RLIMIT_MSGQUEUE, 0);
    limit(RLIMIT_FSIZE, 512ul * 1024 * 1024); // of a memfd; VIEW_BUFFER_BYTES_MAX
    if (!BRIDGE_SANITIZED)
        limit(RLIMIT_DATA, LIMIT_MEMORY_BYTES);
}

// Somebody who is root here must not be it any more when the guest's bytes come.
static void
become_nobody(void)
{
    if (geteuid() != 0)
        return;
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0)
        return; // the other layers hold without it
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void
drop_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};

    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
    syscall(SYS_capset, &head, none);
}

static bool
empty_root(void)
{
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", "/tmp", "tmpfs", MS_NODEV | MS_NOSUID | MS_NOEXEC | MS_RDONLY,
                 "nr_inodes=1,size=4096") == 0 &&
           chdir("/tmp") == 0 && chroot(".") == 0 && chdir("/") == 0;
}

static unsigned
enter_namespaces(void)
{
    const int spaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
    unsigned layers = 0;
    bool as_root = geteuid() == 0;

    // Root has the right without a user namespace, and gives itself up afterwards.
    if (unshare(as_root ? spaces : spaces | CLONE_NEWUSER) == 0) {
        layers |= BRIDGE_SANDBOX_NAMESPACES;
        if (!BRIDGE_SANITIZED && empty_root())
            layers |= BRIDGE_SANDBOX_EMPTY_ROOT;
    }
    become_nobody();
    drop_capabilities();
    return layers;
}

static unsigned
enter_landlock(void)
{
    // Access rights by version of the interface: 13 in the first, then refer, truncate, ioctl.
    static const uint64_t rights[] = {0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};
    struct {
        uint64_t handled_access_fs, handled_access_net, scoped;
    } rules = {0};

    if (BRIDGE_SANITIZED)
        return 0;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return 0;
    rules.handled_access_fs = rights[version < 5 ? version : 5];
    size_t size = sizeof(uint64_t);
    if (version >= 4) { // TCP bind and connect
        rules.handled_access_net = 3;
        size = 2 * sizeof(uint64_t);
    }
    if (version >= 6) { // abstract sockets and signals of others
        rules.scoped = 3;
        size = 3 * sizeof(uint64_t);
    }
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (fd < 0)
        return 0;
    bool held = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
    close(fd);
    return held ? BRIDGE_SANDBOX_LANDLOCK : 0;
}

// What one thread needs that decodes, moves bytes between descriptors it has, and waits.
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(fstat),
    SCMP_SYS(lseek),
    SCMP_SYS(ftruncate),
    SCMP_SYS(memfd_create),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(eventfd2),
    SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(timerfd_gettime),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(alarm),
    SCMP_SYS(setitimer),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(getrlimit),
    SCMP_SYS(membarrier),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

// What a library may try in passing and must do without: threads, and
static const int denied[] = {
    SCMP_SYS(clone),     SCMP_SYS(clone3),     SCMP_SYS(sched_setscheduler),
    SCMP_SYS(lstat),     SCMP_SYS(statx),      SCMP_SYS(setpriority),
    SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(statfs),
};

// what the sanitizers' runtime cannot do without.
static const int denied_or_relaxed[] = {
    SCMP_SYS(stat),       SCMP_SYS(newfstatat), SCMP_SYS(access), SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(getcwd),     SCMP_SYS(prctl),
};

// Only what the sanitizers' runtime asks for.
static const int sanitizers[] = {
    SCMP_SYS(openat),     SCMP_SYS(readlink),  SCMP_SYS(readlinkat),  SCMP_SYS(newfstatat),
    SCMP_SYS(stat),       SCMP_SYS(prctl),     SCMP_SYS(mprotect),    SCMP_SYS(mmap),
    SCMP_SYS(arch_prctl), SCMP_SYS(prlimit64), SCMP_SYS(access),      SCMP_SYS(getcwd),
    SCMP_SYS(msync),      SCMP_SYS(mincore),   SCMP_SYS(personality),
};

static bool
add_all(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int error = seccomp_rule_add(filter, action, calls[i], 0);
        if (error != 0 && error != -EDOM && error != -EEXIST) // unknown here: not there either
            return false;
    }
    return true;
}

// Calls that are right with some arguments only.
static bool
add_conditional(scmp_filter_ctx f)
{
    static const unsigned long ioctls[] = {FIONREAD, FIONBIO, SIOCOUTQ};
    static const int fcntls[] = {F_GETFD,         F_SETFD,     F_GETFL,    F_SETFL,
                                 F_DUPFD_CLOEXEC, F_ADD_SEALS, F_GET_SEALS};
    const struct scmp_arg_cmp not_executable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    const struct scmp_arg_cmp reading = SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT, O_RDONLY);
    const struct scmp_arg_cmp reading_old =
        SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT, O_RDONLY);
    const struct scmp_arg_cmp own = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
    const struct scmp_arg_cmp asking = SCMP_A2(SCMP_CMP_EQ, 0);
    bool ok = true;

    for (size_t i = 0; i < sizeof ioctls / sizeof ioctls[0] && ok; i++)
        ok = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                              SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, ioctls[i])) == 0;
    for (size_t i = 0; i < sizeof fcntls / sizeof fcntls[0] && ok; i++)
        ok = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                              SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)fcntls[i])) == 0;
    // A terminal's ioctl (is standard error one?) and keep-alive options fail and do no harm.
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 1,
                                SCMP_A1(SCMP_CMP_EQ, TCGETS)) == 0;
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 1,
                                SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, SOL_SOCKET)) == 0;
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(setsockopt), 1,
                                SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, IPPROTO_TCP)) == 0;
    if (BRIDGE_SANITIZED)
        return ok;
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, not_executable) == 0;
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, not_executable) == 0;
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 1, reading) == 0;
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(open), 1, reading_old) == 0;
    ok = ok && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, own) == 0;
    return ok && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, asking) == 0;
}

static unsigned
enter_seccomp(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);

    if (!f)
        return 0;
    bool ok = add_all(f, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof allowed[0]);
    if (BRIDGE_SANITIZED)
        ok = ok &&
             add_all(f, SCMP_ACT_ALLOW, sanitizers, sizeof sanitizers / sizeof sanitizers[0]) &&
             seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 0) == 0;
    ok = ok && add_conditional(f);
    ok = ok && add_all(f, SCMP_ACT_ERRNO(EACCES), denied, sizeof denied / sizeof denied[0]);
    if (!BRIDGE_SANITIZED)
        ok = ok && add_all(f, SCMP_ACT_ERRNO(EACCES), denied_or_relaxed,
                           sizeof denied_or_relaxed / sizeof denied_or_relaxed[0]);
    int error = ok ? seccomp_load(f) : -EINVAL;
    seccomp_release(f);
    errno = -error;
    return error == 0 ? BRIDGE_SANDBOX_SECCOMP : 0;
}

unsigned
bridge_sandbox_enter(void)
{
    unsigned layers = enter_namespaces();

    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return 0;
    limit_resources();
    layers |= enter_landlock();
    return layers | enter_seccomp();
}
