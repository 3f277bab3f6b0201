// SPDX-License-Identifier: Apache-2.0
#pragma once

// The clipboard channel ([MS-RDPECLIP]) as casement-session and casement-remoteapp speak it: which
// formats are which kind of content, and its messages. Files and locks are not part of it.
//
// Between our own two ends more is said than the specification has, within its own messages: each
// end uses it only when the other's capabilities carried CHAN_CLIP_OURS.
//  - Content travels as X11 has it, under the names of its MIME types.
//  - A format list whose first entry is named "org.casement.primary" tells of the PRIMARY
//  selection,
//    any other of CLIPBOARD; the ids of the two differ, so that a request says which it means.

#include "channel/wire.h"

#define CHAN_CLIP_MAX (64u * 1024 * 1024) // bytes of one content, as X11 has it
// A message that brings content; text in UTF-16 with CR LF can be twice as long.
#define CHAN_CLIP_DATA_MAX (2 * CHAN_CLIP_MAX + 64)
#define CHAN_CLIP_PDU_MAX (64u * 1024) // of any other message: what is beyond is not looked at
#define CHAN_CLIP_HEADER 8

#define CHAN_CLIP_OURS 0x80000000u // of the general capability set's flags

typedef enum {
    CHAN_CLIP_CAPABILITIES = 7,
    CHAN_CLIP_MONITOR_READY = 1,
    CHAN_CLIP_FORMAT_LIST = 2,
    CHAN_CLIP_FORMAT_LIST_RESPONSE = 3,
    CHAN_CLIP_DATA_REQUEST = 4,
    CHAN_CLIP_DATA_RESPONSE = 5,
} ChanClipType;

#define CHAN_CLIP_OK 1u          // flags of a response
#define CHAN_CLIP_FAIL 2u        //
#define CHAN_CLIP_ASCII_NAMES 4u // of a format list

typedef enum {
    CHAN_CLIP_TEXT = 1u << 0, // UTF-8, lines end as the program ended them
    CHAN_CLIP_HTML = 1u << 1, // text/html
    CHAN_CLIP_PNG = 1u << 2,  // image/png
    CHAN_CLIP_BMP = 1u << 3,  // image/bmp
    CHAN_CLIP_ALL = (1u << 4) - 1,
} ChanClipKind;
#define CHAN_CLIP_KINDS 4

typedef enum { CHAN_CLIP_CLIPBOARD, CHAN_CLIP_PRIMARY } ChanClipSelection;
#define CHAN_CLIP_SELECTIONS 2

// How a kind's bytes are on the wire.
typedef enum {
    CHAN_CLIP_RAW,       // as X11 has them
    CHAN_CLIP_UTF16,     // CF_UNICODETEXT: UTF-16LE, CR LF, a terminator
    CHAN_CLIP_HTML_FORM, // "HTML Format" (clip_html.h)
    CHAN_CLIP_DIB,       // CF_DIB, CF_DIBV5: a BMP without its file header (rdpbridge/dib.h)
} ChanClipForm;

typedef struct {
    uint32_t id;   // 0: none
    uint32_t kind; // ChanClipKind
    ChanClipForm form;
    ChanClipSelection selection;
} ChanClipFormat;

// What a format list offers: the best format of each kind (id 0: not offered). However many formats
// there are, no more is remembered.
typedef struct {
    ChanClipSelection selection;
    ChanClipFormat best[CHAN_CLIP_KINDS];
} ChanClipList;

// The body of a format list, names long (the capability of both ends) or of 32 bytes. A broken list
// ends where it breaks.
void chan_clip_list_read(ChanReader *body, bool long_names, bool ascii, ChanClipList *list);
// Bit set of the kinds in it.
uint32_t chan_clip_list_kinds(const ChanClipList *list);
// The format of one kind; id 0: none.
ChanClipFormat chan_clip_list_find(const ChanClipList *list, uint32_t kind);

// Writes the body of a list of these kinds: for an end of ours by MIME types, else (CLIPBOARD only)
// in the forms that Windows has.
void chan_clip_list_write(ChanWriter *w, ChanClipSelection selection, uint32_t kinds, bool ours,
                          bool long_names);
// What an id of such a list of ours means; id 0: nothing.
ChanClipFormat chan_clip_offered(uint32_t id);

// The header of a message whose body has this size.
void chan_clip_header(ChanWriter *w, ChanClipType type, uint16_t flags, uint32_t size);
// The body of a capabilities message, and the flags in one (0 when there are none).
void chan_clip_capabilities_write(ChanWriter *w, bool ours);
uint32_t chan_clip_capabilities_read(ChanReader *body);
#define CHAN_CLIP_LONG_NAMES 2u // of those flags
