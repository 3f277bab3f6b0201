// SPDX-License-Identifier: Apache-2.0
// The selections between the client and programs of the guest: text, HTML and pictures, small and
// large, and programs that do not behave.
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>
#include <stdio.h>
#include <string.h>

#define LARGE (1u << 20)
#define HUGE_BYTES CHAN_CLIP_MAX
// While much is transferred the loop is never busy for longer. It is 3 to 20 ms on a machine with
// nothing else to do; in one go it would be more than 200. A sanitizer's memory moves slowly.
#ifdef __SANITIZE_ADDRESS__
#define BUSY_MAX_US (3 * G_USEC_PER_SEC)
#else
#define BUSY_MAX_US (150 * 1000)
#endif

static Harness *h;

static const char *const selection_names[] = {"clipboard", "primary"};

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

static char *
in_file(const char *data, gsize size)
{
    char *file = g_build_filename(h->dir, "source", NULL);
    g_assert_true(g_file_set_contents(file, data, (gssize)size, NULL));
    return file;
}

static void
copy_as(ChanClipSelection which, const char *target, const char *data, gsize size)
{
    g_autofree char *file = in_file(data, size);
    const char *argv[] = {"xclip", "-selection", selection_names[which], "-target", target, "-in",
                          file,    NULL};
    guint before = h->n_offered;
    harness_run(h, argv);
    harness_wait(h, h->n_offered > before && h->offered[which]);
}

static void
copy_in_guest(const char *text)
{
    copy_as(CHAN_CLIP_CLIPBOARD, "UTF8_STRING", text, strlen(text));
}

static void
want(ChanClipSelection which, guint32 kind)
{
    guint before = h->n_data;
    ra_desktop_clipboard_want(h->desktop, which, kind);
    harness_wait(h, h->n_data > before);
    g_assert_cmpint(h->data_of, ==, which);
}

static void
assert_data(const char *expected, gsize size)
{
    gsize got = 0;
    g_assert_nonnull(h->data);
    const char *data = g_bytes_get_data(h->data, &got);
    g_assert_cmpuint(got, ==, size);
    g_assert_true(memcmp(data, expected, size) == 0);
}

static void
want_text(const char *expected)
{
    want(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    assert_data(expected, strlen(expected));
}

static void
test_out(void)
{
    copy_in_guest("grüße aus dem gast");
    want_text("grüße aus dem gast");
    copy_in_guest("second");
    want_text("second");
}

// Bytes that are no text stay what they are.
static void
test_out_kinds(void)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\xff";
    copy_as(CHAN_CLIP_CLIPBOARD, "image/png", png, sizeof png);
    g_assert_cmpuint(h->offered[CHAN_CLIP_CLIPBOARD], ==, CHAN_CLIP_PNG);
    want(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_PNG);
    assert_data(png, sizeof png);
    want(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_BMP);
    g_assert_null(h->data);
    copy_as(CHAN_CLIP_CLIPBOARD, "image/bmp", "BM\0\1", 4);
    want(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_BMP);
    assert_data("BM\0\1", 4);
    copy_as(CHAN_CLIP_CLIPBOARD, "text/html", "<b>ü</b>", strlen("<b>ü</b>"));
    g_assert_cmpuint(h->offered[CHAN_CLIP_CLIPBOARD], ==, CHAN_CLIP_HTML);
    want(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_HTML);
    assert_data("<b>ü</b>", strlen("<b>ü</b>"));
}

static void
test_out_latin1(void)
{
    copy_as(CHAN_CLIP_CLIPBOARD, "STRING", "caf\xe9", 4);
    want_text("café");
}

// The two selections are two things.
static void
test_out_primary(void)
{
    copy_in_guest("clipboard");
    copy_as(CHAN_CLIP_PRIMARY, "UTF8_STRING", "selected", strlen("selected"));
    want(CHAN_CLIP_PRIMARY, CHAN_CLIP_TEXT);
    assert_data("selected", strlen("selected"));
    want_text("clipboard");
}

static void
test_out_large(void)
{
    g_autofree char *text = large_text(LARGE);
    copy_in_guest(text);
    want_text(text);
}

