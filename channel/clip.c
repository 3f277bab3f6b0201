// SPDX-License-Identifier: Apache-2.0
#include "channel/clip.h"

#include <string.h>

#define SHORT_NAME 32
#define NAME_MAX 40
#define CAPABILITY_GENERAL 1
#define CAPABILITY_GENERAL_SIZE 12
#define VERSION_2 2

#define PRIMARY_ID 0xca5fu
#define PRIMARY_NAME "org.casement.primary"
#define PRIMARY_STEP 0x10u // from the id of a format of CLIPBOARD to that of PRIMARY

typedef struct {
    uint32_t id;      // under which we offer it
    const char *name; // NULL: a format of Windows, known by its id
    uint32_t kind;
    ChanClipForm form;
    bool ours, windows; // in lists for which peer; neither: only read
} Known;

// Of one kind the better ones first.
static const Known known[] = {
    {0xca40, "text/plain;charset=utf-8", CHAN_CLIP_TEXT, CHAN_CLIP_RAW, true, false},
    {13, NULL, CHAN_CLIP_TEXT, CHAN_CLIP_UTF16, false, true},
    {0xca41, "text/html", CHAN_CLIP_HTML, CHAN_CLIP_RAW, true, false},
    {0xca60, "HTML Format", CHAN_CLIP_HTML, CHAN_CLIP_HTML_FORM, false, true},
    {0xca42, "image/png", CHAN_CLIP_PNG, CHAN_CLIP_RAW, true, false},
    {0xca61, "PNG", CHAN_CLIP_PNG, CHAN_CLIP_RAW, false, true},
    {0xca43, "image/bmp", CHAN_CLIP_BMP, CHAN_CLIP_RAW, true, false},
    {17, NULL, CHAN_CLIP_BMP, CHAN_CLIP_DIB, false, true},
    {8, NULL, CHAN_CLIP_BMP, CHAN_CLIP_DIB, false, true},
};
#define KNOWN (sizeof known / sizeof known[0])

static unsigned
kind_index(uint32_t kind)
{
    unsigned i = 0;

    while (kind >> i > 1)
        i++;
    return i;
}

// Names as they are compared: ASCII; what is none is cut to nothing.
static void
read_long_name(ChanReader *r, char name[NAME_MAX])
{
    size_t n = 0;

    for (;;) {
        uint16_t c = chan_read_u16(r);
        if (r->failed || c == 0)
            break;
        if (n < NAME_MAX - 1)
            name[n++] = c < 0x80 ? (char)c : '?';
    }
    name[n] = 0;
}

static void
read_short_name(ChanReader *r, bool ascii, char name[NAME_MAX])
{
    ChanSpan bytes = chan_read_bytes(r, SHORT_NAME);
    size_t step = ascii ? 1 : 2, n = 0;

    for (size_t at = 0; !r->failed && at < bytes.size && bytes.data[at] != 0; at += step)
        name[n++] = (char)bytes.data[at];
    name[n] = 0;
}

static void
remember(ChanClipList *list, size_t rank[CHAN_CLIP_KINDS], uint32_t id, const char *name)
{
    for (size_t i = 0; i < KNOWN; i++) {
        const Known *k = &known[i];
        if (k->name ? strcmp(k->name, name) != 0 : k->id != id)
            continue;
        unsigned kind = kind_index(k->kind);
        if (i < rank[kind]) {
            rank[kind] = i;
            list->best[kind] = (ChanClipFormat){id, k->kind, k->form, list->selection};
        }
        return;
    }
}

void
chan_clip_list_read(ChanReader *r, bool long_names, bool ascii, ChanClipList *list)
{
    size_t rank[CHAN_CLIP_KINDS];
    char name[NAME_MAX];

    *list = (ChanClipList){0};
    for (size_t i = 0; i < CHAN_CLIP_KINDS; i++)
        rank[i] = KNOWN;
    for (bool first = true; r->left > 0; first = false) {
        uint32_t id = chan_read_u32(r);
        if (long_names)
            read_long_name(r, name);
        else
            read_short_name(r, ascii, name);
        if (r->failed)
            return;
        if (first && strcmp(name, PRIMARY_NAME) == 0)
            list->selection = CHAN_CLIP_PRIMARY;
        else if (id != 0)
            remember(list, rank, id, name);
    }
}

uint32_t
chan_clip_list_kinds(const ChanClipList *list)
{
    uint32_t kinds = 0;

    for (size_t i = 0; i < CHAN_CLIP_KINDS; i++)
        kinds |= list->best[i].id != 0 ? list->best[i].kind : 0;
    return kinds;
}

ChanClipFormat
chan_clip_list_find(const ChanClipList *list, uint32_t kind)
{
    return list->best[kind_index(kind)];
}

static void
write_entry(ChanWriter *w, uint32_t id, const char *name, bool long_names)
{
    size_t length = name ? strlen(name) : 0;

    chan_write_u32(w, id);
    if (!long_names && length > SHORT_NAME / 2 - 1)
        length = SHORT_NAME / 2 - 1;
    for (size_t i = 0; i < length; i++)
        chan_write_u16(w, (uint8_t)name[i]);
    for (size_t i = length; i < (long_names ? length + 1 : SHORT_NAME / 2); i++)
        chan_write_u16(w, 0);
}

void
chan_clip_list_write(ChanWriter *w, ChanClipSelection selection, uint32_t kinds, bool ours,
                     bool long_names)
{
    bool primary = selection == CHAN_CLIP_PRIMARY;

    if (primary)
        write_entry(w, PRIMARY_ID, PRIMARY_NAME, long_names);
    for (size_t i = 0; i < KNOWN; i++) {
        const Known *k = &known[i];
        if ((ours ? k->ours : k->windows) && (kinds & k->kind))
            write_entry(w, k->id + (primary ? PRIMARY_STEP : 0), k->name, long_names);
    }
}

ChanClipFormat
chan_clip_offered(uint32_t id)
{
    for (size_t i = 0; i < KNOWN; i++) {
        const Known *k = &known[i];
        if (k->id == id)
            return (ChanClipFormat){id, k->kind, k->form, CHAN_CLIP_CLIPBOARD};
        if (k->ours && k->id + PRIMARY_STEP == id)
            return (ChanClipFormat){id, k->kind, k->form, CHAN_CLIP_PRIMARY};
    }
    return (ChanClipFormat){0};
}

void
chan_clip_header(ChanWriter *w, ChanClipType type, uint16_t flags, uint32_t size)
{
    chan_write_u16(w, (uint16_t)type);
    chan_write_u16(w, flags);
    chan_write_u32(w, size);
}

void
chan_clip_capabilities_write(ChanWriter *w, bool ours)
{
    chan_write_u16(w, 1); // one set
    chan_write_u16(w, 0);
    chan_write_u16(w, CAPABILITY_GENERAL);
    chan_write_u16(w, CAPABILITY_GENERAL_SIZE);
    chan_write_u32(w, VERSION_2);
    chan_write_u32(w, CHAN_CLIP_LONG_NAMES | (ours ? CHAN_CLIP_OURS : 0));
}

uint32_t
chan_clip_capabilities_read(ChanReader *r)
{
    (void)chan_read_u16(r); // number of sets: there is only one kind
    (void)chan_read_u16(r);
    uint16_t type = chan_read_u16(r);
    (void)chan_read_u16(r);
    (void)chan_read_u32(r);
    uint32_t flags = chan_read_u32(r);
    return r->failed || type != CAPABILITY_GENERAL ? 0 : flags;
}
