// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clip_kinds.h"

#include <X11/Xatom.h>

static const struct {
    RaAtom target; // RA_ATOM_COUNT: STRING
    guint32 kind;
} known[] = {
    {RA_ATOM_UTF8_STRING, CHAN_CLIP_TEXT},   {RA_ATOM_TEXT_PLAIN_UTF8, CHAN_CLIP_TEXT},
    {RA_ATOM_COMPOUND_TEXT, CHAN_CLIP_TEXT}, {RA_ATOM_TEXT, CHAN_CLIP_TEXT},
    {RA_ATOM_COUNT, CHAN_CLIP_TEXT},         {RA_ATOM_TEXT_HTML, CHAN_CLIP_HTML},
    {RA_ATOM_IMAGE_PNG, CHAN_CLIP_PNG},      {RA_ATOM_IMAGE_BMP, CHAN_CLIP_BMP},
};

Atom
ra_clip_selection_atom(const RaConn *conn, ChanClipSelection which)
{
    return which == CHAN_CLIP_PRIMARY ? XA_PRIMARY : ATOM(conn, CLIPBOARD);
}

Atom
ra_clip_target(const RaConn *conn, guint i, guint32 *kind)
{
    if (i >= G_N_ELEMENTS(known))
        return None;
    *kind = known[i].kind;
    return known[i].target == RA_ATOM_COUNT ? XA_STRING : conn->atom[known[i].target];
}

guint32
ra_clip_kind_of(const RaConn *conn, Atom target)
{
    guint32 kind = 0;
    for (guint i = 0;; i++) {
        Atom known_target = ra_clip_target(conn, i, &kind);
        if (known_target == None || known_target == target)
            return known_target == None ? 0 : kind;
    }
}
