// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/touch.h"

#include "tests/termservice/dynamic.h"
#include "tests/termservice/report.h"

#include <winpr/stream.h>

#define CHANNEL "Microsoft::Windows::RDS::Input"
#define EVENT_SC_READY 1
#define EVENT_CS_READY 2
#define EVENT_TOUCH 3
#define EVENT_SUSPEND 4
#define EVENT_RESUME 5
#define HEADER_SIZE 6
#define VERSION 0x00010001u // of Windows 8.1 on
#define CONTACTS_MAX 256
#define PDU_MAX 65536
#define HELD 4 // frames in which a finger rests

typedef enum { NOT_THERE, HOVERS, TOUCHES } State;

typedef struct {
    State state;
    int x, y;
    guint rests;
    bool told; // in this frame
} Contact;

struct Touch {
    Dynamic *channel;
    bool told, greeted, suspended, framed;
    Contact contacts[CONTACTS_MAX];
};

Touch *
touch_new(Connection *connection)
{
    Touch *t = g_new0(Touch, 1);
    t->channel = dynamic_new(connection, CHANNEL);
    return t;
}

void
touch_free(Touch *t)
{
    if (t == NULL)
        return;
    dynamic_free(t->channel);
    g_free(t);
}

static void
say(const Touch *t, guint16 event, const guint32 *value)
{
    BYTE data[HEADER_SIZE + 4];
    gsize size = HEADER_SIZE + (value != NULL ? 4 : 0);
    wStream holder, *s = Stream_StaticInit(&holder, data, sizeof data);
    Stream_Write_UINT16(s, event);
    Stream_Write_UINT32(s, (UINT32)size);
    if (value != NULL)
        Stream_Write_UINT32(s, *value);
    dynamic_write(t->channel, data, size);
}

void
touch_suspend(Touch *t, bool on)
{
    if (!t->greeted)
        return;
    t->suspended = on;
    if (on)
        memset(t->contacts, 0, sizeof t->contacts);
    say(t, on ? EVENT_SUSPEND : EVENT_RESUME, NULL);
}

// 2.2.2.1 to 2.2.2.5: TWO_BYTE_UNSIGNED_INTEGER and its like, by how many bits say how many bytes
// follow, and whether one is a sign. FALSE: it ends before its end.
static bool
read_integer(wStream *s, unsigned count_bits, bool has_sign, gint64 *value)
{
    if (Stream_GetRemainingLength(s) < 1)
        return false;
    BYTE first, next;
    Stream_Read_UINT8(s, first);
    unsigned more = first >> (8 - count_bits);
    unsigned sign_bit = 7 - count_bits;
    bool negative = has_sign && (first >> sign_bit & 1) != 0;
    unsigned value_bits = has_sign ? sign_bit : sign_bit + 1;
    guint64 v = first & ((1u << value_bits) - 1);
    if (Stream_GetRemainingLength(s) < more)
        return false;
    for (; more > 0; more--) {
        Stream_Read_UINT8(s, next);
        v = v << 8 | next;
    }
    *value = negative ? -(gint64)v : (gint64)v;
    return true;
}