static void
test_out_huge(void)
{
    g_autofree char *text = large_text(HUGE_BYTES);
    copy_in_guest(text);
    harness_measure(h);
    want(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    gint64 busy_us = harness_measured(h);
    g_test_message("64 MiB out of the guest: never busy for longer than %" G_GINT64_FORMAT " us",
                   busy_us);
    assert_data(text, strlen(text));
    g_assert_cmpint(busy_us, <, BUSY_MAX_US);
}

static void
test_out_too_large(void)
{
    g_autofree char *text = large_text(HUGE_BYTES + 100000);
    copy_in_guest(text);
    want(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    g_assert_null(h->data);
    // The next one is served as if nothing had been.
    copy_in_guest("small");
    want_text("small");
}

static char *
pasted_file(void)
{
    return g_build_filename(h->dir, "pasted", NULL);
}

static void
start_paste(ChanClipSelection which, const char *target)
{
    g_autofree char *file = pasted_file();
    g_autofree char *script =
        g_strdup_printf("xclip -selection %s -out -target '%s' >%s.part && mv %s.part %s",
                        selection_names[which], target, file, file, file);
    const char *shell[] = {"sh", "-c", script, NULL};
    guint before = h->n_wanted;
    harness_run(h, shell);
    harness_wait(h, h->n_wanted > before);
}

static void
end_paste(const char *expected, gsize size)
{
    g_autofree char *file = pasted_file();
    g_autofree char *pasted = NULL;
    gsize got = 0;
    harness_wait(h, g_file_test(file, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_get_contents(file, &pasted, &got, NULL));
    g_assert_cmpuint(got, ==, size);
    g_assert_true(memcmp(pasted, expected, size) == 0);
    g_assert_cmpint(remove(file), ==, 0);
}

static void
offer(ChanClipSelection which, guint32 kinds)
{
    ra_desktop_clipboard_offer(h->desktop, which, kinds);
    harness_settle(h);
}

static void
give(ChanClipSelection which, guint32 kind, const char *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    ra_desktop_clipboard_give(h->desktop, which, kind, bytes);
}

static void
paste_in_guest(const char *target, const char *client_text, const char *expected)
{
    offer(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    start_paste(CHAN_CLIP_CLIPBOARD, target);
    give(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT, client_text, strlen(client_text));
    end_paste(expected, strlen(expected));
}

static void
test_in(void)
{
    paste_in_guest("UTF8_STRING", "von außen €", "von außen €");
    paste_in_guest("STRING", "café €", "caf\xe9 ?");
    paste_in_guest("text/plain;charset=utf-8", "ü", "ü");
}

static void
test_in_kinds(void)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\xff";
    offer(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_ALL);
    start_paste(CHAN_CLIP_CLIPBOARD, "image/png");
    g_assert_cmpuint(h->wanted[CHAN_CLIP_CLIPBOARD], ==, CHAN_CLIP_PNG);
    give(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_PNG, png, sizeof png);
    end_paste(png, sizeof png);
    start_paste(CHAN_CLIP_CLIPBOARD, "text/html");
    give(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_HTML, "<i>ä</i>", strlen("<i>ä</i>"));
    end_paste("<i>ä</i>", strlen("<i>ä</i>"));
}

static void
test_in_primary(void)
{
    offer(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    offer(CHAN_CLIP_PRIMARY, CHAN_CLIP_TEXT);
    start_paste(CHAN_CLIP_PRIMARY, "UTF8_STRING");
    give(CHAN_CLIP_PRIMARY, CHAN_CLIP_TEXT, "selected", strlen("selected"));
    end_paste("selected", strlen("selected"));
    start_paste(CHAN_CLIP_CLIPBOARD, "UTF8_STRING");
    give(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT, "copied", strlen("copied"));
    end_paste("copied", strlen("copied"));
}

static void
test_in_large(void)
{
    g_autofree char *text = large_text(LARGE);
    paste_in_guest("UTF8_STRING", text, text);
}

static void
test_in_huge(void)
{
    g_autofree char *text = large_text(HUGE_BYTES);
    gsize size = strlen(text);
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, size);
    offer(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    start_paste(CHAN_CLIP_CLIPBOARD, "UTF8_STRING");
    harness_measure(h);
    ra_desktop_clipboard_give(h->desktop, CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT, bytes);
    g_autofree char *file = pasted_file();
    harness_wait(h, g_file_test(file, G_FILE_TEST_EXISTS));
    gint64 busy_us = harness_measured(h);
    g_test_message("64 MiB into the guest: never busy for longer than %" G_GINT64_FORMAT " us",
                   busy_us);
    end_paste(text, size);
    g_assert_cmpint(busy_us, <, BUSY_MAX_US);
}

static void
test_in_targets(void)
{
    const char *argv[] = {"xclip", "-selection", "clipboard", "-out", "-target", "TARGETS", NULL};
    offer(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT | CHAN_CLIP_PNG);
    guint before = h->n_wanted;
    g_autofree char *targets = harness_output(h, argv, NULL);
    g_assert_nonnull(strstr(targets, "UTF8_STRING"));
    g_assert_nonnull(strstr(targets, "STRING"));
    g_assert_nonnull(strstr(targets, "image/png"));
    g_assert_null(strstr(targets, "text/html"));
    g_assert_cmpuint(h->n_wanted, ==, before); // who only looks makes nothing travel
}

static void
test_in_none(void)
{
    const char *argv[] = {"xclip", "-selection", "clipboard", "-out", NULL};
    offer(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    guint before = h->n_wanted;
    pid_t pid = harness_run(h, argv);
    harness_wait(h, h->n_wanted > before);
    ra_desktop_clipboard_give(h->desktop, CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT, NULL);
    // It is told that there is nothing, and does not hang: it is a zombie until harness_free.
    g_autofree char *stat = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    harness_wait(h, (g_free(text), text = NULL, g_file_get_contents(stat, &text, NULL, NULL)) &&
                        strstr(text, ") Z"));
}

static Atom
atom(const char *name)
{
    return XInternAtom(h->client, name, False);
}

// Programs that ask for a large text and never read it: others are still served.
static void
test_requestors_that_never_read(void)
{
    g_autofree char *text = large_text(LARGE);
    Window window = harness_window(h, 0, 0, 10, 10);
    XEvent event;
    offer(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT | CHAN_CLIP_HTML);
    for (int i = 0; i < 40; i++) {
        g_autofree char *property = g_strdup_printf("UNREAD_%d", i);
        guint before = h->n_wanted;
        XConvertSelection(h->client, atom("CLIPBOARD"), atom("UTF8_STRING"), atom(property), window,
                          CurrentTime);
        if (i == 0)
            harness_wait(h, h->n_wanted > before);
        give(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT, text, strlen(text));
        harness_wait(h, XCheckTypedWindowEvent(h->client, window, SelectionNotify, &event));
    }
    g_assert_cmpuint(event.xselection.property, ==, None); // the last ones found no room
    start_paste(CHAN_CLIP_CLIPBOARD, "text/html");
    give(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_HTML, "small", 5);
    end_paste("small", 5);
    XDestroyWindow(h->client, window);
    // After a while they are forgotten.
    g_autofree char *other = large_text(LARGE);
    gint64 deadline_us = g_get_monotonic_time() + 15 * G_USEC_PER_SEC;
    Window reader = harness_window(h, 0, 0, 10, 10);
    do {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
        XConvertSelection(h->client, atom("CLIPBOARD"), atom("UTF8_STRING"), atom("READ"), reader,
                          CurrentTime);
        harness_wait(h, XCheckTypedWindowEvent(h->client, reader, SelectionNotify, &event));
    } while (event.xselection.property == None);
    XDestroyWindow(h->client, reader);
}

static Window
own_clipboard(void)
{
    Window owner = harness_window(h, 0, 0, 10, 10);
    XSelectInput(h->client, owner, PropertyChangeMask);
    XSetSelectionOwner(h->client, atom("CLIPBOARD"), owner, CurrentTime);
    return owner;
}

static void
wait_request(Window owner, Atom target, XSelectionRequestEvent *request)
{
    XEvent event;
    do
        harness_wait(h, XCheckTypedWindowEvent(h->client, owner, SelectionRequest, &event));
    while (event.xselectionrequest.target != target);
    *request = event.xselectionrequest;
}

static void
answer_request(const XSelectionRequestEvent *r)
{
    XEvent answer = {.xselection = {.type = SelectionNotify,
                                    .requestor = r->requestor,
                                    .selection = r->selection,
                                    .target = r->target,
                                    .property = r->property}};
    XSendEvent(h->client, r->requestor, False, 0, &answer);
}

static void
answer_targets(Window owner, const Atom *targets, guint n, guint32 expected)
{
    XSelectionRequestEvent r;
    wait_request(owner, atom("TARGETS"), &r);
    XChangeProperty(h->client, r.requestor, r.property, XA_ATOM, 32, PropModeReplace,
                    (const guint8 *)targets, (int)n);
    answer_request(&r);
    // The end of the owner before may be told of first.
    h->offered[CHAN_CLIP_CLIPBOARD] = CHAN_CLIP_ALL + 1;
    harness_wait(h, h->offered[CHAN_CLIP_CLIPBOARD] == expected);
}

static void
test_owner_gone(void)
{
    copy_in_guest("kept by nobody");
    g_assert_cmpuint(h->offered[CHAN_CLIP_CLIPBOARD], ==, CHAN_CLIP_TEXT);
    Window owner = XGetSelectionOwner(h->client, atom("CLIPBOARD"));
    g_assert_cmpuint(owner, !=, None);
    XKillClient(h->client, owner);
    XFlush(h->client);
    harness_wait(h, !h->offered[CHAN_CLIP_CLIPBOARD]);
    want(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    g_assert_null(h->data);
}

// What the client has no more is not the guest's then.
static void
test_client_has_none(void)
{
    offer(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    guint before = h->n_offered;
    offer(CHAN_CLIP_CLIPBOARD, 0);
    harness_wait(h, h->n_offered > before);
    g_assert_cmpuint(h->offered[CHAN_CLIP_CLIPBOARD], ==, 0);
}

// An owner that dies in the middle: who waits is told at once, not after the patience for it.
static void
test_owner_dies_in_the_middle(void)
{
    Window owner = own_clipboard();
    const Atom targets[] = {atom("UTF8_STRING")};
    XSelectionRequestEvent r;
    answer_targets(owner, targets, 1, CHAN_CLIP_TEXT);
    guint before = h->n_data;
    ra_desktop_clipboard_want(h->desktop, CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    wait_request(owner, targets[0], &r);
    long size = 1000000;
    XSelectInput(h->client, r.requestor, PropertyChangeMask);
    XChangeProperty(h->client, r.requestor, r.property, atom("INCR"), 32, PropModeReplace,
                    (const guint8 *)&size, 1);
    answer_request(&r);
    XEvent event;
    harness_wait(h, XCheckTypedWindowEvent(h->client, r.requestor, PropertyNotify, &event) &&
                        event.xproperty.state == PropertyDelete);
    XChangeProperty(h->client, r.requestor, r.property, targets[0], 8, PropModeReplace,
                    (const guint8 *)"begin", 5);
    gint64 begun_us = g_get_monotonic_time();
    XDestroyWindow(h->client, owner);
    harness_wait(h, h->n_data > before);
    g_assert_null(h->data);
    g_assert_cmpint(g_get_monotonic_time() - begun_us, <, 2 * G_USEC_PER_SEC);
}

static void
test_not_content(void)
{
    Window owner = own_clipboard();
    const Atom targets[] = {atom("application/x-chess")};
    answer_targets(owner, targets, 1, 0);
    XDestroyWindow(h->client, owner);
}

// Thousands of formats are as many as there are kinds.
static void
test_thousands_of_formats(void)
{
    Window owner = own_clipboard();
    g_autofree Atom *targets = g_new(Atom, 20000);
    for (guint i = 0; i < 20000; i++)
        targets[i] =
            i == 3000 ? atom("image/png") : atom(i % 2 ? "UTF8_STRING" : "text/x-nonsense");
    harness_measure(h);
    answer_targets(owner, targets, 20000, CHAN_CLIP_TEXT | CHAN_CLIP_PNG);
    g_assert_cmpint(harness_measured(h), <, BUSY_MAX_US);
    XDestroyWindow(h->client, owner);
}

// An owner that never answers costs the client an empty answer, after a while.
static void
test_silent_owner(void)
{
    Window owner = own_clipboard();
    harness_settle(h);
    want(CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    g_assert_null(h->data);
    XDestroyWindow(h->client, owner);
}

// Nor does it keep what the next one has.
static void
test_copied_after_a_silent_owner(void)
{
    XSelectionRequestEvent r;
    Window owner = own_clipboard();
    wait_request(owner, atom("TARGETS"), &r);
    copy_in_guest("after it");
    want_text("after it");
    XDestroyWindow(h->client, owner);
}

#define ADD(name, function) g_test_add_func("/desktop/clipboard/" name, function)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_assert_nonnull(h);
    ADD("out", test_out);
    ADD("out-kinds", test_out_kinds);
    ADD("out-latin1", test_out_latin1);
    ADD("out-primary", test_out_primary);
    ADD("out-large", test_out_large);
    ADD("out-huge", test_out_huge);
    ADD("out-too-large", test_out_too_large);
    ADD("in", test_in);
    ADD("in-kinds", test_in_kinds);
    ADD("in-primary", test_in_primary);
    ADD("in-large", test_in_large);
    ADD("in-huge", test_in_huge);
    ADD("in-targets", test_in_targets);
    ADD("in-none", test_in_none);
    ADD("never-read", test_requestors_that_never_read);
    ADD("owner-gone", test_owner_gone);
    ADD("client-has-none", test_client_has_none);
    ADD("owner-dies-in-the-middle", test_owner_dies_in_the_middle);
    ADD("not-content", test_not_content);
    ADD("thousands-of-formats", test_thousands_of_formats);
    ADD("silent-owner", test_silent_owner);
    ADD("copied-after-a-silent-owner", test_copied_after_a_silent_owner);
    int status = g_test_run();
    harness_free(h);
    return status;
}
