// SPDX-License-Identifier: Apache-2.0

// casement-session and a real guest: windows, pixels, input, clipboard, a new view, an end.

#include "tests/integration/session_guest.h"
#include "tests/integration/session_harness.h"

#include <linux/input-event-codes.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_ENDED 4

typedef struct {
    Guest *guest;
    Harness *h;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    g_autofree char *painter = harness_program("session_painter");
    g_autofree char *command = g_strdup_printf("%s painter Painted", painter);
    CtlApp app = {
        .index = 3, .app_id = "painter", .wm_class = "casement-probe-painter", .name = "Painter"};

    f->guest = guest_new();
    guest_publish(f->guest, "painter", command);
    f->h = harness_new(guest_stream(f->guest), 1280, 800,
                       CTL_CLIPBOARD_TO_GUEST | CTL_CLIPBOARD_TO_HOST | CTL_SOUND |
                           GPOINTER_TO_UINT(data));
    guint32 flags = GPOINTER_TO_UINT(data);
    f->h->way = flags & CTL_RDP_PIXELS      ? VIEW_PIXELS_RDP
                : flags & CTL_STREAM_PIXELS ? VIEW_PIXELS_STREAMED
                                            : VIEW_PIXELS_SHARED;
    if (flags & CTL_STREAM_PIXELS)
        harness_give_pixels(f->h, guest_pixels(f->guest));
    CTL_INIT(&app, CTL_APP);
    harness_send_control(f->h, &app, sizeof app, -1);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    harness_free(f->h);
    guest_free(f->guest);
}

static gboolean
is_ready(Harness *h, gpointer user)
{
    return h->ready;
}

static gboolean
has_result(Harness *h, gpointer user)
{
    return h->results->len >= GPOINTER_TO_UINT(user);
}

static gboolean
is_shown(Harness *h, gpointer title)
{
    HarnessWindow *w = harness_window_titled(h, title);

    return w && w->commit.serial > 0 && w->commit.buffer_id;
}

static guint32
colour(guint x, guint y)
{
    return (x & 0xff) << 16 | (y & 0xff) << 8 | ((x ^ y) & 0xff);
}

static gboolean
is_painted(Harness *h, gpointer title)
{
    HarnessWindow *w = is_shown(h, title) ? harness_window_titled(h, title) : NULL;
    HarnessBuffer *b = w ? harness_buffer(h, w->commit.buffer_id) : NULL;

    if (!b)
        return FALSE;
    for (guint y = 0; y < b->height; y++)
        for (guint x = 0; x < b->width; x++)
            if (harness_pixel(h, w, x, y) != colour(x, y))
                return FALSE;
    return TRUE;
}

static HarnessWindow *
launch(Fixture *f)
{
    harness_exec(f->h, 1, CTL_EXEC_APP, "painter", NULL);
    harness_wait(f->h, has_result, GUINT_TO_POINTER(1), 10, "the exec's result");
    g_assert_cmpuint(g_array_index(f->h->results, CtlExecResult, 0).code, ==, CTL_EXEC_OK);
    harness_wait(f->h, is_painted, "Painted", 10, "the painter's pixels");
    return harness_window_titled(f->h, "Painted");
}

static void
say_id(Fixture *f, ViewMsgType type, guint32 id)
{
    ViewId m = {.id = id};

    VIEW_INIT(&m, type);
    harness_send_view(f->h, &m, sizeof m, -1);
}

static void
press(Fixture *f, guint32 evdev)
{
    for (guint32 down = 1; down <= 1; down--) {
        ViewKey m = {.evdev = evdev, .down = down};
        VIEW_INIT(&m, VIEW_MSG_KEY);
        harness_send_view(f->h, &m, sizeof m, -1);
    }
}

static void
test_window(Fixture *f, gconstpointer data)
{
    HarnessWindow *w = launch(f);

    g_assert_cmpuint(w->commit.geometry.width, ==, 300);
    g_assert_cmpuint(w->commit.geometry.height, ==, 200);
    g_assert_cmpuint(w->window.app_index, ==, 3);
    g_assert_cmpuint(w->window.kind, ==, VIEW_KIND_NORMAL);
    g_assert_cmpuint(w->window.flags & VIEW_FLAG_RESIZABLE, !=, 0);
    g_assert_cmpuint(w->commit.state, ==, VIEW_STATE_NORMAL);
    g_assert_cmpuint(f->h->fatal, ==, 0);
}

