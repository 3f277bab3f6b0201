// SPDX-License-Identifier: Apache-2.0

// casement-session and a guest that breaks limits: it ends with words, in time, by itself, and its
// memory stays bounded.

#include "tests/integration/session_guest.h"
#include "tests/integration/session_harness.h"
#include "tests/integration/session_relay.h"

#include <string.h>
#include <sys/wait.h>

#define EXIT_ENDED 4

static void
run_against(RelayMode mode, const char *words)
{
    g_autofree char *painter = harness_program("session_painter");
    g_autofree char *command = g_strdup_printf("%s painter Painted", painter);
    Guest *guest = guest_new();
    Harness *h;
    Relay *relay;
    int status;

    guest_publish(guest, "painter", command);
    relay = relay_new(guest_stream(guest), mode, NULL);
    h = harness_new(relay->client, 1280, 800, 0);
    // Enough windows that what is summed up is over its limit.
    for (guint32 i = 0; i < 8; i++)
        harness_exec(h, i, CTL_EXEC_APP, "painter", NULL);
    status = harness_wait_exit(h, 20);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, EXIT_ENDED);
    harness_drain(h, 0);
    g_assert_true(h->fatal);
    g_assert_nonnull(strstr(h->notices->str, words));
    harness_free(h);
    relay_free(relay);
    guest_free(guest);
}

static void
test_huge(void)
{
    run_against(RELAY_HUGE_SURFACES, "a window surface of an impossible size (65535 × 65535)");
}

static void
test_many(void)
{
    run_against(RELAY_MANY_SURFACES, "more window surfaces than memory is set aside for");
}

static void
test_wrong(void)
{
    run_against(RELAY_WRONG_SURFACE, "The windows of probe were closed");
}

static void
test_video(void)
{
    run_against(RELAY_VIDEO, "graphics broke off");
}

static void
ask_for_nothing(gpointer user)
{
    harness_exec(user, 2, CTL_EXEC_APP, "nothing", NULL);
}

static gboolean
has_answer(Harness *h, gpointer serial)
{
    for (guint i = 0; i < h->results->len; i++)
        if (g_array_index(h->results, CtlExecResult, i).serial == GPOINTER_TO_UINT(serial))
            return TRUE;
    return FALSE;
}

// What a server says before it closes is why it closes.
static void
test_last_words(void)
{
    Guest *guest = guest_new();
    Relay *relay = relay_new(guest_stream(guest), RELAY_LAST_WORDS, NULL);
    Harness *h = harness_new(relay->client, 1280, 800, 0);

    harness_exec(h, 1, CTL_EXEC_APP, "nothing", NULL);
    harness_wait(h, has_answer, GUINT_TO_POINTER(1), 10, "an answer");
    relay_last_words(relay, h->pid, ask_for_nothing, h);
    harness_wait_exit(h, 20);
    harness_drain(h, 0);
    g_assert_true(has_answer(h, GUINT_TO_POINTER(2)));
    harness_free(h);
    relay_free(relay);
    guest_free(guest);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/hostile/huge-surfaces", test_huge);
    g_test_add_func("/session/hostile/many-surfaces", test_many);
    g_test_add_func("/session/hostile/wrong-surface", test_wrong);
    g_test_add_func("/session/hostile/video", test_video);
    g_test_add_func("/session/hostile/last-words", test_last_words);
    return g_test_run();
}
