// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/xsettings.h"

#include "rdpbridge/viewproto.h"
#include "rdpbridge/x11/xsettings_value.h"

#define SETTINGS_BYTES_MAX (256 * 1024)

static void
find_manager(HostDisplay *x)
{
    // Grabbed, so that an owner that is found is one that is watched.
    XGrabServer(x->dpy);
    x->settings_manager = XGetSelectionOwner(x->dpy, x->atoms[ATOM__XSETTINGS_S0]);
    if (x->settings_manager != None)
        XSelectInput(x->dpy, x->settings_manager, PropertyChangeMask | StructureNotifyMask);
    XUngrabServer(x->dpy);
}

void
host_xsettings_start(HostDisplay *x)
{
    find_manager(x);
}

bool
host_xsettings_event(HostDisplay *x, const XEvent *e)
{
    bool came = e->type == ClientMessage && e->xclient.message_type == x->atoms[ATOM_MANAGER] &&
                (Atom)e->xclient.data.l[1] == x->atoms[ATOM__XSETTINGS_S0];
    bool went = e->type == DestroyNotify && x->settings_manager != None &&
                e->xdestroywindow.window == x->settings_manager;
    bool changed = e->type == PropertyNotify && x->settings_manager != None &&
                   e->xproperty.window == x->settings_manager &&
                   e->xproperty.atom == x->atoms[ATOM__XSETTINGS_SETTINGS];

    if (came || went)
        find_manager(x);
    return came || went || changed;
}

HostScaleSettings
host_xsettings_read(HostDisplay *x)
{
    const Atom type = x->atoms[ATOM__XSETTINGS_SETTINGS];
    unsigned long n = 0;
    HostScaleSettings found = {0};
    int32_t value;

    if (x->settings_manager == None)
        return found;
    uint8_t *bytes = host_display_property(
        x, &(HostPropertyQuery){x->settings_manager, type, type, 8, SETTINGS_BYTES_MAX}, &n);
    if (!bytes)
        return found;
    if (host_xsettings_integer(bytes, n, "Xft/DPI", &value) && value > 0 && value <= VIEW_DPI_MAX)
        found.dpi = (uint32_t)value;
    if (host_xsettings_integer(bytes, n, "Gdk/WindowScalingFactor", &value) && value > 0 &&
        value <= VIEW_WINDOW_SCALE_MAX)
        found.window_scale = (uint32_t)value;
    XFree(bytes);
    return found;
}
