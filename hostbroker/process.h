// SPDX-License-Identifier: Apache-2.0
#pragma once

// A process that the broker watches: one it started, or one that a former broker started and that
// lives on. Processes are known by pid and start time, so that a number used again is not taken for
// the old process. Nothing here ends with the broker: what is freed lives on.

#include <gio/gio.h>
#include <sys/types.h>

typedef struct BrokerProcess BrokerProcess;

// Nobody tells how a process ended that the broker did not start.
#define BROKER_PROCESS_UNKNOWN G_MAXINT

// The process ended. status is an exit code, or minus the signal, or BROKER_PROCESS_UNKNOWN.
// Called once; the handler may free the process.
typedef void (*BrokerProcessEnded)(BrokerProcess *process, int status, gpointer user);

// How a folder of the user's is shown to a child that has given up being root, and might not reach
// it by its path (broker_process_spawn, stage).
typedef struct {
    const char *source;
    const char *path; // where it is bound, below BROKER_STAGE
} BrokerStage;

#define BROKER_STAGE "/tmp"
#define BROKER_STAGES_MAX 96

typedef struct {
    const char *const *argv;
    const char *const *environment;
    const char *directory; // or NULL
    const int *fds;        // become the child's 3, 4, …; borrowed
    guint n_fds;
    int stdin_fd, stdout_fd; // borrowed; -1: /dev/null
    int log_fd;              // stderr (and stdout when that is -1); borrowed; -1: the broker's own
    gboolean new_keyring;    // join a fresh session keyring
    gboolean ends_with_us;   // SIGTERM when the broker ends, however it does
    uid_t drop_uid;          // give up root for this uid and gid; 0: no
    int user_namespace;      // joined then, with all capabilities in it; borrowed; 0: none
    const BrokerStage *stages; // with drop_uid: bound in a mount namespace of the child's own
    guint n_stages;
} BrokerSpawn;

// Starts a program in a session of its own. NULL with error set (NOT_FOUND of G_SPAWN_ERROR etc.).
BrokerProcess *broker_process_spawn(GMainContext *context, const BrokerSpawn *spawn,
                                    BrokerProcessEnded ended, gpointer user, GError **error);

// Watches a process that runs already. NULL with error set when there is none with this pid and
// start time.
BrokerProcess *broker_process_attach(GMainContext *context, pid_t pid, guint64 start_time,
                                     BrokerProcessEnded ended, gpointer user, GError **error);

// Stops watching. A child is reaped all the same when it ends. NULL-safe.
void broker_process_free(BrokerProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerProcess, broker_process_free)

pid_t broker_process_pid(const BrokerProcess *process);
guint64 broker_process_start_time(const BrokerProcess *process);

// Sends a signal; nothing happens when the process has ended.
void broker_process_signal(BrokerProcess *process, int signal_number);

// Field 22 of /proc/PID/stat, in clock ticks since boot; 0 when there is no such process.
guint64 broker_process_start_time_of(pid_t pid);

// "exited with code 3" or "was ended by signal 9 (Killed)"; caller frees.
char *broker_process_describe(int status);
