// SPDX-License-Identifier: Apache-2.0

// The double itself: programs, windows and pixels, for each Windows that it plays.

#include "tests/termservice/double_client.h"
#include "tests/termservice/double_rig.h"
#include "tests/termservice/picture.h"

#include <freerdp/error.h>
#include <freerdp/rail.h>
#include <freerdp/window.h>
#include <string.h>

#define APPS " --app notes='Note pad' --app calc=Rechner --app Store_1x!App=Shop "
#define MINIMIZED_AT (-32000)

typedef struct {
    DoubleRig *rig;
    DoubleClient *client;
} Fixture;

static DoubleClient *
connect_to(DoubleRig *rig, ClientSecurity security)
{
    DoubleClient *client =
        double_client_new(double_rig_port(rig), security, "alice", "the password");
    g_assert_true(client->connected);
    return client;
}

static Fixture
start(const char *arguments, ClientSecurity security)
{
    g_autofree char *line = g_strconcat(arguments, APPS, NULL);
    Fixture f = {.rig = double_rig_new(line)};
    f.client = connect_to(f.rig, security);
    return f;
}

static void
finish(Fixture *f)
{
    double_client_free(f->client);
    double_rig_free(f->rig);
}

// Sends a command about a window, with its number in the place of %u.
static void
tell(Fixture *f, const char *format, guint32 id)
{
    g_auto(GStrv) parts = g_strsplit(format, "%u", 2);
    g_autofree char *line = g_strdup_printf("%s0x%08X%s", parts[0], id, parts[1]);
    double_rig_tell(f->rig, line);
}

// ---- conditions; they are about these ----

static guint32 wanted, wanted_seed;
static int wanted_x;

static bool
is_synchronized(const DoubleClient *c)
{
    return c->remote->synchronized;
}

static bool
has_exec_result(const DoubleClient *c)
{
    return c->remote->exec_result >= 0;
}

static bool
shows(const DoubleClient *c)
{
    return double_remote_shows(c->remote, wanted, wanted_seed);
}

static bool
is_at_x(const DoubleClient *c)
{
    const RemoteWindow *w = double_remote_window(c->remote, wanted);
    return w != NULL && w->x == wanted_x;
}

static bool
is_gone(const DoubleClient *c)
{
    return double_remote_window(c->remote, wanted) == NULL;
}

static bool
is_active(const DoubleClient *c)
{
    return c->remote->active == wanted;
}

static bool
knows_app(const DoubleClient *c)
{
    return c->remote->app_id != NULL;
}

static bool
move_started(const DoubleClient *c)
{
    return c->remote->move_started == wanted;
}

static bool
move_ended(const DoubleClient *c)
{
    return c->remote->move_ended == wanted;
}

static bool
has_icon(const DoubleClient *c)
{
    return c->remote->notify_icons == 1;
}

static bool
has_no_icon(const DoubleClient *c)
{
    return c->remote->notify_icons == 0;
}

static bool
has_ended(const DoubleClient *c)
{
    return c->error != FREERDP_ERROR_SUCCESS;
}

static bool
is_unmonitored(const DoubleClient *c)
{
    return c->remote->unmonitored;
}

static bool
is_logon_screen(const DoubleClient *c)
{
    for (int y = 0; y < 768; y += 7)
        for (int x = 0; x < 1024; x += 7)
            if (double_remote_pixel(c->remote, 0, x, y) !=
                (picture_pixel(PICTURE_LOGON_SCREEN, 0, x, y) & 0xFFFFFF))
                return false;
    return true;
}

// ---- steps ----

static int
exec(Fixture *f, const char *program)
{
    g_assert_true(double_client_wait(f->client, is_synchronized));
    double_remote_exec(f->client->remote, program);
    g_assert_true(double_client_wait(f->client, has_exec_result));
    return f->client->remote->exec_result;
}

// The id of the window that the program opens.
static guint32
open_program(Fixture *f, const char *alias)
{
    g_autofree char *program = g_strconcat("||", alias, NULL);
    g_assert_cmpint(exec(f, program), ==, RAIL_EXEC_S_OK);
    g_autofree char *line = double_rig_expect(f->rig, "window id=");
    g_assert_nonnull(line);
    return (guint32)g_ascii_strtoull(line + strlen("window id="), NULL, 16);
}

