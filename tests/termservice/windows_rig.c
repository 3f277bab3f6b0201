// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/windows_rig.h"

#include "tests/termservice/picture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define WIDTH 1280
#define HEIGHT 800
#define PATIENCE_S 15

static void
window_free(gpointer data)
{
    RigWindow *w = data;
    g_free(w->title);
    g_free(w);
}

static RigWindow *
find(const WindowsRig *w, guint32 id)
{
    for (guint i = 0; i < w->stack->len; i++) {
        RigWindow *window = g_ptr_array_index(w->stack, i);
        if (window->id == id)
            return window;
    }
    return NULL;
}

// ---- what pixels must be ----

bool
windows_rig_is_screen(guint32 pixel, int x, int y)
{
    static const PictureSize size = {WIDTH, HEIGHT, RIG_LOGON_WIDTH, RIG_LOGON_HEIGHT};

    return picture_has_mean(&size, PICTURE_LOGON_SCREEN, 0, x, y, pixel);
}

static bool
is_own(const RigWindow *window, guint32 id, guint32 pixel, int x, int y)
{
    static const PictureSize screen = {WIDTH, HEIGHT, RIG_LOGON_WIDTH, RIG_LOGON_HEIGHT};

    if (pixel == 0)
        return true;
    if (id == PICTURE_LOGON_SCREEN) // shown after a while, painted or not, and smaller than it is
        return picture_has_mean_so_far(&screen, id, 0, x, y, pixel) != 0;
    for (guint i = 0; i < window->n_seeds; i++)
        if (pixel == (picture_pixel(window->id, window->seeds[i], x, y) & 0xFFFFFF))
            return true;
    return false;
}

static guint32
pixel_at(const HarnessBuffer *b, guint x, guint y)
{
    return ((const guint32 *)(gconstpointer)(b->pixels + (gsize)y * b->stride))[x] & 0xFFFFFF;
}

static void
on_commit(Harness *h, HarnessWindow *shown, const ViewRect *damage, guint n_damage, gpointer user)
{
    WindowsRig *w = user;
    bool screen = strcmp(shown->title, RIG_LOGON_TITLE) == 0;
    const RigWindow *window = screen ? NULL : find(w, shown->id);
    guint32 id = screen ? PICTURE_LOGON_SCREEN : shown->id;
    const HarnessBuffer *b = harness_buffer(h, shown->commit.buffer_id);
    guint before = w->foreign;
    for (guint i = 0; i < n_damage; i++)
        for (guint y = (guint)damage[i].y; y < (guint)damage[i].y + damage[i].height; y++)
            for (guint x = (guint)damage[i].x; x < (guint)damage[i].x + damage[i].width; x++)
                w->foreign += is_own(window, id, pixel_at(b, x, y), (int)x, (int)y) ? 0 : 1;
    if (w->foreign != before)
        g_test_message("commit %u of 0x%08X has %u foreign pixels", shown->commit.serial, shown->id,
                       w->foreign - before);
}

static ViewRect
place_of(const RigWindow *window)
{
    return window->state == VIEW_STATE_MAXIMIZED ? (ViewRect){0, 0, WIDTH, HEIGHT} : window->rect;
}

static bool
is_visible(const RigWindow *window)
{
    return window->state == VIEW_STATE_NORMAL || window->state == VIEW_STATE_MAXIMIZED;
}

static bool
is_in(ViewRect r, int x, int y)
{
    return x >= r.x && y >= r.y && x < r.x + (int)r.width && y < r.y + (int)r.height;
}

static bool
is_of(const RigWindow *window, int x, int y)
{
    ViewRect at = place_of(window), top = at;
    top.x += window->corner;
    top.width -= (guint32)(2 * window->corner);
    return is_in(at, x, y) && (y - at.y >= window->corner || is_in(top, x, y));
}

// The double has painted it where the client can have it.
static bool
is_painted(const WindowsRig *w, const RigWindow *window, int x, int y)
{
    if (!w->classic)
        return true;
    for (guint i = 0; g_ptr_array_index(w->stack, i) != window; i++) {
        const RigWindow *above = g_ptr_array_index(w->stack, i);
        if (is_visible(above) && is_of(above, x, y))
            return false;
    }
    return is_of(window, x, y) && is_in((ViewRect){0, 0, WIDTH, HEIGHT}, x, y);
}

