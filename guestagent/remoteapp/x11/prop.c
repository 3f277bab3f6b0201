// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/conn.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <string.h>

xcb_get_property_cookie_t
ra_prop_ask(RaConn *conn, Window window, Atom property, guint max_items)
{
    return xcb_get_property(conn->xcb, 0, (guint32)window, (guint32)property,
                            XCB_GET_PROPERTY_TYPE_ANY, 0, max_items);
}

RaProp
ra_prop_take(RaConn *conn, xcb_get_property_cookie_t cookie)
{
    RaProp prop = {0};
    xcb_generic_error_t *failure = NULL;
    xcb_get_property_reply_t *reply = xcb_get_property_reply(conn->xcb, cookie, &failure);
    free(failure);
    if (!reply)
        return prop;
    prop.reply = reply;
    prop.type = reply->type;
    prop.format = reply->format;
    prop.count = reply->value_len;
    prop.data = xcb_get_property_value(reply);
    return prop;
}

RaProp
ra_prop_read(RaConn *conn, Window window, Atom property, guint max_items)
{
    return ra_prop_take(conn, ra_prop_ask(conn, window, property, max_items));
}

void
ra_prop_clear(RaProp *prop)
{
    free(prop->reply);
    *prop = (RaProp){0};
}

const guint32 *
ra_prop_items(const RaProp *prop, guint *count)
{
    *count = prop->format == 32 ? prop->count : 0;
    return prop->data;
}

char *
ra_prop_text(RaConn *conn, const RaProp *prop)
{
    if (prop->type == None || prop->format != 8)
        return NULL;
    if (prop->type == XA_STRING)
        return g_convert(prop->data, (gssize)prop->count, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
    if (prop->type != ATOM(conn, COMPOUND_TEXT))
        return g_utf8_make_valid(prop->data, (gssize)prop->count);
    XTextProperty text = {.value = (unsigned char *)prop->data,
                          .encoding = prop->type,
                          .format = 8,
                          .nitems = prop->count};
    char **list = NULL;
    int n = 0;
    char *utf8 = NULL;
    if (Xutf8TextPropertyToTextList(conn->dpy, &text, &list, &n) >= 0 && n > 0)
        utf8 = g_utf8_make_valid(list[0], -1);
    if (list)
        XFreeStringList(list);
    return utf8;
}

void
ra_prop_set(RaConn *conn, Window window, RaAtom property, Atom type, const long *items, guint count)
{
    XChangeProperty(conn->dpy, window, conn->atom[property], type, 32, PropModeReplace,
                    (const unsigned char *)items, (int)count);
}

void
ra_prop_set_text(RaConn *conn, Window window, RaAtom property, const char *utf8)
{
    XChangeProperty(conn->dpy, window, conn->atom[property], ATOM(conn, UTF8_STRING), 8,
                    PropModeReplace, (const unsigned char *)utf8, (int)strlen(utf8));
}