static gboolean
is_green(Harness *h, gpointer user)
{
    HarnessWindow *w = user;

    return harness_pixel(h, w, 10, 10) == 0x00ff00 && harness_pixel(h, w, 73, 73) == 0x00ff00;
}

static void
test_key_paints_exactly(Fixture *f, gconstpointer data)
{
    HarnessWindow *w = launch(f);
    guint64 before;

    say_id(f, VIEW_MSG_FOCUS, w->id);
    do { // until what came of showing and focusing it is over
        before = w->damaged;
        harness_drain(f->h, 300);
    } while (before != w->damaged);
    press(f, KEY_G);
    harness_wait(f->h, is_green, w, 5, "the green square");
    harness_drain(f->h, 100);
    // What is painted is what changed, with at most a tenth more.
    g_assert_cmpuint(w->damaged - before, >=, 64 * 64);
    g_assert_cmpuint(w->damaged - before, <=, 64 * 64 * 11 / 10);
    g_assert_cmphex(harness_pixel(f->h, w, 74, 74), ==, colour(74, 74));
}

static gboolean
has_size(Harness *h, gpointer user)
{
    HarnessWindow *w = harness_window_titled(h, "Painted");
    const ViewRect *r = user;

    return w->commit.geometry.width == r->width && w->commit.geometry.height == r->height &&
           is_painted(h, "Painted");
}

static gboolean
has_one_buffer(Harness *h, gpointer user)
{
    return h->buffers->len == 1;
}

static void
test_guest_resizes(Fixture *f, gconstpointer data)
{
    HarnessWindow *w = launch(f);
    ViewRect want = {0, 0, 400, 250};

    say_id(f, VIEW_MSG_FOCUS, w->id);
    press(f, KEY_R);
    harness_wait(f->h, has_size, &want, 5, "400×250 with pixels of that size");
    // The former one is named gone after the commit that replaced it.
    harness_wait(f->h, has_one_buffer, NULL, 5, "one buffer");
}

static gboolean
has_followed(Harness *h, gpointer user)
{
    HarnessWindow *w = harness_window_titled(h, "Painted");
    const ViewConfigured *c = user;

    return w->commit.serial_configured == c->serial &&
           memcmp(&w->commit.geometry, &c->geometry, sizeof c->geometry) == 0 &&
           is_painted(h, "Painted");
}

static void
test_host_moves_and_resizes(Fixture *f, gconstpointer data)
{
    HarnessWindow *w = launch(f);
    ViewConfigured m = {.id = w->id, .serial = 1, .geometry = {200, 150, 350, 220}};

    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    harness_send_view(f->h, &m, sizeof m, -1);
    harness_wait(f->h, has_followed, &m, 5, "the guest to follow a move and resize");
    m.serial = 2;
    m.geometry.x = 20;
    harness_send_view(f->h, &m, sizeof m, -1);
    harness_wait(f->h, has_followed, &m, 5, "the guest to follow a move");
}

static gboolean
has_popup(Harness *h, gpointer user)
{
    for (guint i = 0; i < h->windows->len; i++) {
        HarnessWindow *w = h->windows->pdata[i];
        if (!w->gone && w->window.kind == VIEW_KIND_POPUP && w->commit.buffer_id &&
            harness_pixel(h, w, 5, 5) == 0xff8000)
            return TRUE;
    }
    return FALSE;
}

static gboolean
has_no_popup(Harness *h, gpointer user)
{
    return !has_popup(h, user);
}

static void
test_menu(Fixture *f, gconstpointer data)
{
    HarnessWindow *w = launch(f);

    say_id(f, VIEW_MSG_FOCUS, w->id);
    press(f, KEY_P);
    harness_wait(f->h, has_popup, NULL, 5, "a menu");
    press(f, KEY_O);
    harness_wait(f->h, has_no_popup, NULL, 5, "the menu to go");
}

static gboolean
is_gone(Harness *h, gpointer user)
{
    return !harness_window_titled(h, "Painted");
}

