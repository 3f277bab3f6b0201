// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
on_new(const RaWindow *window, gpointer user)
{
    ((Harness *)user)->n_new++;
}

static void
on_changed(const RaWindow *window, RaChange what, gpointer user)
{
    Harness *h = user;
    h->n_changed++;
    h->changed_bits |= what;
}

static void
on_gone(guint32 id, gpointer user)
{
    Harness *h = user;
    h->n_gone++;
    h->last_gone = id;
}

static void
on_damaged(guint32 id, gpointer user)
{
    Harness *h = user;
    h->n_damaged++;
    g_array_append_val(h->damaged, id);
}

static void
on_stack(const guint32 *ids, guint count, guint32 active, gpointer user)
{
    Harness *h = user;
    h->n_stack++;
    h->active = active;
    g_array_set_size(h->stack, 0);
    g_array_append_vals(h->stack, ids, count);
}

static void
on_asks(guint32 id, gpointer user)
{
    ((Harness *)user)->asked = id;
}

static void
on_move_loop(guint32 id, int direction, int root_x, int root_y, gpointer user)
{
    ((Harness *)user)->move_loop = direction;
}

static void
on_cursor(const RaCursor *cursor, gpointer user)
{
    Harness *h = user;
    h->n_cursor++;
    h->cursor = *cursor;
    h->cursor.argb = NULL;
}

static void
on_offered(ChanClipSelection which, guint32 kinds, gpointer user)
{
    Harness *h = user;
    h->n_offered++;
    h->offered[which] = kinds;
}

static void
on_data(ChanClipSelection which, GBytes *data, gpointer user)
{
    Harness *h = user;
    h->n_data++;
    h->data_of = which;
    g_clear_pointer(&h->data, g_bytes_unref);
    h->data = data ? g_bytes_ref(data) : NULL;
}

static void
on_wanted(ChanClipSelection which, guint32 kind, gpointer user)
{
    Harness *h = user;
    h->n_wanted++;
    h->wanted[which] = kind;
}

static void
on_caret(guint32 id, const ChanWindowCaret *caret, gpointer user)
{
    Harness *h = user;
    h->n_caret++;
    h->caret_of = id;
    h->caret = *caret;
}

static void
on_lock(guint32 id, bool wanted, gpointer user)
{
    ((Harness *)user)->lock_of = wanted ? id : 0;
}

static void
on_lost(gpointer user)
{
    ((Harness *)user)->n_lost++;
}

static const RaDesktopEvents events = {
    .window_new = on_new,
    .window_changed = on_changed,
    .window_gone = on_gone,
    .damaged = on_damaged,
    .stack_changed = on_stack,
    .asks_active = on_asks,
    .move_loop = on_move_loop,
    .caret_moved = on_caret,
    .lock_wanted = on_lock,
    .cursor_changed = on_cursor,
    .clipboard_offered = on_offered,
    .clipboard_data = on_data,
    .clipboard_wanted = on_wanted,
    .lost = on_lost,
};

static const char xorg_config[] =
    "Section \"ServerFlags\"\n Option \"AutoAddDevices\" \"false\"\n"
    " Option \"AutoEnableDevices\" \"false\"\nEndSection\n"
    "Section \"Device\"\n Identifier \"card\"\n Driver \"dummy\"\n VideoRam 1048576\nEndSection\n"
    "Section \"Monitor\"\n Identifier \"monitor\"\nEndSection\n"
    "Section \"Screen\"\n Identifier \"screen\"\n Device \"card\"\n Monitor \"monitor\"\n"
    " DefaultDepth 24\n SubSection \"Display\"\n  Depth 24\n  Virtual 1280 1024\n EndSubSection\n"
    "EndSection\n"
    "Section \"InputDevice\"\n Identifier \"pointer\"\n Driver \"inputtest\"\n"
    " Option \"SocketPath\" \"%s/input/pointer\"\n Option \"DeviceType\" \"PointerAbsolute\"\n"
    "EndSection\n"
    "Section \"InputDevice\"\n Identifier \"keyboard\"\n Driver \"inputtest\"\n"
    " Option \"SocketPath\" \"%s/input/keyboard\"\n Option \"DeviceType\" \"Keyboard\"\n"
    " Option \"XkbRules\" \"evdev\"\nEndSection\n"
    "Section \"ServerLayout\"\n Identifier \"layout\"\n Screen \"screen\"\n"
    " InputDevice \"pointer\" \"CorePointer\"\n InputDevice \"keyboard\" \"CoreKeyboard\"\n"
    "EndSection\n";

