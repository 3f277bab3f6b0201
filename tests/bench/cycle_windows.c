// SPDX-License-Identifier: Apache-2.0

// Opens a window with a title and pixels for each byte that it reads, and closes the oldest of more
// than a few.
//
// usage: cycle_windows < FIFO

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdio.h>
#include <unistd.h>

#define OPEN_AT_ONCE 4
#define WIDTH 200u
#define HEIGHT 150u

static Window
make_window(Display *dpy, unsigned n)
{
    char title[32];
    XClassHint hint = {"cycle_windows", "CycleWindows"};
    Window w = XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), (int)(n * 37 % 900),
                                   (int)(n * 53 % 600), WIDTH + n % 7 * 10, HEIGHT + n % 5 * 10, 0,
                                   0, n * 0x35a74fUL & 0xffffff);

    snprintf(title, sizeof title, "window %u", n);
    XSetClassHint(dpy, w, &hint);
    XStoreName(dpy, w, title);
    XMapWindow(dpy, w);
    XFlush(dpy);
    return w;
}

int
main(void)
{
    Display *dpy = XOpenDisplay(NULL);
    Window open[OPEN_AT_ONCE] = {None};
    char byte;

    if (!dpy) {
        fprintf(stderr, "cycle_windows: cannot open display %s\n", XDisplayName(NULL));
        return 1;
    }
    for (unsigned n = 0; read(STDIN_FILENO, &byte, 1) == 1; n++) {
        Window *w = &open[n % OPEN_AT_ONCE];
        if (*w)
            XDestroyWindow(dpy, *w);
        *w = make_window(dpy, n);
    }
    XCloseDisplay(dpy);
    return 0;
}