static void
test_close(Fixture *f, gconstpointer data)
{
    HarnessWindow *w = launch(f);

    say_id(f, VIEW_MSG_CLOSE, w->id);
    harness_wait(f->h, is_gone, NULL, 5, "the window to go");
}

static void
test_new_view(Fixture *f, gconstpointer data)
{
    HarnessWindow *w = launch(f);
    guint32 id = w->id;

    // The view dies while commits are unanswered.
    f->h->hold_shown = TRUE;
    say_id(f, VIEW_MSG_FOCUS, id);
    press(f, KEY_G);
    harness_wait(f->h, is_green, w, 5, "the green square");
    close(f->h->view);
    f->h->view = -1;
    harness_drain(f->h, 50);
    f->h->hold_shown = FALSE;
    harness_new_view(f->h);
    harness_wait(f->h, is_shown, "Painted", 5, "the window in the new view");
    w = harness_window_titled(f->h, "Painted");
    g_assert_cmpuint(w->id, ==, id);
    g_assert_cmpuint(w->window.app_index, ==, 3);
    harness_wait(f->h, is_green, w, 5, "the green square in the new view");
    g_assert_cmphex(harness_pixel(f->h, w, 200, 100), ==, colour(200, 100));
    // And goes on: what is typed there is painted.
    say_id(f, VIEW_MSG_FOCUS, id);
    press(f, KEY_R);
    ViewRect want = {0, 0, 400, 250};
    harness_wait(f->h, has_size, &want, 5, "a resize in the new view");
}

static void
test_unknown_program(Fixture *f, gconstpointer data)
{
    harness_wait(f->h, is_ready, NULL, 10, "READY");
    harness_exec(f->h, 5, CTL_EXEC_APP, "nothing-like-it", NULL);
    harness_exec(f->h, 6, CTL_EXEC_COMMAND, "/no/such/command", NULL);
    harness_wait(f->h, has_result, GUINT_TO_POINTER(2), 10, "two results");
    for (guint i = 0; i < 2; i++)
        g_assert_cmpuint(g_array_index(f->h->results, CtlExecResult, i).code, ==,
                         CTL_EXEC_NOT_FOUND);
}

static gboolean
file_says(Harness *h, gpointer user)
{
    gchar **want = user; // path, text
    g_autofree char *text = NULL;

    return g_file_get_contents(want[0], &text, NULL, NULL) && strcmp(text, want[1]) == 0;
}

// Arguments arrive as they were, whatever is in them.
static void
test_arguments(Fixture *f, gconstpointer data)
{
    g_autofree char *out = g_build_filename(f->guest->dir, "arguments", NULL);
    g_autofree char *script = g_strdup_printf("printf '<%%s>' \"$@\" > %s", out);
    const char *args[] = {"-c",         script,      "sh",         "a b", "",
                          "say \"hi\"", "C:\\dir\\", "tab\tend\\", "ünï", NULL};
    char *want[] = {out, "<a b><><say \"hi\"><C:\\dir\\><tab\tend\\><ünï>"};

    harness_wait(f->h, is_ready, NULL, 10, "READY");
    harness_exec(f->h, 1, CTL_EXEC_COMMAND, "/bin/sh", args);
    harness_wait(f->h, file_says, want, 10, "the arguments as they were given");
}

// Content of the clipboards, with a guest of our own.

typedef struct {
    ChanClipSelection selection;
    guint32 kind;
} Content;

static gboolean
has_offer(Harness *h, gpointer user)
{
    const Content *c = user;
    return (h->clip_offers[c->selection].kinds & c->kind) != 0;
}

static gboolean
has_clip(Harness *h, gpointer user)
{
    return h->clip_done > 0;
}

static void
want_of_guest(Fixture *f, const Content *c)
{
    ViewClip want = {.kinds = c->kind,
                     .serial = f->h->clip_offers[c->selection].serial,
                     .selection = c->selection};

    VIEW_INIT(&want, VIEW_MSG_CLIP_WANT);
    g_string_truncate(f->h->clip, 0);
    f->h->clip_done = 0;
    harness_send_view(f->h, &want, sizeof want, -1);
    harness_wait(f->h, has_clip, NULL, 30, "the selection's content");
}

