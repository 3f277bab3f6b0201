// SPDX-License-Identifier: Apache-2.0

// A program of the guest with known pixels, driven by keys: g, Shift and Linefeed paint 64×64 green
// at 10, 10; r makes the window 400×250; p opens a menu, o closes it; n paints all of it in noise;
// q ends.
//   session_painter CLASS TITLE [WIDTH HEIGHT]

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>
#include <stdlib.h>

// Also known to session_guest_windows.c.
static unsigned long
colour(int x, int y)
{
    return (unsigned long)((x & 0xff) << 16 | (y & 0xff) << 8 | ((x ^ y) & 0xff));
}

static unsigned long
noise(int x, int y)
{
    static unsigned long state = 1;

    state = state * 1103515245 + 12345;
    return state >> 4 & 0xffffff;
}

static void
paint(Display *display, Window window, GC gc, unsigned long (*pixel)(int x, int y))
{
    XWindowAttributes a;

    XGetWindowAttributes(display, window, &a);
    char *data = malloc((size_t)a.width * (size_t)a.height * 4);
    XImage *image = XCreateImage(display, a.visual, (unsigned)a.depth, ZPixmap, 0, data,
                                 (unsigned)a.width, (unsigned)a.height, 32, 0);
    for (int y = 0; y < a.height; y++)
        for (int x = 0; x < a.width; x++)
            XPutPixel(image, x, y, pixel(x, y));
    XPutImage(display, window, gc, image, 0, 0, 0, 0, (unsigned)a.width, (unsigned)a.height);
    image->data = NULL;
    XDestroyImage(image);
    free(data);
    XFlush(display);
}

static Window
open_menu(Display *display, Window owner)
{
    XSetWindowAttributes a = {.override_redirect = True, .background_pixel = 0xff8000};
    Window menu =
        XCreateWindow(display, DefaultRootWindow(display), 150, 160, 100, 50, 0, CopyFromParent,
                      InputOutput, CopyFromParent, CWOverrideRedirect | CWBackPixel, &a);
    Atom type = XInternAtom(display, "_NET_WM_WINDOW_TYPE", False);
    Atom popup = XInternAtom(display, "_NET_WM_WINDOW_TYPE_POPUP_MENU", False);

    XChangeProperty(display, menu, type, 4 /* ATOM */, 32, PropModeReplace, (unsigned char *)&popup,
                    1);
    XSetTransientForHint(display, menu, owner);
    XMapRaised(display, menu);
    return menu;
}

static int
handle_key(Display *display, Window window, GC gc, KeySym key)
{
    static Window menu;

    // One that repeats while it is held, one that does not, and one that RDP does not know.
    if (key == XK_g || key == XK_Shift_L || key == XK_Linefeed) {
        XSetForeground(display, gc, 0x00ff00);
        XFillRectangle(display, window, gc, 10, 10, 64, 64);
    } else if (key == XK_r) {
        XResizeWindow(display, window, 400, 250);
    } else if (key == XK_n) {
        paint(display, window, gc, noise);
    } else if (key == XK_p && !menu) {
        menu = open_menu(display, window);
    } else if (key == XK_o && menu) {
        XDestroyWindow(display, menu);
        menu = 0;
    }
    return key != XK_q;
}

int
main(int argc, char **argv)
{
    Display *display = XOpenDisplay(NULL);
    XEvent event;
    int go = 1;

    if (!display || argc < 3)
        return 1;
    unsigned width = argc > 4 ? (unsigned)atoi(argv[3]) : 300;
    unsigned height = argc > 4 ? (unsigned)atoi(argv[4]) : 200;
    Window window = XCreateSimpleWindow(display, DefaultRootWindow(display), 100, 120, width,
                                        height, 0, 0, 0x202020);
    XClassHint class = {argv[1], argv[1]};
    Atom delete = XInternAtom(display, "WM_DELETE_WINDOW", False);
    GC gc = XCreateGC(display, window, 0, NULL);

    XSetClassHint(display, window, &class);
    XStoreName(display, window, argv[2]);
    XSetWMProtocols(display, window, &delete, 1);
    XSelectInput(display, window, ExposureMask | KeyPressMask);
    XMapWindow(display, window);
    while (go) {
        XNextEvent(display, &event);
        if (event.type == Expose && event.xexpose.count == 0 && event.xexpose.window == window)
            paint(display, window, gc, colour);
        else if (event.type == KeyPress)
            go = handle_key(display, window, gc, XLookupKeysym(&event.xkey, 0));
        else if (event.type == ClientMessage)
            go = 0;
        XFlush(display);
    }
    XCloseDisplay(display);
    return 0;
}
