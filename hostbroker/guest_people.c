// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/guest_people.h"

#include "channel/utf8.h"

struct BrokerGuestPeople {
    guint16 n;
    ChanSession sessions[CHAN_SESSIONS_MAX]; // their user is in users
    char users[CHAN_SESSIONS_MAX][CHAN_NAME_MAX + 1];
    ChanCertificates certificates;
};

BrokerGuestPeople *
broker_guest_people_new(void)
{
    return g_new0(BrokerGuestPeople, 1);
}

void
broker_guest_people_free(BrokerGuestPeople *p)
{
    g_free(p);
}

void
broker_guest_people_forget(BrokerGuestPeople *p)
{
    *p = (BrokerGuestPeople){0};
}

gboolean
broker_guest_people_sessions(BrokerGuestPeople *p, ChanSpan untrusted_payload)
{
    ChanSessions m;

    if (!chan_sessions_decode(&m, untrusted_payload))
        return FALSE;
    p->n = m.n;
    for (guint16 i = 0; i < m.n; i++) {
        chan_utf8_clean(m.sessions[i].user, p->users[i], sizeof p->users[i]);
        p->sessions[i] = m.sessions[i];
        p->sessions[i].user = (ChanSpan){0};
    }
    return TRUE;
}

gboolean
broker_guest_people_certificates(BrokerGuestPeople *p, ChanSpan untrusted_payload)
{
    ChanCertificates m;

    if (!chan_certificates_decode(&m, untrusted_payload))
        return FALSE;
    p->certificates = m;
    return TRUE;
}

const ChanCertificates *
broker_guest_people_known(const BrokerGuestPeople *p)
{
    return &p->certificates;
}

const char *
broker_guest_people_user(const BrokerGuestPeople *p)
{
    const char *left = NULL;

    for (guint16 i = 0; i < p->n; i++) {
        if (p->sessions[i].state != CHAN_SESSION_LOGGED_ON || !*p->users[i])
            continue;
        if (p->sessions[i].connected)
            return p->users[i];
        left = left ? left : p->users[i];
    }
    return left;
}

static void
add(GVariantBuilder *builder, const char *key, GVariant *value)
{
    g_variant_builder_add(builder, "{sv}", key, value);
}

GVariant *
broker_guest_people_describe(const BrokerGuestPeople *p)
{
    static const char *const states[] = {
        [CHAN_SESSION_LOGGED_ON] = "logged-on", [CHAN_SESSION_LOG_ON_SCREEN] = "log-on-screen"};
    static const char *const locks[] = {
        [CHAN_LOCK_UNKNOWN] = "", [CHAN_LOCK_OPEN] = "open", [CHAN_LOCK_LOCKED] = "locked"};
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint16 i = 0; i < p->n; i++) {
        const ChanSession *s = &p->sessions[i];
        g_variant_builder_open(&builder, G_VARIANT_TYPE_VARDICT);
        add(&builder, "id", g_variant_new_uint32(s->id));
        add(&builder, "state", g_variant_new_string(states[s->state]));
        add(&builder, "lock", g_variant_new_string(locks[s->lock]));
        add(&builder, "connected", g_variant_new_boolean(s->connected));
        add(&builder, "user", g_variant_new_string(p->users[i]));
        add(&builder, "keyboard", g_variant_new_uint32(s->keyboard));
        add(&builder, "dpi", g_variant_new_uint32(s->dpi));
        g_variant_builder_close(&builder);
    }
    return g_variant_builder_end(&builder);
}

GVariant *
broker_guest_people_describe_certificates(const BrokerGuestPeople *p)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    for (guint16 i = 0; i < p->certificates.n; i++) {
        const ChanCertificate *c = &p->certificates.certificates[i];
        g_autoptr(GString) text = g_string_new(c->size == CHAN_SHA256_SIZE ? "sha256:" : "sha1:");
        for (guint8 k = 0; k < c->size; k++)
            g_string_append_printf(text, "%02x", c->hash[k]);
        g_variant_builder_add(&builder, "s", text->str);
    }
    return g_variant_builder_end(&builder);
}
