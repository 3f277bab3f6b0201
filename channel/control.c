// SPDX-License-Identifier: Apache-2.0
#include "channel/control.h"

#include <stddef.h>
#include <string.h>

typedef struct {
    uint16_t offset, size;
} TextField;

// What ctl_check knows of each type: its size and its char arrays.
typedef struct {
    uint32_t type, size;
    bool has_tail;
    TextField text[4]; // ends at size 0
} Shape;

#define TEXT(Type, field)                                                                          \
    {                                                                                              \
        offsetof(Type, field), sizeof(((Type *)0)->field)                                          \
    }

static const Shape shapes[] = {
    {CTL_SETUP, sizeof(CtlSetup), false, {TEXT(CtlSetup, guest), TEXT(CtlSetup, title_prefix)}},
    {CTL_APP,
     sizeof(CtlApp),
     false,
     {TEXT(CtlApp, app_id), TEXT(CtlApp, wm_class), TEXT(CtlApp, name)}},
    {CTL_QUIT, sizeof(CtlPlain), false, {{0}}},
    {CTL_EXEC,
     sizeof(CtlExec),
     true,
     {TEXT(CtlExec, program), TEXT(CtlExec, directory), TEXT(CtlExec, startup_id)}},
    {CTL_VIEW, sizeof(CtlPlain), false, {{0}}},
    {CTL_CLOSE, sizeof(CtlWindowId), false, {{0}}},
    {CTL_CREDENTIALS,
     sizeof(CtlCredentials),
     false,
     {TEXT(CtlCredentials, user), TEXT(CtlCredentials, domain), TEXT(CtlCredentials, password)}},
    {CTL_CERTIFICATES, sizeof(CtlCertificates), false, {{0}}},
    {CTL_SESSION, sizeof(CtlPlain), false, {{0}}},
    {CTL_STARTUP, sizeof(CtlStartup), false, {TEXT(CtlStartup, startup_id)}},
    {CTL_RAISE, sizeof(CtlWindowId), false, {{0}}},
    {CTL_READY, sizeof(CtlPlain), false, {{0}}},
    {CTL_EXEC_RESULT, sizeof(CtlExecResult), false, {{0}}},
    {CTL_WINDOW, sizeof(CtlWindow), false, {TEXT(CtlWindow, untrusted_title)}},
    {CTL_WINDOW_GONE, sizeof(CtlWindowId), false, {{0}}},
    {CTL_NOTICE, sizeof(CtlNotice), false, {TEXT(CtlNotice, text)}},
    {CTL_SIGN_IN_FAILED, sizeof(CtlSignInFailed), false, {TEXT(CtlSignInFailed, text)}},
    {CTL_VIEW_READY, sizeof(CtlPlain), false, {{0}}},
    {CTL_VIEW_STATUS, sizeof(CtlViewStatus), false, {{0}}},
    {CTL_ADOPT, sizeof(CtlAdopt), false, {TEXT(CtlAdopt, guest)}},
};

static const Shape *
shape_of(uint32_t type)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].type == type)
            return &shapes[i];
    return NULL;
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
    if (header.size < shape->size || (header.size > shape->size && !shape->has_tail))
        return false;
    for (const TextField *f = shape->text; f < shape->text + 4 && f->size > 0; f++)
        if (!memchr(untrusted_packet.data + f->offset, 0, f->size))
            return false;
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