static void
copy_in_guest(Fixture *f, const char *script, Content c)
{
    const char *args[] = {"-c", script, NULL};

    harness_wait(f->h, is_ready, NULL, 10, "READY");
    harness_exec(f->h, 1, CTL_EXEC_COMMAND, "/bin/sh", args);
    harness_wait(f->h, has_offer, &c, 10, "the guest's offer");
    want_of_guest(f, &c);
}

static void
test_clipboard_to_host(Fixture *f, gconstpointer data)
{
    copy_in_guest(f, "printf 'zwei\\nZeilen' | xclip -selection clipboard",
                  (Content){CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT});
    g_assert_cmpstr(f->h->clip->str, ==, "zwei\nZeilen");
}

#define PASTED 8388608

static gboolean
has_some_clip(Harness *h, gpointer user)
{
    return h->clip->len > 0;
}

static gboolean
is_painted_anew(Harness *h, gpointer user)
{
    return harness_window_titled(h, "Painted")->commit.serial > GPOINTER_TO_UINT(user);
}

// As large as the session's.
static gsize
socket_buffer(void)
{
    int pair[2], size = 0;
    socklen_t length = sizeof size;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), ==, 0);
    g_assert_cmpint(getsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, &length), ==, 0);
    close(pair[0]);
    close(pair[1]);
    return (gsize)size;
}

// Content on its way to a view that has other things to do as well keeps no window waiting: when a
// key has painted the window, no more of it has come than the socket held, and what came meanwhile.
// Nothing but the content moves in the guest at first, so that nothing else drives it on.
static void
test_windows_beside_a_paste(Fixture *f, gconstpointer data)
{
    Harness *h = f->h;
    HarnessWindow *w = launch(f);
    const Content c = {CHAN_CLIP_CLIPBOARD, CHAN_CLIP_PNG};
    gsize least = PASTED; // a busy machine paints late

    say_id(f, VIEW_MSG_FOCUS, w->id);
    harness_exec(h, 2, CTL_EXEC_COMMAND, "/bin/sh",
                 (const char *const[]){
                     "-c",
                     "head -c " G_STRINGIFY(PASTED) " /dev/urandom | xclip "
                                                    "-selection clipboard -target image/png",
                     NULL});
    harness_wait(h, has_offer, (gpointer)&c, 10, "the guest's offer");
    ViewClip want = {.kinds = c.kind, .serial = h->clip_offers[c.selection].serial};
    VIEW_INIT(&want, VIEW_MSG_CLIP_WANT);
    g_string_truncate(h->clip, 0);
    h->clip_done = 0;
    harness_send_view(h, &want, sizeof want, -1);
    harness_wait(h, has_some_clip, NULL, 60, "the selection's content");
    h->slow_us = 20000;
    for (guint i = 0; i < 5; i++) {
        gsize before = h->clip->len;
        guint32 serial = w->commit.serial;
        press(f, KEY_N);
        harness_wait(h, is_painted_anew, GUINT_TO_POINTER(serial), 60, "a repaint");
        least = MIN(least, h->clip->len - before);
    }
    g_assert_cmpuint(h->clip_done, ==, 0); // it was on its way all the time
    g_test_message("%zu bytes until a key has painted", least);
    g_assert_cmpuint(least, <, socket_buffer() + 2 * LIMIT_VIEW_QUEUED);
    h->slow_us = 0;
    harness_wait(h, has_clip, NULL, 60, "all of it");
    g_assert_cmpuint(h->clip->len, ==, PASTED);
}

static void
test_primary_to_host(Fixture *f, gconstpointer data)
{
    copy_in_guest(f, "printf copied | xclip -selection clipboard; printf selected | xclip",
                  (Content){CHAN_CLIP_PRIMARY, CHAN_CLIP_TEXT});
    g_assert_cmpstr(f->h->clip->str, ==, "selected");
    Content copied = {CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT};
    harness_wait(f->h, has_offer, &copied, 10, "the guest's other offer");
    want_of_guest(f, &copied);
    g_assert_cmpstr(f->h->clip->str, ==, "copied");
}

static void
test_html_to_host(Fixture *f, gconstpointer data)
{
    copy_in_guest(f, "printf '<b>x</b>' | xclip -selection clipboard -target text/html",
                  (Content){CHAN_CLIP_CLIPBOARD, CHAN_CLIP_HTML});
    g_assert_cmpstr(f->h->clip->str, ==, "<b>x</b>");
}

