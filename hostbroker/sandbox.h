// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bubblewrap command line of a guest of kind sandbox: a read-only system, a private home, no
// network, no way to the host's sockets, keys or processes. Builds the command line and the
// descriptors that go with it; starting it is kind_sandbox's.

#include <gio/gio.h>
#include <sys/types.h>

// The uid of guests when the broker itself is root: bubblewrap is never run with the kernel's uid
// 0, since what breaks out of it then owns the machine. The user `casement-guest` where it exists,
// else a number in a range that distributions leave free.
#define BROKER_SANDBOX_UID 61000
#define BROKER_SANDBOX_USER "casement-guest"

#define BROKER_SANDBOX_GUEST_DIR "/run/casement"

// A folder or file of the host that the guest sees.
typedef struct {
    const char *source; // on the host
    const char *target; // in the guest
    gboolean writable;
} BrokerSandboxBind;

typedef struct {
    const char *bwrap;     // program
    const char *name;      // the guest's, also its host name
    const char *user_name; // in the guest
    const char *home;      // path of the home in the guest
    uid_t uid;             // in the guest and of bwrap
    const BrokerSandboxBind
        *binds; // in their order: home, guest folder, documents, programs, shares
    guint n_binds;
    const char *const *environment; // NAME=VALUE
    const char *const *command;
    gboolean network;        // a network namespace that pasta or slirp4netns may join from outside
    gboolean disable_userns; // bwrap knows the option
    gboolean staged;         // sources are bound below BROKER_STAGE, by their number
    int seccomp_fd, info_fd; // numbers in the child
    int passwd_fd, group_fd, machine_id_fd, hosts_fd; // with the text of these files
} BrokerSandbox;

// The argument vector; caller frees with g_strfreev.
char **broker_sandbox_argv(const BrokerSandbox *sandbox);

// Where bind number i is staged; caller frees.
char *broker_sandbox_stage_path(guint i);

// The uid guests get when the broker is root.
uid_t broker_sandbox_uid(void);

// A memfd with the text, at its start, close-on-exec; -1 with error set.
int broker_sandbox_text_fd(const char *text, GError **error);

// The system call filter as a compiled BPF program in a memfd, for --seccomp; -1 with error set.
int broker_seccomp_fd(GError **error);
