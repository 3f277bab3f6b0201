// SPDX-License-Identifier: Apache-2.0

// Tries from inside the sandbox of casement-session. Each attempt is a process of its own that
// enters the sandbox first. Under sanitizers the filter lets their runtime read files (sandbox.h),
// and what only they relax is not tried there.

#include "rdpbridge/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SANITIZED
#define SANITIZED 0
#endif

#define GOT_OUT 42

static int channel; // a connected socket from before the sandbox
static pid_t parent;

// Attempts: true when the sandbox let it happen.

static bool
open_passwd(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool
open_for_writing(void)
{
    return open("/tmp/casement-sandbox-probe", O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool
read_proc_self(void)
{
    return open("/proc/self/status", O_RDONLY) >= 0 || open("/proc/self/mem", O_RDWR) >= 0;
}

static bool
list_root(void)
{
    return open("/", O_RDONLY | O_DIRECTORY) >= 0;
}

static bool
stat_home(void)
{
    struct stat st;

    return stat("/root", &st) == 0 || stat("/home", &st) == 0;
}

static bool
make_link(void)
{
    return symlink("/etc/passwd", "/tmp/casement-sandbox-link") == 0;
}

static bool
remove_file(void)
{
    return unlink("/tmp/casement-sandbox-probe") == 0;
}

static bool
inet_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool
unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool
netlink_socket(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool
connect_existing(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0/tmp/.X11-unix/X0"};

    return connect(channel, (struct sockaddr *)&address, sizeof address) == 0;
}

static bool
make_pair(void)
{
    int fds[2];

    return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0;
}

static bool
execute(void)
{
    char *argv[] = {"true", NULL};

    execv("/bin/true", argv); // its exit code would be 0: told apart by GOT_OUT below
    return false;
}

static bool
fork_child(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(GOT_OUT);
    return pid > 0;
}

static void *
nothing(void *data)
{
    return data;
}

static bool
make_thread(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, nothing, NULL) == 0;
}

static bool
trace_parent(void)
{
    return ptrace(PTRACE_ATTACH, parent, NULL, NULL) == 0;
}

static bool
trace_me(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool
signal_init(void)
{
    return kill(1, 0) == 0;
}

static bool
signal_parent(void)
{
    return kill(parent, 0) == 0;
}

static bool
read_parent(void)
{
    char byte;
    struct iovec to = {&byte, 1}, from = {&channel, 1};

    return syscall(SYS_process_vm_readv, parent, &to, 1, &from, 1, 0) >= 0;
}

static bool
session_keyring(void)
{
    return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) >= 0;
}

static bool
io_uring(void)
{
    char parameters[256] = {0};

    return syscall(SYS_io_uring_setup, 4, parameters) >= 0;
}

static bool
user_namespace(void)
{
    return unshare(CLONE_NEWUSER) == 0;
}

static bool
mount_something(void)
{
    return mount("none", "/", "tmpfs", 0, NULL) == 0;
}

static bool
load_filter_bpf(void)
{
    char attributes[128] = {0};

    return syscall(SYS_bpf, 0, attributes, sizeof attributes) >= 0;
}

static bool
perf(void)
{
    char attributes[128] = {0};

    return syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0) >= 0;
}

static bool
userfault(void)
{
    return syscall(SYS_userfaultfd, 0) >= 0;
}

static bool
executable_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

static bool
make_executable(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool
push_to_terminal(void)
{
    return ioctl(0, 0x5412 /* TIOCSTI */, "x") == 0;
}

static bool
become_dumpable(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static bool
raise_limits(void)
{
    const unsigned long limit[2] = {1, 1};

    return syscall(SYS_prlimit64, 0, 7 /* RLIMIT_NOFILE */, limit, NULL) == 0;
}

// What must go on working: true when it does.

static bool
send_memfd(void)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {{0}};
    struct iovec iov = {"x", 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    int fd = memfd_create("probe", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

    if (fd < 0 || ftruncate(fd, 8192) != 0)
        return false;
    char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0)
        return false;
    map[0] = 'x';
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    return sendmsg(channel, &msg, MSG_NOSIGNAL) == 1 && munmap(map, 8192) == 0 && close(fd) == 0;
}

static bool
allocate(void)
{
    char *large = malloc(64 * 1024 * 1024);

    memset(large, 1, 64 * 1024 * 1024);
    char *larger = realloc(large, 100 * 1024 * 1024);
    bool ok = larger && larger[5] == 1;
    free(larger ? larger : large);
    return ok;
}

static bool
wait_and_tell_time(void)
{
    struct pollfd p = {channel, POLLIN, 0};
    struct timespec now;

    return poll(&p, 1, 5) == 0 && clock_gettime(CLOCK_MONOTONIC, &now) == 0 && time(NULL) > 0;
}

typedef struct {
    const char *name;
    bool (*attempt)(void);
    bool relaxed; // under sanitizers
} Attempt;

static const Attempt forbidden[] = {
    {"open /etc/passwd", open_passwd, true},
    {"open for writing", open_for_writing, true},
    {"read /proc/self", read_proc_self, true},
    {"list /", list_root, true},
    {"stat home", stat_home, true},
    {"symlink", make_link, false},
    {"unlink", remove_file, false},
    {"socket AF_INET", inet_socket, false},
    {"socket AF_UNIX", unix_socket, false},
    {"socket AF_NETLINK", netlink_socket, false},
    {"connect", connect_existing, false},
    {"socketpair", make_pair, false},
    {"execve", execute, false},
    {"fork", fork_child, false},
    {"thread", make_thread, false},
    {"ptrace the parent", trace_parent, false},
    {"ptrace traceme", trace_me, false},
    {"kill 1", signal_init, false},
    {"kill the parent", signal_parent, false},
    {"process_vm_readv", read_parent, false},
    {"keyctl", session_keyring, false},
    {"io_uring", io_uring, false},
    {"unshare", user_namespace, false},
    {"mount", mount_something, false},
    {"bpf", load_filter_bpf, false},
    {"perf", perf, false},
    {"userfaultfd", userfault, false},
    {"executable mmap", executable_memory, true},
    {"executable mprotect", make_executable, true},
    {"TIOCSTI", push_to_terminal, false},
    {"dumpable again", become_dumpable, true},
    {"raise limits", raise_limits, true},
};

static const Attempt needed[] = {
    {"memfd over a socket", send_memfd, false},
    {"memory", allocate, false},
    {"poll and clocks", wait_and_tell_time, false},
};

static int
status_of(bool (*attempt)(void), int success)
{
    int fds[2], status;

    assert(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == 0);
    channel = fds[0];
    parent = getpid();
    pid_t pid = fork();
    assert(pid >= 0);
    if (pid == 0) {
        static const char *const keep[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", NULL};
        bridge_sandbox_clean(fds, 1, keep);
        if (!(bridge_sandbox_enter() & BRIDGE_SANDBOX_SECCOMP))
            _exit(99);
        _exit(attempt() ? success : success == 0 ? 1 : 0);
    }
    close(fds[0]);
    assert(waitpid(pid, &status, 0) == pid);
    close(fds[1]);
    return status;
}

static bool
tell_layers(void)
{
    return true;
}

int
main(void)
{
    int failures = 0;

    setvbuf(stdout, NULL, _IONBF, 0);
    assert(status_of(tell_layers, 0) == 0);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        if (SANITIZED && forbidden[i].relaxed)
            continue;
        int status = status_of(forbidden[i].attempt, GOT_OUT);
        bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
        // A program that was executed would end with 0 as well: only being killed is right there.
        bool held = killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
                               forbidden[i].attempt != execute);
        printf("%s: %s%s\n", held ? "ok" : "NOT OK", forbidden[i].name, killed ? " (killed)" : "");
        failures += !held;
    }
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        int status = status_of(needed[i].attempt, 0);
        printf("%s: %s works\n", status == 0 ? "ok" : "NOT OK", needed[i].name);
        failures += status != 0;
    }
    return failures ? 1 : 0;
}