static pid_t
spawn(const char *const argv[], int keep_fd, const char *log)
{
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL); // also when the test aborts
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0) {
        dup2(fd, 1);
        dup2(fd, 2);
    }
    unsetenv("XDG_DATA_DIRS"); // a test may have a menu of its own; programs need the system's
    if (keep_fd >= 0)
        fcntl(keep_fd, F_SETFD, 0);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

// The server writes its number when it takes connections, or ends.
static char *
read_display(int fd)
{
    char number[32] = "";
    gsize length = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (length < sizeof number - 1 && !strchr(number, '\n') && poll(&p, 1, 20000) > 0) {
        gssize n = read(fd, number + length, sizeof number - 1 - length);
        if (n <= 0)
            break;
        length += (gsize)n;
        number[length] = '\0';
    }
    close(fd);
    return strchr(number, '\n') ? g_strdup_printf(":%d", atoi(number)) : NULL;
}

static bool
start_server(Harness *h, ServerKind kind)
{
    int fds[2];
    g_assert_cmpint(pipe2(fds, O_CLOEXEC), ==, 0);
    g_autofree char *fd = g_strdup_printf("%d", fds[1]);
    g_autofree char *log = g_build_filename(h->dir, "server.log", NULL);
    g_autofree char *xlog = g_build_filename(h->dir, "xorg.log", NULL);
    g_autofree char *config = g_build_filename(h->dir, "xorg.conf", NULL);
    g_autofree char *empty = g_build_filename(h->dir, "empty", NULL);
    g_autofree char *input = g_build_filename(h->dir, "input", NULL);
    g_autofree char *text = g_strdup_printf(xorg_config, h->dir, h->dir);
    g_assert_cmpint(g_mkdir(empty, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(input, 0700), ==, 0);
    g_assert_true(g_file_set_contents(config, text, -1, NULL));
    const char *xvfb[] = {"Xvfb",     "-displayfd", fd,  "-nolisten",    "tcp",
                          "-noreset", "-screen",    "0", "1280x1024x24", NULL};
    const char *xorg[] = {"Xorg",     "-displayfd",  fd,          "-nolisten", "tcp",
                          "-noreset", "-novtswitch", "-sharevts", "-keeptty",  "-config",
                          config,     "-configdir",  empty,       "-logfile",  xlog,
                          NULL};
    h->server = spawn(kind == SERVER_XVFB ? xvfb : xorg, fds[1], log);
    close(fds[1]);
    h->display = read_display(fds[0]);
    return h->display != NULL;
}

Harness *
harness_new(ServerKind kind)
{
    Harness *h = g_new0(Harness, 1);
    h->dir = g_dir_make_tmp("casement-desktop-XXXXXX", NULL);
    g_assert_nonnull(h->dir);
    h->children = g_array_new(FALSE, FALSE, sizeof(pid_t));
    h->damaged = g_array_new(FALSE, FALSE, sizeof(guint32));
    h->stack = g_array_new(FALSE, FALSE, sizeof(guint32));
    h->move_loop = -1;
    if (!start_server(h, kind)) {
        harness_free(h);
        return NULL;
    }
    g_setenv("DISPLAY", h->display, TRUE);
    g_setenv("HOME", h->dir, TRUE);
    g_setenv("XDG_RUNTIME_DIR", h->dir, TRUE);
    g_setenv("CASEMENT_GUEST_DIR", h->dir, TRUE);
    g_setenv("CASEMENT_X", kind == SERVER_XORG ? "xorg" : "xvfb", TRUE);
    g_setenv("GDK_BACKEND", "x11", TRUE);
    g_setenv("NO_AT_BRIDGE", "1", TRUE);
    g_setenv("GSETTINGS_BACKEND", "memory", TRUE);
    g_setenv("GTK_USE_PORTAL", "0", TRUE);
    g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
    harness_start_desktop(h);
    h->client = XOpenDisplay(h->display);
    g_assert_nonnull(h->client);
    return h;
}

static void
end(pid_t pid, int with)
{
    if (pid <= 0)
        return;
    kill(pid, with);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

void
harness_end_server(Harness *h)
{
    end(h->server, SIGKILL);
    h->server = 0;
}

static void
remove_tree(const char *path)
{
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

void
harness_free(Harness *h)
{
    if (h->client)
        XCloseDisplay(h->client);
    for (guint i = 0; i < h->children->len; i++)
        end(g_array_index(h->children, pid_t, i), SIGKILL);
    harness_stop_desktop(h);
    end(h->server, SIGTERM);
    remove_tree(h->dir);
    g_array_unref(h->children);
    g_array_unref(h->damaged);
    g_array_unref(h->stack);
    g_clear_pointer(&h->data, g_bytes_unref);
    g_free(h->dir);
    g_free(h->display);
    g_free(h);
}

void
harness_start_desktop(Harness *h)
{
    g_autoptr(GError) error = NULL;
    h->desktop = ra_desktop_new(NULL, h->display, &events, h, &error);
    g_assert_no_error(error);
    g_assert_nonnull(h->desktop);
}

void
harness_stop_desktop(Harness *h)
{
    g_clear_pointer(&h->desktop, ra_desktop_free);
}

static gboolean
on_tick(gpointer user)
{
    return G_SOURCE_CONTINUE;
}

static Harness *measured;
static gint64 awake_us;

// How long the loop was busy between two waits.
static gint
measured_poll(GPollFD *fds, guint n, gint timeout)
{
    if (awake_us > 0)
        measured->longest_us = MAX(measured->longest_us, g_get_monotonic_time() - awake_us);
    gint result = g_poll(fds, n, timeout);
    awake_us = g_get_monotonic_time();
    return result;
}

void
harness_measure(Harness *h)
{
    measured = h;
    awake_us = 0;
    h->longest_us = 0;
    g_main_context_set_poll_func(NULL, measured_poll);
}

gint64
harness_measured(Harness *h)
{
    g_main_context_set_poll_func(NULL, NULL);
    return h->longest_us;
}

void
harness_turn(Harness *h, gint64 deadline_us, const char *condition, int line)
{
    if (g_get_monotonic_time() > deadline_us)
        g_error("line %d: did not come true: %s", line, condition);
    if (h->client)
        XFlush(h->client);
    // The condition may depend on another process: looked at again from time to time.
    guint tick = g_timeout_add(20, on_tick, NULL);
    g_main_context_iteration(NULL, TRUE);
    g_source_remove(tick);
}

void
harness_settle(Harness *h)
{
    for (int i = 0; i < 3; i++) {
        XSync(h->client, False);
        while (g_main_context_iteration(NULL, FALSE))
            ;
    }
}

pid_t
harness_run(Harness *h, const char *const argv[])
{
    g_autofree char *log = g_build_filename(h->dir, "programs.log", NULL);
    pid_t pid = spawn(argv, -1, log);
    g_array_append_val(h->children, pid);
    return pid;
}

static void
on_communicated(GObject *source, GAsyncResult *result, gpointer user)
{
    char **out = user;
    g_autoptr(GError) error = NULL;
    g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, out, NULL, &error);
    g_assert_no_error(error);
    if (!*out)
        *out = g_strdup("");
}

char *
harness_output(Harness *h, const char *const argv[], const char *input)
{
    g_autoptr(GError) error = NULL;
    // A program that stays (xclip) holds its output open: it gets none to hold.
    GSubprocessFlags flags = input
                                 ? G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                 : G_SUBPROCESS_FLAGS_STDOUT_PIPE;
    g_autoptr(GSubprocess) process = g_subprocess_newv(argv, flags, &error);
    g_assert_no_error(error);
    char *out = NULL;
    g_subprocess_communicate_utf8_async(process, input, NULL, on_communicated, &out);
    harness_wait(h, out != NULL);
    g_strchomp(out);
    return out;
}

Window
harness_window(Harness *h, int x, int y, int width, int height)
{
    Display *dpy = h->client;
    Window w = XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), x, y, (guint)width, (guint)height,
                                   3, 0, 0x336699);
    XSizeHints hints = {.flags = USPosition | USSize};
    XSetWMNormalHints(dpy, w, &hints);
    return w;
}

