// SPDX-License-Identifier: Apache-2.0

// A Windows that maps surfaces scaled, to its windows and its screen: the view gets them in the
// window's size.

#include "tests/termservice/picture.h"
#include "tests/termservice/session_rig.h"

#include <string.h>

#define TITLE "Note pad"
#define SCREEN_TITLE "log-on screen"

typedef struct {
    const char *title;
    guint32 id, seed, width, height;
    guint32 whole_width, whole_height; // as the guest has it
    guint numerator, denominator;
} Wanted;

static gboolean
is_painted(Harness *h, gpointer user)
{
    const Wanted *w = user;
    HarnessWindow *shown = harness_window_titled(h, w->title);
    const HarnessBuffer *b = shown != NULL && shown->commit.serial > 0
                                 ? harness_buffer(h, shown->commit.buffer_id)
                                 : NULL;

    if (b == NULL || b->width != w->width || b->height != w->height)
        return FALSE;
    PictureSize size = {(int)(w->whole_width * w->denominator / w->numerator),
                        (int)(w->whole_height * w->denominator / w->numerator), (int)w->width,
                        (int)w->height};
    for (guint y = 0; y < b->height; y++)
        for (guint x = 0; x < b->width; x++)
            if (!picture_has_mean(&size, w->id, w->seed, (int)x, (int)y,
                                  harness_pixel(h, shown, x, y)))
                return FALSE;
    return TRUE;
}

static SessionRig *
rig_new(const Wanted *w)
{
    g_autofree char *arguments =
        g_strdup_printf("--scaled %u/%u --app notes='" TITLE "'", w->numerator, w->denominator);

    return session_rig_new("10", arguments);
}

static void
test_window(gconstpointer data)
{
    Wanted w = *(const Wanted *)data;
    SessionRig *rig = rig_new(&w);

    w.title = TITLE;
    w.id = session_rig_open(rig, "notes", TITLE);
    w.width = w.whole_width = 330;
    w.height = w.whole_height = 216;
    session_rig_tell(rig, "move 0x%08X 40 30 330 216", w.id);
    harness_wait(rig->h, is_painted, &w, SESSION_RIG_PATIENCE_S, "the scaled window");
    w.seed = 3;
    session_rig_tell(rig, "paint 0x%08X 3", w.id);
    harness_wait(rig->h, is_painted, &w, SESSION_RIG_PATIENCE_S, "its second picture");
    w.width = w.whole_width = 420;
    w.height = w.whole_height = 300;
    session_rig_tell(rig, "move 0x%08X 40 30 420 300", w.id);
    harness_wait(rig->h, is_painted, &w, SESSION_RIG_PATIENCE_S, "the window in its new size");
    session_rig_free(rig);
}

static void
test_screen(gconstpointer data)
{
    Wanted w = *(const Wanted *)data;
    SessionRig *rig = rig_new(&w);

    w.title = SCREEN_TITLE;
    w.id = PICTURE_LOGON_SCREEN;
    w.whole_width = 1280;
    w.whole_height = 800;
    w.width = 1203; // with its frame it fits the host's screen
    w.height = 752;
    session_rig_tell(rig, "lock");
    harness_wait(rig->h, is_painted, &w, SESSION_RIG_PATIENCE_S, "the scaled screen");
    session_rig_free(rig);
}

static gboolean
is_refused(Harness *h, gpointer user)
{
    return strstr(h->notices->str, "impossible size") != NULL;
}

// A window whose surface has half of its size each way, once it is shown.
static SessionRig *
show_window(Wanted *w)
{
    *w = (Wanted){.title = TITLE,
                  .width = 330,
                  .height = 216,
                  .whole_width = 330,
                  .whole_height = 216,
                  .numerator = 2,
                  .denominator = 1};
    SessionRig *rig = rig_new(w);

    w->id = session_rig_open(rig, "notes", TITLE);
    session_rig_tell(rig, "move 0x%08X 40 30 330 216", w->id);
    harness_wait(rig->h, is_painted, w, SESSION_RIG_PATIENCE_S, "the scaled window");
    return rig;
}

// Nothing mapped, or to nothing, shows nothing and breaks nothing; part of a surface is scaled as
// all of it is; more than a window can have ends the session.
static void
test_hostile(void)
{
    Wanted w;
    SessionRig *rig = show_window(&w);

    session_rig_tell(rig, "scale 0x%08X 0 108 330 216", w.id);
    session_rig_tell(rig, "paint 0x%08X 2", w.id);
    session_rig_tell(rig, "scale 0x%08X 165 108 330 0", w.id);
    session_rig_tell(rig, "paint 0x%08X 5", w.id);
    session_rig_tell(rig, "scale 0x%08X 165 108 330 216", w.id);
    w.seed = 5;
    harness_wait(rig->h, is_painted, &w, SESSION_RIG_PATIENCE_S, "what was painted unmapped");
    session_rig_tell(rig, "scale 0x%08X 110 72 330 216", w.id);
    w.numerator = 3;
    harness_wait(rig->h, is_painted, &w, SESSION_RIG_PATIENCE_S, "a part of the surface");
    session_rig_tell(rig, "scale 0x%08X 165 108 %u 216", w.id, VIEW_SIDE_MAX + 1);
    harness_wait(rig->h, is_refused, NULL, SESSION_RIG_PATIENCE_S, "the refusal");
    session_rig_free(rig);
}

// No side is too long, and all of it takes too long to be made.
static void
test_too_much(void)
{
    Wanted w;
    SessionRig *rig = show_window(&w);

    session_rig_tell(rig, "scale 0x%08X 165 108 %u %u", w.id, VIEW_SIDE_MAX, VIEW_SIDE_MAX / 2);
    harness_wait(rig->h, is_refused, NULL, SESSION_RIG_PATIENCE_S, "the refusal");
    session_rig_free(rig);
}

int
main(int argc, char **argv)
{
    static const Wanted same = {.numerator = 1, .denominator = 1};
    static const Wanted twice = {.numerator = 2, .denominator = 1};
    static const Wanted half_more = {.numerator = 3, .denominator = 2};

    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/termservice/scaled/same", &same, test_window);
    g_test_add_data_func("/termservice/scaled/twice", &twice, test_window);
    g_test_add_data_func("/termservice/scaled/half-more", &half_more, test_window);
    g_test_add_data_func("/termservice/scaled/screen", &twice, test_screen);
    g_test_add_func("/termservice/scaled/hostile", test_hostile);
    g_test_add_func("/termservice/scaled/too-much", test_too_much);
    return g_test_run();
}