// Whatever a guest calls a picture: of one form the other can be had, or nothing.
static void
test_broken_picture_to_host(Fixture *f, gconstpointer data)
{
    copy_in_guest(f, "printf 'BM no picture' | xclip -selection clipboard -target image/bmp",
                  (Content){CHAN_CLIP_CLIPBOARD, CHAN_CLIP_PNG});
    g_assert_cmpuint(f->h->clip->len, ==, 0);
}

static gboolean
is_wanted(Harness *h, gpointer user)
{
    return h->clip_want.serial == 9;
}

static void
offer_of_host(Fixture *f, const Content *c)
{
    ViewClip offer = {.kinds = c->kind, .serial = 9, .selection = c->selection};

    VIEW_INIT(&offer, VIEW_MSG_HOST_CLIP);
    harness_send_view(f->h, &offer, sizeof offer, -1);
}

static void
paste_in_guest(Fixture *f, const char *argument, const Content *c)
{
    g_autofree char *out = g_build_filename(f->guest->dir, "pasted", NULL);
    g_autofree char *script = g_strdup_printf("until xclip %s -o > %s.part && [ -s %s.part ]; do "
                                              "read -t 0.1 x < /dev/zero; done; mv %s.part %s",
                                              argument, out, out, out, out);
    const char *args[] = {"-c", script, NULL};
    char *want[] = {out, "from the host\nwith ä"};
    struct {
        ViewClipData head;
        char text[32];
    } reply = {.head = {.serial = 9, .last = 1, .selection = c->selection}};

    VIEW_INIT(&reply.head, VIEW_MSG_CLIP_DATA);
    memcpy(reply.text, want[1], strlen(want[1]));
    reply.head.header.size = (guint32)(sizeof reply.head + strlen(want[1]));
    harness_wait(f->h, is_ready, NULL, 10, "READY");
    harness_exec(f->h, 1, CTL_EXEC_COMMAND, "/bin/bash", args);
    harness_wait(f->h, is_wanted, NULL, 10, "the guest to want the text");
    g_assert_cmpuint(f->h->clip_want.kinds, ==, c->kind);
    g_assert_cmpuint(f->h->clip_want.selection, ==, c->selection);
    harness_send_view(f->h, &reply, reply.head.header.size, -1);
    harness_wait(f->h, file_says, want, 10, "the pasted text");
}

static void
test_clipboard_to_guest(Fixture *f, gconstpointer data)
{
    const Content text = {CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT};

    offer_of_host(f, &text);
    paste_in_guest(f, "-selection clipboard", &text);
}

static void
test_primary_to_guest(Fixture *f, gconstpointer data)
{
    const Content text = {CHAN_CLIP_PRIMARY, CHAN_CLIP_TEXT};

    offer_of_host(f, &text);
    paste_in_guest(f, "-selection primary", &text);
}

static void
test_html_to_guest(Fixture *f, gconstpointer data)
{
    const Content html = {CHAN_CLIP_CLIPBOARD, CHAN_CLIP_HTML};

    offer_of_host(f, &html);
    paste_in_guest(f, "-selection clipboard -target text/html", &html);
}

static gboolean
has_broker_window(Harness *h, gpointer user)
{
    for (guint i = 0; i < h->infos->len; i++) {
        CtlWindow *w = &g_array_index(h->infos, CtlWindow, i);
        if (strcmp(w->untrusted_title, "Painted") == 0 && w->app_index == 3 && w->width == 300)
            return TRUE;
    }
    return FALSE;
}

// A view hands the session the pipe of a new broker.
static void
test_new_broker(Fixture *f, gconstpointer data)
{
    ViewPlain m = {VIEW_MSG_CONTROL, sizeof m};
    int control[2];

    launch(f);
    close(f->h->control);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, control), ==, 0);
    f->h->control = control[0];
    f->h->ready = FALSE;
    g_array_set_size(f->h->infos, 0);
    harness_send_view(f->h, &m, sizeof m, control[1]);
    close(control[1]);
    harness_wait(f->h, is_ready, NULL, 5, "READY to the new broker");
    harness_wait(f->h, has_broker_window, NULL, 5, "its window, for the new broker");
}

