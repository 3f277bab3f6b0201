// SPDX-License-Identifier: Apache-2.0

// casement-session and the double: a Windows' window reaches the view with every pixel, is moved,
// and goes.

#include "tests/integration/session_harness.h"
#include "tests/termservice/double_rig.h"
#include "tests/termservice/picture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define TITLE "Note pad"
#define PATIENCE_S 15

typedef struct {
    guint32 id, seed;
} Picture;

static gboolean
has_result(Harness *h, gpointer user)
{
    return h->results->len > 0;
}

static gboolean
is_painted(Harness *h, gpointer user)
{
    const Picture *p = user;
    HarnessWindow *w = harness_window_titled(h, TITLE);
    const HarnessBuffer *b =
        w != NULL && w->commit.serial > 0 ? harness_buffer(h, w->commit.buffer_id) : NULL;
    if (b == NULL)
        return FALSE;
    for (guint y = 0; y < b->height; y++)
        for (guint x = 0; x < b->width; x++)
            if (harness_pixel(h, w, x, y) !=
                (picture_pixel(p->id, p->seed, (int)x, (int)y) & 0xFFFFFF))
                return FALSE;
    return TRUE;
}

static gboolean
is_gone(Harness *h, gpointer user)
{
    const HarnessWindow *w = harness_window_titled(h, TITLE);
    return w == NULL || w->gone;
}

static void
tell(DoubleRig *rig, const char *command, guint32 id, const char *rest)
{
    g_autofree char *line = g_strdup_printf("%s 0x%08X%s", command, id, rest);
    double_rig_tell(rig, line);
}

static void
test_window(gconstpointer profile)
{
    g_autofree char *dir = g_dir_make_tmp("termservice-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "rdp", NULL);
    g_autofree char *arguments = g_strdup_printf("--listen %s --profile %s --app notes='" TITLE "'",
                                                 path, (const char *)profile);
    DoubleRig *rig = double_rig_new(arguments);
    double_rig_await(rig, "path ");
    Harness *h = harness_new(double_rig_connect(path), 1280, 800, CTL_SIGN_IN);
    CtlCredentials who = {.user = "alice", .password = "the password"};
    CTL_INIT(&who, CTL_CREDENTIALS);
    harness_send_control(h, &who, sizeof who, -1);
    CtlApp app = {.index = 3, .app_id = "notes", .wm_class = "casement-probe", .name = "Notes"};
    CTL_INIT(&app, CTL_APP);
    harness_send_control(h, &app, sizeof app, -1);
    harness_exec(h, 1, CTL_EXEC_APP, "notes", NULL);
    double_rig_await(rig, "active session");
    harness_wait(h, has_result, NULL, PATIENCE_S, "the exec's result");
    g_assert_cmpuint(g_array_index(h->results, CtlExecResult, 0).code, ==, CTL_EXEC_OK);
    g_autofree char *line = double_rig_expect(rig, "window id=");
    Picture p = {(guint32)g_ascii_strtoull(line + strlen("window id="), NULL, 16), 0};
    harness_wait(h, is_painted, &p, PATIENCE_S, "the window's pixels");
    p.seed = 3;
    tell(rig, "paint", p.id, " 3");
    harness_wait(h, is_painted, &p, PATIENCE_S, "the planar picture");
    tell(rig, "move", p.id, " 40 30 333 217");
    harness_wait(h, is_painted, &p, PATIENCE_S, "the picture in its new size");
    tell(rig, "close", p.id, "");
    harness_wait(h, is_gone, NULL, PATIENCE_S, "the window's end");
    harness_free(h);
    double_rig_free(rig);
    g_unlink(path);
    g_rmdir(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/termservice/session/10", "10", test_window);
    g_test_add_data_func("/termservice/session/7", "7", test_window);
    return g_test_run();
}
