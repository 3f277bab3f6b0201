// SPDX-License-Identifier: Apache-2.0

// casement-session asks a Windows whose its windows are, and tells broker and view the published
// application.

#include "tests/termservice/session_rig.h"

#include <freerdp/rail.h>
#include <string.h>

#define STORE "Vendor.Calculator_8wekyb!App"
#define DEVICE "\\Device\\HarddiskVolume3\\Program Files\\Double\\notes.exe"

enum { NOTES = 3, CALCULATOR, WEB };

static void
publish(Harness *h, guint32 index, const char *id, const char *model, const char *program)
{
    CtlApp m = {.index = index};

    CTL_INIT(&m, CTL_APP);
    CTL_SET_TEXT(m.app_id, id);
    CTL_SET_TEXT(m.model_id, model);
    CTL_SET_TEXT(m.program, program);
    harness_send_control(h, &m, sizeof m, -1);
}

static SessionRig *
set_up(const char *profile)
{
    SessionRig *rig = session_rig_new(profile, "--app notes-0a1b='Note pad'");

    publish(rig->h, NOTES, "notes-0a1b", "", "c:\\program files\\double\\NOTES.EXE");
    publish(rig->h, CALCULATOR, "calculator-2c", STORE, "");
    publish(rig->h, WEB, "web-3d", "Browser.app.x", "C:\\Browser\\browser.exe");
    return rig;
}

typedef struct {
    guint32 window, index;
    gboolean in_view;
} Owned;

// What the broker and, where it has pixels, the view were told last.
static gboolean
is_told(Harness *h, gpointer user)
{
    const Owned *o = user;
    const HarnessWindow *shown = harness_window(h, o->window);

    if (o->in_view && (!shown || shown->window.app_index != o->index))
        return FALSE;
    for (guint i = h->infos->len; i > 0; i--) {
        const CtlWindow *w = &g_array_index(h->infos, CtlWindow, i - 1);
        if (w->window_id == o->window)
            return w->app_index == o->index;
    }
    return FALSE;
}

static void
expect(SessionRig *rig, guint32 window, guint32 index, gboolean in_view)
{
    Owned o = {window, index, in_view};

    harness_wait(rig->h, is_told, &o, SESSION_RIG_PATIENCE_S, "the window's application");
}

static void
test_new_windows(gconstpointer profile)
{
    SessionRig *rig = set_up(profile);
    gboolean pixels = strcmp(profile, "10") == 0;

    guint32 notes = session_rig_open(rig, "notes", "By itself");
    expect(rig, notes, NOTES, pixels);
    expect(rig, session_rig_open(rig, STORE, "Calculator"), CALCULATOR, pixels);
    guint32 other = session_rig_open(rig, "other", "Not published");
    expect(rig, other, CTL_APP_NONE, pixels);
    // The program gives its window a model late.
    session_rig_tell(rig, "model 0x%08X Browser.app.x", other);
    session_rig_tell(rig, "title 0x%08X A page", other);
    expect(rig, other, WEB, pixels);
    session_rig_free(rig);
}

static void
test_device_path(void)
{
    SessionRig *rig = set_up("10");
    guint32 window = session_rig_open(rig, "other", "Of a device");

    expect(rig, window, CTL_APP_NONE, TRUE);
    session_rig_tell(rig, "model 0x%08X Some.Model", window);
    session_rig_tell(rig, "image 0x%08X " DEVICE, window);
    session_rig_tell(rig, "title 0x%08X Known", window);
    expect(rig, window, NOTES, TRUE);
    session_rig_free(rig);
}

static void
test_started(void)
{
    SessionRig *rig = set_up("10");

    // Two of the menu with one program: what the user starts has the window.
    publish(rig->h, WEB, "notes-safe-4e", "", "C:\\Program Files\\Double\\notes-0a1b.exe");
    publish(rig->h, NOTES, "notes-0a1b", "", "C:\\Program Files\\Double\\notes-0a1b.exe");
    harness_exec(rig->h, 1, CTL_EXEC_APP, "notes-0a1b", NULL);
    g_autofree char *line = session_rig_expect(rig, "window id=");
    guint32 first = (guint32)g_ascii_strtoull(line + strlen("window id="), NULL, 16);
    expect(rig, first, NOTES, TRUE);
    harness_exec(rig->h, 2, CTL_EXEC_APP, "notes-safe-4e", NULL);
    g_free(session_rig_expect(rig, "exec ||notes-safe-4e"));
    expect(rig, session_rig_open(rig, "notes-0a1b", "Safe"), WEB, TRUE);
    session_rig_free(rig);
}

static gboolean
has_results(Harness *h, gpointer user)
{
    return h->results->len == GPOINTER_TO_UINT(user);
}

// What is started other than by an alias: a Store app by its model, any program by its path.
static void
test_started_without_alias(void)
{
    SessionRig *rig = session_rig_new("10", "--app " STORE "=Calculator");
    static const char *const share[] = {"\\\\server\\a b\\", NULL};

    harness_exec(rig->h, 1, CTL_EXEC_COMMAND, STORE, NULL);
    g_autofree char *model = session_rig_expect(rig, "exec " STORE);
    g_assert_cmpstr(model, ==, "exec " STORE " result=0 arguments= directory= flags=0x0010");
    harness_exec(rig->h, 2, CTL_EXEC_COMMAND, "C:\\Wow!\\absent.exe", share);
    g_autofree char *path = session_rig_expect(rig, "exec C:");
    g_assert_cmpstr(path, ==,
                    "exec C:\\Wow!\\absent.exe result=5 arguments=\"\\\\server\\a b\\\\\" "
                    "directory= flags=0x0000");
    session_rig_tell(rig, "exec-result %d 0", RAIL_EXEC_E_SESSION_LOCKED);
    g_free(session_rig_expect(rig, "done exec-result"));
    harness_exec(rig->h, 3, CTL_EXEC_COMMAND, STORE, NULL);
    harness_wait(rig->h, has_results, GUINT_TO_POINTER(3), SESSION_RIG_PATIENCE_S, "its result");
    g_assert_cmpuint(g_array_index(rig->h->results, CtlExecResult, 2).code, ==, CTL_EXEC_LOCKED);
    session_rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/termservice/identity/10", "10", test_new_windows);
    g_test_add_data_func("/termservice/identity/7", "7", test_new_windows);
    g_test_add_data_func("/termservice/identity/xp", "xp", test_new_windows);
    g_test_add_func("/termservice/identity/device-path", test_device_path);
    g_test_add_func("/termservice/identity/started", test_started);
    g_test_add_func("/termservice/identity/without-alias", test_started_without_alias);
    return g_test_run();
}