// The transitions of 3.1.1.1, by their names. NULL: there is none such.
static const char *
change(Contact *c, gint64 flags)
{
    static const struct {
        gint64 flags;
        State from, to;
        const char *name;
    } changes[] = {
        {0x19, NOT_THERE, TOUCHES, "down"}, {0x19, HOVERS, TOUCHES, "down"},
        {0x1a, TOUCHES, TOUCHES, "move"},   {0x0c, TOUCHES, HOVERS, "lift"},
        {0x04, TOUCHES, NOT_THERE, "up"},   {0x24, TOUCHES, NOT_THERE, "cancel"},
        {0x0a, NOT_THERE, HOVERS, "hover"}, {0x0a, HOVERS, HOVERS, "hover"},
        {0x02, HOVERS, NOT_THERE, "leave"}, {0x22, HOVERS, NOT_THERE, "cancel"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++)
        if (changes[i].flags == flags && changes[i].from == c->state) {
            c->state = changes[i].to;
            return changes[i].name;
        }
    return NULL;
}

// RDPINPUT_TOUCH_CONTACT (2.2.3.3.1.1).
static bool
handle_contact(Touch *t, wStream *s)
{
    gint64 fields = 0, x = 0, y = 0, flags = 0, ignored = 0;
    if (Stream_GetRemainingLength(s) < 1)
        return false;
    BYTE id;
    Stream_Read_UINT8(s, id);
    if (!read_integer(s, 1, false, &fields) || !read_integer(s, 2, true, &x) ||
        !read_integer(s, 2, true, &y) || !read_integer(s, 2, false, &flags))
        return false;
    for (guint i = 0; i < 4 && (fields & 1) != 0; i++)
        if (!read_integer(s, 1, true, &ignored))
            return false;
    for (guint bit = 2; bit <= 4; bit *= 2)
        if ((fields & bit) != 0 && !read_integer(s, 2, false, &ignored))
            return false;
    Contact *c = &t->contacts[id];
    bool rests = c->state == TOUCHES && flags == 0x1a && x == c->x && y == c->y;
    const char *name = c->told ? NULL : change(c, flags);
    if (name == NULL) {
        report("touch wrong id=%u flags=0x%02X", id, (unsigned)flags);
        return true;
    }
    c->told = true;
    c->x = (int)x;
    c->y = (int)y;
    c->rests = rests ? c->rests + 1 : 0;
    if (!rests)
        report("touch %s id=%u x=%d y=%d", name, id, c->x, c->y);
    else if (c->rests == HELD)
        report("touch held id=%u", id);
    return true;
}

// A frame has all that touch: who is missing in it is gone for a Windows (InjectTouchInput).
static void
look_for_missing(Touch *t, const bool *were)
{
    for (guint id = 0; id < CONTACTS_MAX; id++)
        if (were[id] && !t->contacts[id].told)
            report("touch missing id=%u", id);
}

static bool
handle_frame(Touch *t, wStream *s)
{
    gint64 n = 0, offset = 0;
    bool were[CONTACTS_MAX];
    if (!read_integer(s, 1, false, &n) || !read_integer(s, 3, false, &offset))
        return false;
    if (!t->framed && offset != 0) // 2.2.3.3.1
        report("touch wrong offset");
    t->framed = true;
    for (guint id = 0; id < CONTACTS_MAX; id++) {
        were[id] = t->contacts[id].state == TOUCHES;
        t->contacts[id].told = false;
    }
    for (; n > 0; n--)
        if (!handle_contact(t, s))
            return false;
    look_for_missing(t, were);
    return true;
}

static bool
handle_touch(Touch *t, wStream *s)
{
    gint64 encode_ms = 0, frames = 0;
    if (!read_integer(s, 2, false, &encode_ms) || !read_integer(s, 1, false, &frames))
        return false;
    for (; frames > 0; frames--)
        if (!handle_frame(t, s))
            return false;
    return Stream_GetRemainingLength(s) == 0;
}

// RDPINPUT_CS_READY_PDU (2.2.3.2).
static bool
handle_ready(Touch *t, wStream *s)
{
    guint32 flags, version;
    guint16 contacts;
    if (Stream_GetRemainingLength(s) != 10)
        return false;
    Stream_Read_UINT32(s, flags);
    Stream_Read_UINT32(s, version);
    Stream_Read_UINT16(s, contacts);
    t->greeted = true;
    report("touch ready flags=0x%X version=0x%08X contacts=%u", flags, version, contacts);
    return true;
}

static bool
handle(Touch *t, BYTE *data, gsize size)
{
    wStream holder, *s = Stream_StaticInit(&holder, data, size);
    guint16 event;
    guint32 length;
    if (size < HEADER_SIZE)
        return false;
    Stream_Read_UINT16(s, event);
    Stream_Read_UINT32(s, length);
    if (length != size)
        return false;
    if (event == EVENT_CS_READY)
        return handle_ready(t, s);
    if (event != EVENT_TOUCH || !t->greeted)
        return false;
    // What was on its way when it was suspended.
    return t->suspended || handle_touch(t, s);
}

void
touch_receive(Touch *t)
{
    static BYTE data[PDU_MAX];
    static const guint32 version = VERSION;
    gsize size;
    if (!dynamic_is_open(t->channel))
        return;
    if (!t->told)
        say(t, EVENT_SC_READY, &version);
    t->told = true;
    while ((size = dynamic_read(t->channel, data, sizeof data)) > 0)
        if (!handle(t, data, size))
            report("touch malformed");
}