static bool
has_pixels(Harness *h, const WindowsRig *w, const RigWindow *window, HarnessWindow *shown)
{
    const HarnessBuffer *b = harness_buffer(h, shown->commit.buffer_id);
    ViewRect at = place_of(window);
    guint32 seed = window->seeds[window->n_seeds - 1];
    if (b == NULL || b->width != at.width || b->height != at.height)
        return false;
    for (int y = 0; y < (int)at.height; y++)
        for (int x = 0; x < (int)at.width; x++) {
            guint32 pixel = pixel_at(b, (guint)x, (guint)y);
            guint32 want = picture_pixel(window->id, seed, x, y) & 0xFFFFFF;
            if (is_painted(w, window, at.x + x, at.y + y) ? pixel != want
                                                          : !is_own(window, 0, pixel, x, y))
                return false;
        }
    return true;
}

static bool
is_right(Harness *h, const WindowsRig *w, const RigWindow *window)
{
    HarnessWindow *shown = harness_window(h, window->id);
    ViewRect at = place_of(window);
    if (window->state == VIEW_STATE_HIDDEN)
        return shown == NULL || shown->commit.state == VIEW_STATE_HIDDEN;
    if (shown == NULL || strcmp(shown->title, window->title) != 0 ||
        shown->commit.state != (guint32)window->state)
        return false;
    if (!is_visible(window))
        return true;
    return memcmp(&shown->commit.geometry, &at, sizeof at) == 0 && has_pixels(h, w, window, shown);
}

static gboolean
all_right(Harness *h, gpointer user)
{
    const WindowsRig *w = user;
    guint shown = 0;
    for (guint i = 0; i < w->stack->len; i++)
        if (!is_right(h, w, g_ptr_array_index(w->stack, i)))
            return FALSE;
    for (guint i = 0; i < h->windows->len; i++)
        shown += ((const HarnessWindow *)h->windows->pdata[i])->gone ? 0 : 1;
    return shown <= w->stack->len;
}

static void
say_wrong(const WindowsRig *w, const char *what)
{
    for (guint i = 0; i < w->stack->len; i++) {
        const RigWindow *window = g_ptr_array_index(w->stack, i);
        const HarnessWindow *s = harness_window(w->h, window->id);
        ViewRect at = place_of(window);
        if (is_right(w->h, w, window))
            continue;
        g_test_message("%s: 0x%08X must be %d at %d %d %u %u with seed %u and is %d at %d %d %u %u",
                       what, window->id, (int)window->state, at.x, at.y, at.width, at.height,
                       window->seeds[window->n_seeds - 1], s ? (int)s->commit.state : -1,
                       s ? s->commit.geometry.x : 0, s ? s->commit.geometry.y : 0,
                       s ? s->commit.geometry.width : 0, s ? s->commit.geometry.height : 0);
    }
}

void
windows_rig_settle(WindowsRig *w, const char *what)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;
    while (!all_right(w->h, w) && g_get_monotonic_time() < until)
        harness_drain(w->h, 5);
    say_wrong(w, what);
    g_assert_true(all_right(w->h, w));
    g_assert_cmpuint(w->foreign, ==, 0);
    w->events++;
}

// ---- the double ----

void
windows_rig_expect(WindowsRig *w, const char *beginning)
{
    double_rig_await(w->rig, beginning);
    harness_drain(w->h, 0);
}

void
windows_rig_tell(WindowsRig *w, const char *command)
{
    g_autofree char *done = g_strdup_printf("done %s", command);
    double_rig_tell(w->rig, command);
    windows_rig_expect(w, done);
}

static void
tell(WindowsRig *w, const char *command, const RigWindow *window, const char *rest)
{
    g_autofree char *line = g_strdup_printf("%s 0x%08X%s", command, window->id, rest);
    windows_rig_tell(w, line);
}

static void
raise_one(WindowsRig *w, RigWindow *window)
{
    guint at = 0;
    while (g_ptr_array_index(w->stack, at) != window)
        at++;
    (void)g_ptr_array_steal_index(w->stack, at);
    g_ptr_array_insert(w->stack, 0, window);
}

