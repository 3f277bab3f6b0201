// SPDX-License-Identifier: Apache-2.0
// The text that an input method is making, from its changes.
#include "rdpbridge/x11/method_preedit.h"

#include <glib.h>

static ChanWindowPreedit preedit;

static void
change(guint caret, guint first, guint length, const char *text)
{
    glong n = 0;
    g_autofree gunichar *characters = text ? g_utf8_to_ucs4_fast(text, -1, &n) : NULL;
    uint32_t feedback[2 * CHAN_WINDOW_PREEDIT_MAX];

    for (glong i = 0; i < n; i++)
        feedback[i] = 2;
    host_preedit_change(&preedit, &(HostPreeditChange){.caret = caret,
                                                       .first = first,
                                                       .length = length,
                                                       .text = characters,
                                                       .feedback = feedback,
                                                       .n_text = (size_t)n,
                                                       .n_feedback = (size_t)n});
    g_assert_true(chan_window_preedit_valid(&preedit));
}

static void
expect(const char *text, guint caret)
{
    g_autoptr(GString) now = g_string_new(NULL);

    for (guint i = 0; i < preedit.count; i++)
        g_string_append_unichar(now, preedit.characters[i].character);
    g_assert_cmpstr(now->str, ==, text);
    g_assert_cmpuint(preedit.caret, ==, caret);
}

static void
test_changes(void)
{
    change(3, 0, 0, "vie");
    expect("vie", 3);
    g_assert_cmpuint(preedit.characters[2].feedback, ==, 2);
    change(3, 2, 1, "ê");
    expect("viê", 3);
    change(1, 1, 0, "xy");
    expect("vxyiê", 1);
    change(0, 0, 3, "");
    expect("iê", 0);
    const uint32_t feedback = 1;
    host_preedit_change(
        &preedit, &(HostPreeditChange){
                      .caret = 1, .first = 1, .length = 1, .feedback = &feedback, .n_feedback = 1});
    expect("iê", 1);
    g_assert_cmpuint(preedit.characters[1].feedback, ==, 1);
    change(0, 0, 2, "");
    expect("", 0);
}

static void
test_limits(void)
{
    g_autofree char *long_text = g_strnfill(CHAN_WINDOW_PREEDIT_MAX + 1, 'x');

    change(5, 5, 5, "ab"); // replaces what is not there
    expect("ab", 2);
    change(G_MAXUINT, 2, G_MAXUINT, long_text);
    g_assert_cmpuint(preedit.count, ==, CHAN_WINDOW_PREEDIT_MAX);
    g_assert_cmpuint(preedit.caret, ==, CHAN_WINDOW_PREEDIT_MAX);
    change(0, 0, 0, "yy"); // two go at the end
    g_assert_cmpuint(preedit.count, ==, CHAN_WINDOW_PREEDIT_MAX);
    g_assert_cmpuint(preedit.characters[2].character, ==, 'a');
    change(0, G_MAXUINT, G_MAXUINT, "z");
    g_assert_cmpuint(preedit.count, ==, CHAN_WINDOW_PREEDIT_MAX);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/view/method-preedit/changes", test_changes);
    g_test_add_func("/view/method-preedit/limits", test_limits);
    return g_test_run();
}
