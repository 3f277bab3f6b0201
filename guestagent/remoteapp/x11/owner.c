// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/owner.h"

#include "guestagent/remoteapp/x11/manager.h"

#include <string.h>

#define CHAIN_MAX 32

static bool
same_group(const RaClient *a, const RaClient *b)
{
    return (a->group != None && a->group == b->group) ||
           (a->leader != None && a->leader == b->leader);
}

// A dialog for its group belongs to the topmost ordinary window of the group.
static RaClient *
group_owner(RaDesktop *d, const RaClient *c)
{
    for (guint i = d->stack->len; i-- > 0;) {
        RaClient *other = d->stack->pdata[i];
        if (other != c && !other->has_transient && !other->override_redirect &&
            other->pub.kind == RA_KIND_NORMAL && same_group(c, other))
            return other;
    }
    return NULL;
}

static RaClient *
find_owner(RaDesktop *d, const RaClient *c)
{
    RaClient *owner = NULL;
    if (c->has_transient) {
        owner = ra_by_xid(d, c->transient_for);
        if (!owner && !c->override_redirect)
            owner = group_owner(d, c);
    } else if (c->pub.kind == RA_KIND_DIALOG) {
        owner = group_owner(d, c);
    }
    if (!owner && c->override_redirect)
        owner = ra_by_id(d, c->popup_owner);
    return owner != c ? owner : NULL;
}

static bool
reaches(RaDesktop *d, const RaClient *from, guint32 id)
{
    for (int i = 0; from && i < CHAIN_MAX; i++) {
        if (from->pub.id == id)
            return true;
        from = ra_by_id(d, from->pub.owner_id);
    }
    return from != NULL; // longer than any honest chain
}

// What a client of ours is told beside: the owner above is a guess where none is named. A popup
// names none that counts.
static ChanWindowGroup
find_group(RaDesktop *d, const RaClient *c)
{
    ChanWindowGroup g = {.group = (guint32)c->group, .leader = (guint32)c->leader};

    if (c->override_redirect || (c->has_transient && ra_by_xid(d, c->transient_for)))
        g.owner = CHAN_OWNER_WINDOW;
    else if (c->has_transient)
        g.owner = CHAN_OWNER_ALL;
    return g;
}

void
ra_owners_refresh(RaDesktop *d)
{
    d->owners_stale = false;
    for (guint i = 0; i < d->clients->len; i++) {
        RaClient *c = d->clients->pdata[i];
        RaClient *owner = find_owner(d, c);
        guint32 id = owner && !reaches(d, owner, c->pub.id) ? owner->pub.id : 0;
        ChanWindowGroup group = find_group(d, c);
        c->changed |= id != c->pub.owner_id ? RA_CHANGED_HINTS : 0;
        c->changed |= memcmp(&group, &c->pub.group, sizeof group) != 0 ? RA_CHANGED_GROUP : 0;
        c->pub.owner_id = id;
        c->pub.group = group;
    }
}