// And what it owns above it, in the order it has.
static void
raise_window(WindowsRig *w, RigWindow *window)
{
    raise_one(w, window);
    for (guint i = w->stack->len, left = w->stack->len; left > 0; left--) {
        RigWindow *owned = g_ptr_array_index(w->stack, i - 1);
        if (owned->owner == window->id)
            raise_one(w, owned);
        else
            i--;
    }
}

// The next window that the double opens.
static RigWindow *
take_window(WindowsRig *w, const char *title, guint32 owner)
{
    g_autofree char *line = double_rig_need(w->rig, "window id=");
    RigWindow *window = g_new0(RigWindow, 1);
    window->id = (guint32)g_ascii_strtoull(line + strlen("window id="), NULL, 16);
    window->owner = owner;
    window->title = g_strdup(title);
    window->n_seeds = 1;
    g_ptr_array_insert(w->stack, 0, window);
    return window;
}

// Where the double puts it is what the session must say of it.
static gboolean
is_placed(Harness *h, gpointer user)
{
    RigWindow *window = user;
    const HarnessWindow *shown = harness_window(h, window->id);
    if (shown == NULL || shown->commit.buffer_id == 0)
        return FALSE;
    window->rect = shown->commit.geometry;
    return TRUE;
}

static RigWindow *
wait_placed(WindowsRig *w, RigWindow *window)
{
    harness_wait(w->h, is_placed, window, PATIENCE_S, "a window");
    return window;
}

RigWindow *
windows_rig_open(WindowsRig *w, const char *title)
{
    g_autofree char *line = g_strdup_printf("open one %s", title);
    double_rig_tell(w->rig, line);
    return wait_placed(w, take_window(w, title, 0));
}

static gboolean
has_results(Harness *h, gpointer user)
{
    return h->results->len == GPOINTER_TO_UINT(user);
}

RigWindow *
windows_rig_exec(WindowsRig *w, const char *app)
{
    guint before = w->h->results->len;
    harness_exec(w->h, before + 1, CTL_EXEC_APP, app, NULL);
    harness_wait(w->h, has_results, GUINT_TO_POINTER(before + 1), PATIENCE_S, "the exec's result");
    g_assert_cmpuint(g_array_index(w->h->results, CtlExecResult, before).code, ==, CTL_EXEC_OK);
    return wait_placed(w, take_window(w, app, 0));
}

void
windows_rig_move(WindowsRig *w, RigWindow *window, ViewRect to)
{
    g_autofree char *rest = g_strdup_printf(" %d %d %u %u", to.x, to.y, to.width, to.height);
    window->rect = to;
    tell(w, "move", window, rest);
}

void
windows_rig_show(WindowsRig *w, RigWindow *window, ViewState state)
{
    static const char *const names[] = {[VIEW_STATE_NORMAL] = " normal",
                                        [VIEW_STATE_MINIMIZED] = " minimized",
                                        [VIEW_STATE_MAXIMIZED] = " maximized",
                                        [VIEW_STATE_FULLSCREEN] = " maximized",
                                        [VIEW_STATE_HIDDEN] = " hidden"};
    bool changes = window->state != state;
    window->state = state;
    if (changes && is_visible(window))
        raise_window(w, window);
    tell(w, "show", window, names[state]);
}

void
windows_rig_title(WindowsRig *w, RigWindow *window, const char *title)
{
    g_autofree char *rest = g_strconcat(" ", title, NULL);
    g_free(window->title);
    window->title = g_strdup(title);
    tell(w, "title", window, rest);
}

void
windows_rig_paint(WindowsRig *w, RigWindow *window, guint32 seed)
{
    g_autofree char *rest = g_strdup_printf(" %u", seed);
    if (window->n_seeds == RIG_SEEDS)
        memmove(window->seeds, window->seeds + 1, (--window->n_seeds) * sizeof window->seeds[0]);
    window->seeds[window->n_seeds++] = seed;
    tell(w, "paint", window, rest);
}

void
windows_rig_shape(WindowsRig *w, RigWindow *window, int corner)
{
    g_autofree char *rest = g_strdup_printf(" %d", corner);
    window->corner = corner;
    tell(w, "shape", window, rest);
}

void
windows_rig_raise(WindowsRig *w, RigWindow *window)
{
    raise_window(w, window);
    tell(w, "raise", window, "");
}

