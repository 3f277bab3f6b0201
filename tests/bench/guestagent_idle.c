// SPDX-License-Identifier: Apache-2.0

// What a guest costs: time until it is up, until its first list is there, and wake-ups while
// nothing happens.

#include "tests/integration/guestagent_guest.h"

#include <string.h>

#define SECONDS 8

static gint64
switches(GPid pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", pid);
    g_autoptr(GDir) tasks = g_dir_open(path, 0, NULL);
    const char *task;
    gint64 sum = 0;

    g_assert_cmpint(pid, >, 0);
    while (tasks && (task = g_dir_read_name(tasks))) {
        g_autofree char *status = g_build_filename(path, task, "status", NULL);
        g_autofree char *text = NULL;
        const char *line = g_file_get_contents(status, &text, NULL, NULL)
                               ? strstr(text, "\nvoluntary_ctxt_switches:")
                               : NULL;
        if (line)
            sum += g_ascii_strtoll(strchr(line, ':') + 1, NULL, 10);
    }
    return sum;
}

static gint64
ms_since(gint64 start)
{
    return (g_get_monotonic_time() - start) / 1000;
}

static gboolean
on_over(gpointer user)
{
    *(gboolean *)user = TRUE;
    return G_SOURCE_REMOVE;
}

static void
wait_s(guint seconds)
{
    gboolean over = FALSE;

    g_timeout_add_seconds(seconds, on_over, &over);
    while (!over)
        g_main_context_iteration(NULL, TRUE);
}

static void
test_idle(void)
{
    static const char *const names[] = {"casement-supervisor", "casement-agent"};
    gint64 start = g_get_monotonic_time();
    TestGuest *guest = test_guest_new(NULL);
    gint64 before[G_N_ELEMENTS(names)];

    test_guest_wait_ready(guest);
    g_test_message("guest up: %" G_GINT64_FORMAT " ms", ms_since(start));
    start = g_get_monotonic_time();
    TestHost *host = test_host_new(guest, "de_DE.UTF-8");
    TEST_WAIT(host->lists == 1);
    g_test_message("first list of %u: %" G_GINT64_FORMAT " ms", g_hash_table_size(host->apps),
                   ms_since(start));
    // Icons are drawn in the first seconds; wait until none comes any more.
    for (guint changes = G_MAXUINT; changes != host->changes;) {
        changes = host->changes;
        wait_s(2);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        before[i] = switches(test_guest_find(guest, names[i]));
    wait_s(SECONDS);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        gint64 woke = switches(test_guest_find(guest, names[i])) - before[i];
        g_test_message("%s woke %.2f times a second", names[i], (double)woke / SECONDS);
        g_assert_cmpint(woke, <=, 2 * SECONDS);
    }
    test_host_free(host);
    test_guest_free(guest);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guest/idle", test_idle);
    return g_test_run();
}
