// SPDX-License-Identifier: Apache-2.0

// A program with many windows, which are there and do nothing; all at once, and gone at once.
//
// usage: many_windows COUNT

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    Display *dpy = XOpenDisplay(NULL);
    int count = argc == 2 ? atoi(argv[1]) : 0;

    if (!dpy || count < 1) {
        fprintf(stderr, "usage: many_windows COUNT, with a display\n");
        return 2;
    }
    for (int i = 0; i < count; i++) {
        char title[32];
        XClassHint hint = {"many_windows", "ManyWindows"};
        Window w =
            XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), 400 + i % 20 * 40, 300 + i / 20 * 30,
                                120, 90, 0, 0, (unsigned long)i * 0x35a74f % 0xffffff);

        snprintf(title, sizeof title, "one of many %d", i);
        XSetClassHint(dpy, w, &hint);
        XStoreName(dpy, w, title);
        XMapWindow(dpy, w);
    }
    XFlush(dpy);
    for (;;) {
        XEvent event;
        XNextEvent(dpy, &event);
    }
}