static void
test_quit(Fixture *f, gconstpointer data)
{
    CtlPlain m = {CTL_QUIT, sizeof m};
    int status;

    launch(f);
    harness_send_control(f->h, &m, sizeof m, -1);
    status = harness_wait_exit(f->h, 5);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void
test_stream_ends(Fixture *f, gconstpointer data)
{
    int status;

    launch(f);
    kill(f->guest->supervisor, SIGTERM);
    status = harness_wait_exit(f->h, 10);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, EXIT_ENDED);
    harness_drain(f->h, 0);
    g_assert_true(f->h->fatal);
    g_assert_nonnull(strstr(f->h->notices->str, "The windows of probe were closed"));
}

static gboolean
has_tone(Harness *h, gpointer user)
{
    return h->sound->len > 48000;
}

static void
test_sound(Fixture *f, gconstpointer data)
{
    const char *args[] = {"-c",
                          "sox -q -n -r 48000 -c 2 -b 16 /tmp/$$.wav synth 1 sine 440 vol 0.5 && "
                          "paplay /tmp/$$.wav; rm -f /tmp/$$.wav",
                          NULL};
    guint crossings = 0, first = 0, last = 0;

    harness_wait(f->h, is_ready, NULL, 10, "READY");
    harness_exec(f->h, 1, CTL_EXEC_COMMAND, "/bin/sh", args);
    harness_wait(f->h, has_tone, NULL, 15, "a quarter second of sound");
    g_assert_cmpuint(f->h->sound_channels, ==, 2);
    g_assert_cmpuint(f->h->sound_target_ms, ==, f->h->way == VIEW_PIXELS_SHARED ? 20 : 40);
    // As it is recorded, 5 ms at a time.
    g_assert_cmpuint(f->h->sound->len / f->h->sound_blocks, <, 48 * 4 * 8);
    const gint16 *samples = (const gint16 *)(gconstpointer)f->h->sound->data;
    guint frames = f->h->sound->len / 4;
    for (guint i = 1; i < frames; i++)
        if (samples[(i - 1) * 2] < 0 && samples[i * 2] >= 0) {
            first = crossings ? first : i;
            last = i;
            crossings++;
        }
    g_assert_cmpuint(crossings, >, 20);
    double hertz = (crossings - 1) * (double)f->h->sound_rate / (last - first);
    g_assert_cmpfloat(hertz, >, 435);
    g_assert_cmpfloat(hertz, <, 445);
}

#define ADD(name, function)                                                                        \
    g_test_add("/session/guest/" name, Fixture, NULL, set_up, function, tear_down)
// With pixels in memory that both have, as all others, over a stream, and with those of any guest.
#define ADD_ALL(name, function)                                                                    \
    ADD(name, function);                                                                           \
    g_test_add("/session/stream/" name, Fixture, GUINT_TO_POINTER(CTL_STREAM_PIXELS), set_up,      \
               function, tear_down);                                                               \
    g_test_add("/session/rdp-pixels/" name, Fixture, GUINT_TO_POINTER(CTL_RDP_PIXELS), set_up,     \
               function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ALL("window", test_window);
    ADD_ALL("key-paints-exactly", test_key_paints_exactly);
    ADD_ALL("guest-resizes", test_guest_resizes);
    ADD_ALL("host-moves-and-resizes", test_host_moves_and_resizes);
    ADD_ALL("menu", test_menu);
    ADD("close", test_close);
    ADD_ALL("new-view", test_new_view);
    ADD("new-broker", test_new_broker);
    ADD("unknown-program", test_unknown_program);
    ADD("arguments", test_arguments);
    ADD("clipboard-to-host", test_clipboard_to_host);
    ADD("clipboard-to-guest", test_clipboard_to_guest);
    ADD("windows-beside-a-paste", test_windows_beside_a_paste);
    ADD("primary-to-host", test_primary_to_host);
    ADD("primary-to-guest", test_primary_to_guest);
    ADD("html-to-host", test_html_to_host);
    ADD("html-to-guest", test_html_to_guest);
    ADD("broken-picture-to-host", test_broken_picture_to_host);
    ADD_ALL("sound", test_sound);
    ADD("quit", test_quit);
    ADD("stream-ends", test_stream_ends);
    return g_test_run();
}