static void
wait_shows(Fixture *f, guint32 id, guint32 seed)
{
    wanted = id;
    wanted_seed = seed;
    g_assert_true(double_client_wait(f->client, shows));
}

static void
wait_x(Fixture *f, guint32 id, int x)
{
    wanted = id;
    wanted_x = x;
    g_assert_true(double_client_wait(f->client, is_at_x));
}

static void
life(const char *arguments, ClientSecurity security, bool extended)
{
    Fixture f = start(arguments, security);
    DoubleRemote *r = f.client->remote;
    guint32 notes = open_program(&f, "notes");
    g_assert_true(r->extended == extended);
    wait_shows(&f, notes, 0);
    const RemoteWindow *w = double_remote_window(r, notes);
    g_assert_cmpstr(w->title, ==, "Note pad");
    g_assert_cmpuint(w->icons, ==, 1);
    // The client moves and sizes it, the program paints.
    double_remote_move(r, notes, 300, 200, 320, 240);
    wait_x(&f, notes, 300);
    wait_shows(&f, notes, 0);
    g_assert_cmpint(w->width, ==, 320);
    tell(&f, "paint %u 5", notes); // planar, where there is one
    wait_shows(&f, notes, 5);
    double_remote_command(r, notes, SC_MINIMIZE);
    wait_x(&f, notes, MINIMIZED_AT);
    g_assert_cmpuint(w->show, ==, WINDOW_SHOW_MINIMIZED);
    double_remote_command(r, notes, SC_RESTORE);
    wait_x(&f, notes, 300);
    wait_shows(&f, notes, 5);
    double_remote_command(r, notes, SC_CLOSE);
    g_assert_true(double_client_wait(f.client, is_gone));
    finish(&f);
}

static void
test_life(void)
{
    life("--profile 10", CLIENT_NLA, true);
    life("--profile 7", CLIENT_NLA, false);
    life("--profile xp", CLIENT_RDP, false);
}

static void
test_exec_results(void)
{
    Fixture f = start("", CLIENT_NLA);
    g_assert_cmpint(exec(&f, "||absent"), ==, RAIL_EXEC_E_NOT_IN_ALLOWLIST);
    g_assert_cmpint(exec(&f, "C:\\absent.exe"), ==, RAIL_EXEC_E_FILE_NOT_FOUND);
    g_assert_cmpuint(f.client->remote->exec_raw, ==, 2);
    double_rig_tell(f.rig, "exec-result 6 5");
    double_rig_await(f.rig, "done exec-result");
    g_assert_cmpint(exec(&f, "||notes"), ==, RAIL_EXEC_E_FAIL);
    g_assert_cmpuint(f.client->remote->exec_raw, ==, 5);
    double_rig_tell(f.rig, "lock");
    double_rig_await(f.rig, "done lock");
    g_assert_cmpint(exec(&f, "||notes"), ==, RAIL_EXEC_E_SESSION_LOCKED);
    finish(&f);
}

static void
test_identity(void)
{
    Fixture f = start("", CLIENT_NLA);
    guint32 shop = open_program(&f, "Store_1x!App");
    double_remote_ask_app(f.client->remote, shop);
    g_assert_true(double_client_wait(f.client, knows_app));
    g_assert_cmpstr(f.client->remote->app_id, ==, "Store_1x!App");
    g_assert_true(g_str_has_suffix(f.client->remote->image, "\\ApplicationFrameHost.exe"));
    finish(&f);
}

