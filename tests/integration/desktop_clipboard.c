// SPDX-License-Identifier: Apache-2.0
// Text of the clipboard between the client and programs of the guest, small and large.
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>
#include <stdio.h>
#include <string.h>

#define LARGE (1u << 20)

static Harness *h;

// Text that tells where it was cut.
static char *
large_text(gsize length)
{
    GString *text = g_string_sized_new(length);
    for (guint i = 0; text->len < length; i++)
        g_string_append_printf(text, "%u é ", i);
    g_string_truncate(text, length);
    while (!g_utf8_validate(text->str, (gssize)text->len, NULL))
        g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}

static void
copy_in_guest(const char *text)
{
    const char *argv[] = {"xclip", "-selection", "clipboard", "-in", NULL};
    guint before = h->n_offered;
    g_autofree char *nothing = harness_output(h, argv, text);
    harness_wait(h, h->n_offered > before && h->offered);
}

static void
want(void)
{
    guint before = h->n_text;
    ra_desktop_clipboard_want(h->desktop);
    harness_wait(h, h->n_text > before);
}

static void
test_out(void)
{
    copy_in_guest("grüße aus dem gast");
    want();
    g_assert_cmpstr(h->text, ==, "grüße aus dem gast");
    copy_in_guest("second");
    want();
    g_assert_cmpstr(h->text, ==, "second");
}

static void
test_out_large(void)
{
    g_autofree char *text = large_text(LARGE);
    copy_in_guest(text);
    want();
    g_assert_true(g_strcmp0(h->text, text) == 0);
}

static void
test_out_too_large(void)
{
    g_autofree char *text = large_text((16u << 20) + 100000);
    copy_in_guest(text);
    want();
    g_assert_null(h->text);
    // The next one is served as if nothing had been.
    copy_in_guest("small");
    want();
    g_assert_cmpstr(h->text, ==, "small");
}

static void
paste_in_guest(const char *target, const char *client_text, const char *expected)
{
    ra_desktop_clipboard_offer(h->desktop, true);
    harness_settle(h);
    g_autofree char *file = g_build_filename(h->dir, "pasted", NULL);
    g_autofree char *script =
        g_strdup_printf("xclip -selection clipboard -out -target '%s' >%s.part && mv %s.part %s",
                        target, file, file, file);
    const char *shell[] = {"sh", "-c", script, NULL};
    guint before = h->n_wanted;
    harness_run(h, shell);
    harness_wait(h, h->n_wanted > before);
    ra_desktop_clipboard_give(h->desktop, client_text);
    harness_wait(h, g_file_test(file, G_FILE_TEST_EXISTS));
    g_autofree char *pasted = NULL;
    g_assert_true(g_file_get_contents(file, &pasted, NULL, NULL));
    g_assert_true(strcmp(pasted, expected) == 0);
    g_assert_cmpint(remove(file), ==, 0);
}

static void
test_in(void)
{
    paste_in_guest("UTF8_STRING", "von außen €", "von außen €");
    paste_in_guest("STRING", "café €", "caf\xe9 ?");
    paste_in_guest("text/plain;charset=utf-8", "ü", "ü");
}

static void
test_in_large(void)
{
    g_autofree char *text = large_text(LARGE);
    paste_in_guest("UTF8_STRING", text, text);
}

static void
test_in_targets(void)
{
    const char *argv[] = {"xclip", "-selection", "clipboard", "-out", "-target", "TARGETS", NULL};
    ra_desktop_clipboard_offer(h->desktop, true);
    harness_settle(h);
    g_autofree char *targets = harness_output(h, argv, NULL);
    g_assert_nonnull(strstr(targets, "UTF8_STRING"));
    g_assert_nonnull(strstr(targets, "STRING"));
}

static void
test_in_none(void)
{
    const char *argv[] = {"xclip", "-selection", "clipboard", "-out", NULL};
    ra_desktop_clipboard_offer(h->desktop, true);
    harness_settle(h);
    guint before = h->n_wanted;
    pid_t pid = harness_run(h, argv);
    harness_wait(h, h->n_wanted > before);
    ra_desktop_clipboard_give(h->desktop, NULL);
    // It is told that there is nothing, and does not hang: it is a zombie until harness_free.
    g_autofree char *stat = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    harness_wait(h, (g_free(text), text = NULL, g_file_get_contents(stat, &text, NULL, NULL)) &&
                        strstr(text, ") Z"));
}

static void
test_owner_gone(void)
{
    copy_in_guest("kept by nobody");
    g_assert_true(h->offered);
    Atom clipboard = XInternAtom(h->client, "CLIPBOARD", False);
    Window owner = XGetSelectionOwner(h->client, clipboard);
    g_assert_cmpuint(owner, !=, None);
    XKillClient(h->client, owner);
    XFlush(h->client);
    harness_wait(h, !h->offered);
    want();
    g_assert_null(h->text);
}

static void
test_not_text(void)
{
    Window owner = harness_window(h, 0, 0, 10, 10);
    Atom clipboard = XInternAtom(h->client, "CLIPBOARD", False);
    guint before = h->n_offered;
    XSetSelectionOwner(h->client, clipboard, owner, CurrentTime);
    XEvent event;
    harness_wait(h, XCheckTypedWindowEvent(h->client, owner, SelectionRequest, &event));
    Atom image = XInternAtom(h->client, "image/png", False);
    XChangeProperty(h->client, event.xselectionrequest.requestor, event.xselectionrequest.property,
                    XA_ATOM, 32, PropModeReplace, (const guint8 *)&image, 1);
    XEvent answer = {.xselection = {.type = SelectionNotify,
                                    .requestor = event.xselectionrequest.requestor,
                                    .selection = clipboard,
                                    .target = event.xselectionrequest.target,
                                    .property = event.xselectionrequest.property}};
    XSendEvent(h->client, event.xselectionrequest.requestor, False, 0, &answer);
    harness_wait(h, h->n_offered > before);
    g_assert_false(h->offered);
    XDestroyWindow(h->client, owner);
}

// An owner that never answers costs the client an empty answer, after a while.
static void
test_silent_owner(void)
{
    Window owner = harness_window(h, 0, 0, 10, 10);
    XSetSelectionOwner(h->client, XInternAtom(h->client, "CLIPBOARD", False), owner, CurrentTime);
    harness_settle(h);
    want();
    g_assert_null(h->text);
    XDestroyWindow(h->client, owner);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_assert_nonnull(h);
    g_test_add_func("/desktop/clipboard/out", test_out);
    g_test_add_func("/desktop/clipboard/out-large", test_out_large);
    g_test_add_func("/desktop/clipboard/out-too-large", test_out_too_large);
    g_test_add_func("/desktop/clipboard/in", test_in);
    g_test_add_func("/desktop/clipboard/in-large", test_in_large);
    g_test_add_func("/desktop/clipboard/in-targets", test_in_targets);
    g_test_add_func("/desktop/clipboard/in-none", test_in_none);
    g_test_add_func("/desktop/clipboard/owner-gone", test_owner_gone);
    g_test_add_func("/desktop/clipboard/not-text", test_not_text);
    g_test_add_func("/desktop/clipboard/silent-owner", test_silent_owner);
    int status = g_test_run();
    harness_free(h);
    return status;
}
