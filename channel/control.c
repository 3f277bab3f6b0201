// SPDX-License-Identifier: Apache-2.0
#include "channel/control.h"

#include "channel/tray_menu.h"

#include <stddef.h>
#include <string.h>

#define TEXTS_MAX 5

typedef struct {
    uint16_t offset, size;
} TextField;

// What ctl_check knows of each type: its size and its char arrays.
typedef struct {
    uint32_t type, size;
    enum { NO_TAIL, TEXT_TAIL, PIXEL_TAIL, MENU_TAIL } tail;
    TextField text[TEXTS_MAX]; // ends at size 0
} Shape;

#define TEXT(Type, field)                                                                          \
    {                                                                                              \
        offsetof(Type, field), sizeof(((Type *)0)->field)                                          \
    }

static const Shape shapes[] = {
    {CTL_SETUP,
     sizeof(CtlSetup),
     NO_TAIL,
     {TEXT(CtlSetup, guest), TEXT(CtlSetup, label), TEXT(CtlSetup, title_prefix)}},
    {CTL_APP,
     sizeof(CtlApp),
     NO_TAIL,
     {TEXT(CtlApp, app_id), TEXT(CtlApp, wm_class), TEXT(CtlApp, name), TEXT(CtlApp, model_id),
      TEXT(CtlApp, program)}},
    {CTL_QUIT, sizeof(CtlPlain), NO_TAIL, {{0}}},
    {CTL_EXEC,
     sizeof(CtlExec),
     TEXT_TAIL,
     {TEXT(CtlExec, program), TEXT(CtlExec, directory), TEXT(CtlExec, startup_id)}},
    {CTL_PIXELS, sizeof(CtlPlain), NO_TAIL, {{0}}},
    {CTL_VIEW, sizeof(CtlPlain), NO_TAIL, {{0}}},
    {CTL_CLOSE, sizeof(CtlWindowId), NO_TAIL, {{0}}},
    {CTL_CREDENTIALS,
     sizeof(CtlCredentials),
     NO_TAIL,
     {TEXT(CtlCredentials, user), TEXT(CtlCredentials, domain), TEXT(CtlCredentials, password)}},
    {CTL_CERTIFICATES, sizeof(CtlCertificates), NO_TAIL, {{0}}},
    {CTL_SESSION, sizeof(CtlPlain), NO_TAIL, {{0}}},
    {CTL_STARTUP, sizeof(CtlStartup), NO_TAIL, {TEXT(CtlStartup, startup_id)}},
    {CTL_RAISE, sizeof(CtlWindowId), NO_TAIL, {{0}}},
    {CTL_PRESSED, sizeof(CtlPlain), NO_TAIL, {{0}}},
    {CTL_READY, sizeof(CtlPlain), NO_TAIL, {{0}}},
    {CTL_EXEC_RESULT, sizeof(CtlExecResult), NO_TAIL, {{0}}},
    {CTL_WINDOW, sizeof(CtlWindow), NO_TAIL, {TEXT(CtlWindow, untrusted_title)}},
    {CTL_WINDOW_GONE, sizeof(CtlWindowId), NO_TAIL, {{0}}},
    {CTL_NOTICE, sizeof(CtlNotice), NO_TAIL, {TEXT(CtlNotice, text)}},
    {CTL_SIGN_IN_FAILED, sizeof(CtlSignInFailed), NO_TAIL, {TEXT(CtlSignInFailed, text)}},
    {CTL_TRAY, sizeof(CtlTray), PIXEL_TAIL, {TEXT(CtlTray, untrusted_tip)}},
    {CTL_TRAY_GONE, sizeof(CtlTrayId), NO_TAIL, {{0}}},
    {CTL_TRAY_BALLOON,
     sizeof(CtlTrayBalloon),
     NO_TAIL,
     {TEXT(CtlTrayBalloon, untrusted_title), TEXT(CtlTrayBalloon, untrusted_text)}},
    {CTL_TRAY_MENU, sizeof(CtlTrayMenu), MENU_TAIL, {{0}}},
    {CTL_TRAY_EVENT, sizeof(CtlTrayEvent), NO_TAIL, {{0}}},
    {CTL_VIEW_READY, sizeof(CtlPlain), NO_TAIL, {{0}}},
    {CTL_VIEW_STATUS, sizeof(CtlViewStatus), NO_TAIL, {{0}}},
    {CTL_RECORDING, sizeof(CtlRecording), NO_TAIL, {{0}}},
    {CTL_ADOPT, sizeof(CtlAdopt), NO_TAIL, {TEXT(CtlAdopt, guest)}},
};

static const Shape *
shape_of(uint32_t type)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].type == type)
            return &shapes[i];
    return NULL;
}

// Of a TRAY.
static bool
pixels_fit(ChanSpan untrusted_packet)
{
    CtlTray m;

    memcpy(&m, untrusted_packet.data, sizeof m);
    if (m.width > CTL_TRAY_SIDE_MAX || m.height > CTL_TRAY_SIDE_MAX)
        return false;
    return (m.width == 0) == (m.height == 0) &&
           m.header.size == sizeof m + (size_t)m.width * m.height * 4;
}

ChanSpan
ctl_tray_menu(ChanSpan packet)
{
    return CHAN_SPAN(packet.data + sizeof(CtlTrayMenu), packet.size - sizeof(CtlTrayMenu));
}

static bool
is_menu(ChanSpan untrusted_bytes)
{
    ChanTrayMenu menu;

    return chan_tray_menu_decode(untrusted_bytes, &menu);
}

bool
ctl_check(ChanSpan untrusted_packet)
{
    CtlHeader header;

    if (untrusted_packet.size < sizeof header || untrusted_packet.size > CTL_PACKET_MAX)
        return false;
    memcpy(&header, untrusted_packet.data, sizeof header);
    const Shape *shape = shape_of(header.type);
    if (!shape || header.size != untrusted_packet.size)
        return false;
    if (header.size < shape->size || (header.size > shape->size && shape->tail == NO_TAIL))
        return false;
    for (const TextField *f = shape->text; f < shape->text + TEXTS_MAX && f->size > 0; f++)
        if (!memchr(untrusted_packet.data + f->offset, 0, f->size))
            return false;
    if (shape->tail == PIXEL_TAIL)
        return pixels_fit(untrusted_packet);
    if (shape->tail == MENU_TAIL)
        return is_menu(ctl_tray_menu(untrusted_packet));
    return header.size == shape->size || untrusted_packet.data[header.size - 1] == 0;
}

CtlType
ctl_type(ChanSpan packet)
{
    CtlHeader header;

    memcpy(&header, packet.data, sizeof header);
    return (CtlType)header.type;
}

void
ctl_set_text(char *array, size_t size, const char *text)
{
    size_t n = 0;

    if (!text)
        text = "";
    while (n < size - 1 && text[n])
        n++;
    while (text[n] && n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80)
        n--;
    memset(array, 0, size);
    if (n > 0)
        memcpy(array, text, n);
}