// Two windows and a popup: whoever is activated is on top, with its popup above it.
static void
test_stacking(void)
{
    Fixture f = start("", CLIENT_NLA);
    DoubleRemote *r = f.client->remote;
    guint32 notes = open_program(&f, "notes"), calc = open_program(&f, "calc");
    tell(&f, "popup %u", notes);
    g_autofree char *line = double_rig_expect(f.rig, "window id=");
    guint32 popup = (guint32)g_ascii_strtoull(line + strlen("window id="), NULL, 16);
    wait_shows(&f, popup, 0);
    g_assert_cmphex(double_remote_window(r, popup)->owner, ==, notes);
    double_remote_activate(r, calc);
    wanted = calc;
    g_assert_true(double_client_wait(f.client, is_active));
    g_assert_cmphex(g_array_index(r->stack, guint32, 0), ==, calc);
    double_remote_activate(r, notes);
    wanted = notes;
    g_assert_true(double_client_wait(f.client, is_active));
    g_assert_cmphex(g_array_index(r->stack, guint32, 0), ==, popup);
    g_assert_cmphex(g_array_index(r->stack, guint32, 1), ==, notes);
    // What it owns goes with it.
    tell(&f, "close %u", notes);
    wanted = popup;
    g_assert_true(double_client_wait(f.client, is_gone));
    finish(&f);
}

static void
test_move_size(void)
{
    Fixture f = start("", CLIENT_NLA);
    guint32 notes = open_program(&f, "notes");
    wait_shows(&f, notes, 0);
    tell(&f, "movesize %u 9", notes);
    wanted = notes;
    g_assert_true(double_client_wait(f.client, move_started));
    g_assert_cmpuint(f.client->remote->min_width, ==, 136);
    double_remote_move(f.client->remote, notes, 11, 12, 400, 300);
    g_assert_true(double_client_wait(f.client, move_ended));
    wait_x(&f, notes, 11);
    finish(&f);
}

static void
test_tray(void)
{
    Fixture f = start("", CLIENT_NLA);
    guint32 notes = open_program(&f, "notes");
    tell(&f, "notify %u 3 Three messages", notes);
    g_assert_true(double_client_wait(f.client, has_icon));
    tell(&f, "notify %u 3", notes);
    g_assert_true(double_client_wait(f.client, has_no_icon));
    finish(&f);
}

static void
logon_screen(const char *arguments, ClientSecurity security)
{
    Fixture f = start(arguments, security);
    double_rig_await(f.rig, "active logon-screen");
    g_assert_true(double_client_wait(f.client, is_logon_screen));
    g_assert_false(f.client->remote->synchronized);
    double_rig_tell(f.rig, "unlock");
    guint32 notes = open_program(&f, "notes");
    wait_shows(&f, notes, 0);
    // The secure desktop comes between, and the windows come back.
    double_rig_tell(f.rig, "lock");
    g_assert_true(double_client_wait(f.client, is_unmonitored));
    g_assert_true(double_client_wait(f.client, is_logon_screen));
    double_rig_tell(f.rig, "unlock");
    wait_shows(&f, notes, 0);
    finish(&f);
}

static void
test_logon_screen(void)
{
    logon_screen("--logon-screen", CLIENT_NLA);
    logon_screen("--logon-screen --profile 7", CLIENT_NLA);
    logon_screen("--logon-screen --profile xp", CLIENT_RDP);
}

// One session per machine: the second client gets the first one's windows.
static void
test_second_client(void)
{
    Fixture f = start("", CLIENT_NLA);
    guint32 notes = open_program(&f, "notes");
    wait_shows(&f, notes, 0);
    DoubleClient *first = f.client;
    f.client = connect_to(f.rig, CLIENT_NLA);
    wait_shows(&f, notes, 0);
    g_assert_true(double_client_wait(first, has_ended));
    g_assert_cmphex(freerdp_error_info(first->instance), ==,
                    ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION);
    double_client_free(first);
    finish(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/termservice/life", test_life);
    g_test_add_func("/termservice/exec-results", test_exec_results);
    g_test_add_func("/termservice/identity", test_identity);
    g_test_add_func("/termservice/stacking", test_stacking);
    g_test_add_func("/termservice/move-size", test_move_size);
    g_test_add_func("/termservice/tray", test_tray);
    g_test_add_func("/termservice/logon-screen", test_logon_screen);
    g_test_add_func("/termservice/second-client", test_second_client);
    return g_test_run();
}
