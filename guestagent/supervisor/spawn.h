// SPDX-License-Identifier: Apache-2.0
#pragma once

// Starts one process as a direct child of the supervisor, in a session of its own and with all
// signals at their defaults. Whoever starts one also watches its end (reaper.h).

#include <glib.h>
#include <sys/types.h>

#define SUP_SPAWN_FDS_MAX 4

typedef struct {
    char **argv; // argv[0]: an absolute path
    char **env;
    const char *directory;      // NULL: stays
    int output_fd;              // stdout and stderr; -1: the supervisor's stderr
    int fds[SUP_SPAWN_FDS_MAX]; // inherited under the same numbers
    guint n_fds;
} SupSpawn;

// The process, or -1 with error set (G_IO_ERROR of execve's errno). When it returns, the program
// has been executed.
pid_t sup_spawn(const SupSpawn *spawn, GError **error);

// Absolute path of a program by PATH of env, or a copy when it has a slash and can be executed;
// NULL when there is none. Caller frees.
char *sup_find_program(const char *name, char **env);