RigWindow *
windows_rig_popup(WindowsRig *w, RigWindow *owner)
{
    g_autofree char *line = g_strdup_printf("popup 0x%08X", owner->id);
    double_rig_tell(w->rig, line);
    return wait_placed(w, take_window(w, "", owner->id));
}

void
windows_rig_close(WindowsRig *w, RigWindow *window)
{
    tell(w, "close", window, "");
    for (guint i = w->stack->len; i > 0; i--) {
        const RigWindow *other = g_ptr_array_index(w->stack, i - 1);
        if (other->owner == window->id)
            g_ptr_array_remove_index(w->stack, i - 1);
    }
    g_ptr_array_remove(w->stack, window);
}

// ---- the host ----

void
windows_rig_host_focus(WindowsRig *w, RigWindow *window)
{
    ViewId m = {.id = window->id};
    g_autofree char *line = g_strdup_printf("activate id=0x%08X enabled=1", window->id);
    VIEW_INIT(&m, VIEW_MSG_FOCUS);
    raise_window(w, window);
    harness_send_view(w->h, &m, sizeof m, -1);
    windows_rig_expect(w, line);
}

void
windows_rig_host_move(WindowsRig *w, RigWindow *window, ViewRect to)
{
    ViewConfigured m = {.id = window->id, .serial = ++w->configured, .geometry = to};
    g_autofree char *line = g_strdup_printf("move id=0x%08X", window->id);
    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    window->rect = to;
    harness_send_view(w->h, &m, sizeof m, -1);
    windows_rig_expect(w, line);
}

void
windows_rig_host_state(WindowsRig *w, RigWindow *window, ViewState state)
{
    ViewStateMsg m = {.id = window->id, .state = (guint32)state};
    g_autofree char *line = g_strdup_printf("command id=0x%08X", window->id);
    VIEW_INIT(&m, VIEW_MSG_STATE);
    bool changes = window->state != state;
    window->state = state;
    if (changes && is_visible(window))
        raise_window(w, window);
    harness_send_view(w->h, &m, sizeof m, -1);
    windows_rig_expect(w, line);
}

// ---- life ----

static void
sign_in(Harness *h)
{
    static const char *const apps[] = {"one", "two", "three"};
    CtlCredentials who = {.user = "alice", .password = "the password"};
    CTL_INIT(&who, CTL_CREDENTIALS);
    harness_send_control(h, &who, sizeof who, -1);
    for (guint i = 0; i < G_N_ELEMENTS(apps); i++) {
        CtlApp app = {.index = i, .wm_class = "casement-probe"};
        CTL_INIT(&app, CTL_APP);
        CTL_SET_TEXT(app.app_id, apps[i]);
        CTL_SET_TEXT(app.name, apps[i]);
        harness_send_control(h, &app, sizeof app, -1);
    }
}

WindowsRig *
windows_rig_new(const char *profile, const char *options)
{
    WindowsRig *w = g_new0(WindowsRig, 1);
    w->directory = g_dir_make_tmp("termservice-XXXXXX", NULL);
    w->path = g_build_filename(w->directory, "rdp", NULL);
    w->stack = g_ptr_array_new_with_free_func(window_free);
    w->classic = strcmp(profile, "xp") == 0 || strcmp(profile, "7") == 0;
    g_autofree char *arguments =
        g_strdup_printf("--listen %s --profile %s --app one=one --app two=two --app three=three %s",
                        w->path, profile, options);
    w->rig = double_rig_new(arguments);
    double_rig_await(w->rig, "path ");
    guint32 flags = CTL_SIGN_IN | (strcmp(profile, "xp") == 0 ? CTL_RDP_SECURITY : 0);
    w->h = harness_new(double_rig_connect(w->path), WIDTH, HEIGHT, flags);
    w->h->on_commit = on_commit;
    w->h->user = w;
    sign_in(w->h);
    return w;
}

void
windows_rig_free(WindowsRig *w)
{
    harness_free(w->h);
    double_rig_free(w->rig);
    g_unlink(w->path);
    g_rmdir(w->directory);
    g_ptr_array_unref(w->stack);
    g_free(w->path);
    g_free(w->directory);
    g_free(w);
}