void
harness_set_text(Harness *h, Window window, const char *property, const char *text)
{
    Display *dpy = h->client;
    XChangeProperty(dpy, window, XInternAtom(dpy, property, False),
                    XInternAtom(dpy, "UTF8_STRING", False), 8, PropModeReplace,
                    (const guint8 *)text, (int)strlen(text));
}

void
harness_set_atom(Harness *h, Window window, const char *property, const char *value)
{
    Display *dpy = h->client;
    Atom atom = XInternAtom(dpy, value, False);
    XChangeProperty(dpy, window, XInternAtom(dpy, property, False), XA_ATOM, 32, PropModeReplace,
                    (const guint8 *)&atom, 1);
}

void
harness_message(Harness *h, Window window, const char *type, const long data[5])
{
    Display *dpy = h->client;
    XEvent event = {.xclient = {.type = ClientMessage,
                                .window = window,
                                .message_type = XInternAtom(dpy, type, False),
                                .format = 32}};
    memcpy(event.xclient.data.l, data, sizeof event.xclient.data.l);
    XSendEvent(dpy, DefaultRootWindow(dpy), False,
               SubstructureRedirectMask | SubstructureNotifyMask, &event);
    XFlush(dpy);
}

const RaWindow *
harness_find(Harness *h, const char *title)
{
    g_autoptr(GPtrArray) windows = ra_desktop_windows(h->desktop);
    for (guint i = 0; i < windows->len; i++) {
        const RaWindow *w = windows->pdata[i];
        if (strcmp(w->title, title) == 0)
            return w;
    }
    return NULL;
}

