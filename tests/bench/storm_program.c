// SPDX-License-Identifier: Apache-2.0

// A hostile program of X11: does one kind of thing as fast as its X server takes it, until killed.
//
// usage: storm_program KIND     windows, cycle, titles, moves, resizes, focus, states, icons,
//                               cursors or popups

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOWS 24
#define MANY 100000
#define TITLE 1000000
#define ICON_SIDE 256
#define SYNC_EACH 64 // so that what waits in the server is bounded

typedef struct {
    Display *dpy;
    Window root, windows[WINDOWS], cycle[WINDOWS];
    char *title;
    unsigned long *icon;
} Storm;

static Atom
atom(Storm *s, const char *name)
{
    return XInternAtom(s->dpy, name, False);
}

static Window
make(Storm *s, int x, int y, unsigned width, unsigned height, Bool unmanaged)
{
    XSetWindowAttributes a = {.background_pixel = 0x805020, .override_redirect = unmanaged};
    Window w = XCreateWindow(s->dpy, s->root, x, y, width, height, 0, CopyFromParent, InputOutput,
                             CopyFromParent, CWBackPixel | CWOverrideRedirect, &a);

    XStoreName(s->dpy, w, "storm");
    XMapRaised(s->dpy, w);
    return w;
}

static void
windows(Storm *s, unsigned long n)
{
    if (n < MANY)
        make(s, (int)(n % 900), (int)(n % 600), 200, 100, False);
}

static void
cycle(Storm *s, unsigned long n)
{
    Window *w = &s->cycle[n % WINDOWS];

    if (*w)
        XDestroyWindow(s->dpy, *w);
    *w = make(s, (int)(n % 700), (int)(n % 500), 200, 150, False);
}

static void
titles(Storm *s, unsigned long n)
{
    Window w = s->windows[n % WINDOWS];

    s->title[n % 100] = (char)('a' + n % 26);
    XChangeProperty(s->dpy, w, atom(s, "_NET_WM_NAME"), atom(s, "UTF8_STRING"), 8, PropModeReplace,
                    (unsigned char *)s->title, n % 16 ? 200 : TITLE);
}

static void
moves(Storm *s, unsigned long n)
{
    XMoveWindow(s->dpy, s->windows[n % WINDOWS], (int)(n * 37 % 700), (int)(n * 53 % 500));
}

static void
resizes(Storm *s, unsigned long n)
{
    XResizeWindow(s->dpy, s->windows[n % WINDOWS], 100 + (unsigned)(n * 7 % 300),
                  100 + (unsigned)(n * 11 % 200));
}

static void
tell_root(Storm *s, Window w, const char *type, const long data[3])
{
    XEvent e = {.xclient = {.type = ClientMessage,
                            .window = w,
                            .message_type = atom(s, type),
                            .format = 32,
                            .data.l = {data[0], data[1], data[2]}}};

    XSendEvent(s->dpy, s->root, False, SubstructureNotifyMask | SubstructureRedirectMask, &e);
}

static void
focus(Storm *s, unsigned long n)
{
    Window w = s->windows[n % WINDOWS];
    const long data[3] = {2, CurrentTime, 0};

    XRaiseWindow(s->dpy, w);
    XSetInputFocus(s->dpy, w, RevertToParent, CurrentTime);
    tell_root(s, w, "_NET_ACTIVE_WINDOW", data);
}

static void
states(Storm *s, unsigned long n)
{
    Window w = s->windows[n / 4 % WINDOWS];
    const long maximise[3] = {(long)(n / WINDOWS % 2),
                              (long)atom(s, "_NET_WM_STATE_MAXIMIZED_HORZ"),
                              (long)atom(s, "_NET_WM_STATE_MAXIMIZED_VERT")};

    if (n % 4 == 0)
        XIconifyWindow(s->dpy, w, DefaultScreen(s->dpy));
    else if (n % 4 == 2)
        XMapWindow(s->dpy, w);
    else
        tell_root(s, w, "_NET_WM_STATE", maximise);
}

static void
icons(Storm *s, unsigned long n)
{
    s->icon[0] = s->icon[1] = ICON_SIDE;
    s->icon[2 + n % 1000] = n * 2654435761u;
    XChangeProperty(s->dpy, s->windows[n % WINDOWS], atom(s, "_NET_WM_ICON"), XA_CARDINAL, 32,
                    PropModeReplace, (unsigned char *)s->icon, 2 + ICON_SIDE * ICON_SIDE);
}

static void
cursors(Storm *s, unsigned long n)
{
    static Cursor last;
    Cursor cursor = 0;
    XColor colour = {.red = (unsigned short)(n * 977), .green = (unsigned short)n};
    char bits[32 * 32 / 8];

    memset(bits, (int)(n | 1), sizeof bits);
    Pixmap pixmap = XCreateBitmapFromData(s->dpy, s->root, bits, 32, 32);
    cursor = XCreatePixmapCursor(s->dpy, pixmap, pixmap, &colour, &colour, 0, 0);
    XFreePixmap(s->dpy, pixmap);
    XDefineCursor(s->dpy, s->root, cursor);
    for (int i = 0; i < WINDOWS; i++)
        XDefineCursor(s->dpy, s->windows[i], cursor);
    if (last)
        XFreeCursor(s->dpy, last);
    last = cursor;
}

static void
popups(Storm *s, unsigned long n)
{
    Window *w = &s->cycle[n % 2];
    int screen = DefaultScreen(s->dpy);

    if (*w)
        XDestroyWindow(s->dpy, *w);
    *w = make(s, 0, 0, (unsigned)DisplayWidth(s->dpy, screen),
              (unsigned)DisplayHeight(s->dpy, screen), True);
}

static const struct {
    const char *name;
    void (*step)(Storm *s, unsigned long n);
} kinds[] = {{"windows", windows}, {"cycle", cycle},  {"titles", titles}, {"moves", moves},
             {"resizes", resizes}, {"focus", focus},  {"states", states}, {"icons", icons},
             {"cursors", cursors}, {"popups", popups}};

static int
on_error(Display *dpy, XErrorEvent *e)
{
    return 0; // a window that is not viewable yet takes no focus
}

int
main(int argc, char **argv)
{
    Storm s = {.dpy = XOpenDisplay(NULL)};
    size_t kind = 0;

    while (kind < sizeof kinds / sizeof kinds[0] && argc == 2 &&
           strcmp(argv[1], kinds[kind].name) != 0)
        kind++;
    if (!s.dpy || argc != 2 || kind == sizeof kinds / sizeof kinds[0]) {
        fprintf(stderr, "usage: storm_program KIND, with a display\n");
        return 2;
    }
    XSetErrorHandler(on_error);
    s.root = DefaultRootWindow(s.dpy);
    s.title = malloc(TITLE);
    s.icon = calloc(2 + ICON_SIDE * ICON_SIDE, sizeof *s.icon);
    if (!s.title || !s.icon)
        return 1;
    memset(s.title, 't', TITLE);
    for (int i = 0; i < WINDOWS; i++)
        s.windows[i] = make(&s, 20 * i, 60 + 15 * i, 200, 150, False);
    XSync(s.dpy, False);
    for (unsigned long n = 0;; n++) {
        kinds[kind].step(&s, n);
        if (n % SYNC_EACH == 0)
            XSync(s.dpy, True);
    }
}