const RaWindow *
harness_told(Harness *h, guint32 id)
{
    const RaWindow *w = ra_desktop_window(h->desktop, id);
    g_assert_nonnull(w);
    return w;
}

const RaWindow *
harness_map(Harness *h, Window window, const char *title)
{
    harness_set_text(h, window, "_NET_WM_NAME", title);
    XMapWindow(h->client, window);
    const RaWindow *told = NULL;
    harness_wait(h, (told = harness_find(h, title)) != NULL);
    return told;
}

void
harness_unmap(Harness *h, Window window)
{
    guint before = h->n_gone;
    XDestroyWindow(h->client, window);
    harness_wait(h, h->n_gone > before);
}

const RaWindow *
harness_newest(Harness *h)
{
    g_autoptr(GPtrArray) windows = ra_desktop_windows(h->desktop);
    const RaWindow *newest = NULL;
    for (guint i = 0; i < windows->len; i++) {
        const RaWindow *w = windows->pdata[i];
        if (!newest || w->id > newest->id)
            newest = w;
    }
    return newest;
}

guint32
harness_pixel(Harness *h, guint32 id, int x, int y)
{
    guint32 pixel = 0;
    RaRect rect = {x, y, 1, 1};
    g_assert_true(ra_desktop_capture(h->desktop, id, &rect, (guint8 *)&pixel, 4));
    return pixel & 0xffffff;
}
