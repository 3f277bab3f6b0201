// SPDX-License-Identifier: Apache-2.0
#include "channel/msg.h"

#include "channel/conn.h"
#include "channel/wire.h"

#include <string.h>

// Text under the limit its decoder will hold it to, so that what is encoded can be decoded.
static void
write_text(ChanWriter *w, ChanSpan text, size_t max)
{
    if (text.size > max)
        w->failed = true;
    chan_write_text(w, text);
}

static void
write_count(ChanWriter *w, uint16_t n, size_t max)
{
    if (n > max)
        w->failed = true;
    chan_write_u16(w, n);
}

// Text that may not be empty.
static void
write_name(ChanWriter *w, ChanSpan text, size_t max)
{
    if (text.size == 0)
        w->failed = true;
    write_text(w, text, max);
}

static ChanSpan
read_name(ChanReader *r, size_t max)
{
    ChanSpan text = chan_read_text(r, max);

    if (text.size == 0)
        chan_reader_fail(r);
    return text;
}

static void
read_hash(ChanReader *r, uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    ChanSpan bytes = chan_read_bytes(r, CHAN_ICON_HASH_SIZE);

    if (bytes.size == CHAN_ICON_HASH_SIZE)
        memcpy(hash, bytes.data, CHAN_ICON_HASH_SIZE);
}

// Messages that are one name.
static ChanSpan
encode_name(ChanSpan name, size_t max, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    write_name(&w, name, max);
    return chan_writer_span(&w);
}

static bool
decode_name(ChanSpan *name, size_t max, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    *name = read_name(&r, max);
    return chan_reader_end(&r);
}

// Fails unless the value is within its bounds.
static uint32_t
ranged(ChanReader *r, uint32_t v, uint32_t low, uint32_t high)
{
    if (v < low || v > high)
        chan_reader_fail(r);
    return v;
}

ChanSpan
chan_guest_info_encode(const ChanGuestInfo *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u8(&w, m->os);
    write_text(&w, m->os_name, CHAN_NAME_MAX);
    write_text(&w, m->host_name, CHAN_NAME_MAX);
    write_text(&w, m->user_name, CHAN_NAME_MAX);
    write_text(&w, m->locale, CHAN_NAME_MAX);
    return chan_writer_span(&w);
}

bool
chan_guest_info_decode(ChanGuestInfo *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->os = (uint8_t)ranged(&r, chan_read_u8(&r), CHAN_OS_LINUX, CHAN_OS_WINDOWS);
    m->os_name = chan_read_text(&r, CHAN_NAME_MAX);
    m->host_name = chan_read_text(&r, CHAN_NAME_MAX);
    m->user_name = chan_read_text(&r, CHAN_NAME_MAX);
    m->locale = chan_read_text(&r, CHAN_NAME_MAX);
    return chan_reader_end(&r);
}

ChanSpan
chan_host_info_encode(const ChanHostInfo *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    write_text(&w, m->locale, CHAN_NAME_MAX);
    write_text(&w, m->time_zone, CHAN_NAME_MAX);
    return chan_writer_span(&w);
}

bool
chan_host_info_decode(ChanHostInfo *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->locale = chan_read_text(&r, CHAN_NAME_MAX);
    m->time_zone = chan_read_text(&r, CHAN_NAME_MAX);
    return chan_reader_end(&r);
}

ChanSpan
chan_policy_encode(const ChanPolicy *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u32(&w, m->flags);
    return chan_writer_span(&w);
}

bool
chan_policy_decode(ChanPolicy *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->flags = chan_read_u32(&r);
    return chan_reader_end(&r);
}

ChanSpan
chan_apps_encode(const ChanApps *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u32(&w, m->serial);
    chan_write_u32(&w, m->count);
    return chan_writer_span(&w);
}

bool
chan_apps_decode(ChanApps *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->serial = chan_read_u32(&r);
    m->count = chan_read_u32(&r);
    return chan_reader_end(&r);
}

static void
write_list(ChanWriter *w, const ChanSpan *list, uint16_t n)
{
    write_count(w, n, CHAN_LIST_MAX);
    for (uint16_t i = 0; i < n && !w->failed; i++)
        write_text(w, list[i], CHAN_LIST_ENTRY_MAX);
}

static uint16_t
read_list(ChanReader *r, ChanSpan *list)
{
    uint16_t n = chan_read_count(r, CHAN_LIST_MAX);

    for (uint16_t i = 0; i < n; i++)
        list[i] = chan_read_text(r, CHAN_LIST_ENTRY_MAX);
    return n;
}

ChanSpan
chan_app_encode(const ChanApp *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    write_name(&w, m->id, CHAN_ID_MAX);
    write_text(&w, m->name, CHAN_NAME_MAX);
    write_text(&w, m->generic_name, CHAN_NAME_MAX);
    write_text(&w, m->comment, CHAN_COMMENT_MAX);
    write_text(&w, m->wm_class, CHAN_ID_MAX);
    write_text(&w, m->program, CHAN_PROGRAM_MAX);
    write_text(&w, m->directory, CHAN_PROGRAM_MAX);
    write_text(&w, m->folder, CHAN_NAME_MAX);
    chan_write_u32(&w, m->flags);
    write_list(&w, m->categories, m->n_categories);
    write_list(&w, m->keywords, m->n_keywords);
    write_list(&w, m->mime_types, m->n_mime_types);
    write_count(&w, m->n_actions, CHAN_ACTIONS_MAX);
    for (uint16_t i = 0; i < m->n_actions && !w.failed; i++) {
        write_name(&w, m->actions[i].id, CHAN_ID_MAX);
        write_text(&w, m->actions[i].name, CHAN_NAME_MAX);
    }
    write_count(&w, m->n_icons, CHAN_ICONS_MAX);
    for (uint16_t i = 0; i < m->n_icons && !w.failed; i++) {
        if (m->icons[i].size < 1 || m->icons[i].size > CHAN_ICON_SIDE_MAX)
            w.failed = true;
        chan_write_u16(&w, m->icons[i].size);
        chan_write_bytes(&w, CHAN_SPAN(m->icons[i].hash, CHAN_ICON_HASH_SIZE));
    }
    return chan_writer_span(&w);
}

bool
chan_app_decode(ChanApp *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->id = read_name(&r, CHAN_ID_MAX);
    m->name = chan_read_text(&r, CHAN_NAME_MAX);
    m->generic_name = chan_read_text(&r, CHAN_NAME_MAX);
    m->comment = chan_read_text(&r, CHAN_COMMENT_MAX);
    m->wm_class = chan_read_text(&r, CHAN_ID_MAX);
    m->program = chan_read_text(&r, CHAN_PROGRAM_MAX);
    m->directory = chan_read_text(&r, CHAN_PROGRAM_MAX);
    m->folder = chan_read_text(&r, CHAN_NAME_MAX);
    m->flags = chan_read_u32(&r);
    m->n_categories = read_list(&r, m->categories);
    m->n_keywords = read_list(&r, m->keywords);
    m->n_mime_types = read_list(&r, m->mime_types);
    m->n_actions = chan_read_count(&r, CHAN_ACTIONS_MAX);
    for (uint16_t i = 0; i < m->n_actions; i++) {
        m->actions[i].id = read_name(&r, CHAN_ID_MAX);
        m->actions[i].name = chan_read_text(&r, CHAN_NAME_MAX);
    }
    m->n_icons = chan_read_count(&r, CHAN_ICONS_MAX);
    for (uint16_t i = 0; i < m->n_icons; i++) {
        m->icons[i].size = (uint16_t)ranged(&r, chan_read_u16(&r), 1, CHAN_ICON_SIDE_MAX);
        read_hash(&r, m->icons[i].hash);
    }
    return chan_reader_end(&r);
}

ChanSpan
chan_app_gone_encode(ChanSpan id, void *buffer, size_t capacity)
{
    return encode_name(id, CHAN_ID_MAX, buffer, capacity);
}

bool
chan_app_gone_decode(ChanSpan *id, ChanSpan untrusted_payload)
{
    return decode_name(id, CHAN_ID_MAX, untrusted_payload);
}

static size_t
icon_size(const ChanIcon *m)
{
    return (size_t)m->width * m->height * 4;
}

ChanSpan
chan_icon_encode(const ChanIcon *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    if (m->width < 1 || m->width > CHAN_ICON_SIDE_MAX || m->height < 1 ||
        m->height > CHAN_ICON_SIDE_MAX || m->pixels.size != icon_size(m))
        w.failed = true;
    chan_write_bytes(&w, CHAN_SPAN(m->hash, CHAN_ICON_HASH_SIZE));
    chan_write_u16(&w, m->width);
    chan_write_u16(&w, m->height);
    chan_write_bytes(&w, m->pixels);
    return chan_writer_span(&w);
}

bool
chan_icon_decode(ChanIcon *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    read_hash(&r, m->hash);
    m->width = (uint16_t)ranged(&r, chan_read_u16(&r), 1, CHAN_ICON_SIDE_MAX);
    m->height = (uint16_t)ranged(&r, chan_read_u16(&r), 1, CHAN_ICON_SIDE_MAX);
    m->pixels = chan_read_bytes(&r, icon_size(m));
    return chan_reader_end(&r);
}

ChanSpan
chan_icon_want_encode(const uint8_t hash[CHAN_ICON_HASH_SIZE], void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_bytes(&w, CHAN_SPAN(hash, CHAN_ICON_HASH_SIZE));
    return chan_writer_span(&w);
}

bool
chan_icon_want_decode(uint8_t hash[CHAN_ICON_HASH_SIZE], ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    read_hash(&r, hash);
    return chan_reader_end(&r);
}

ChanSpan
chan_service_encode(const ChanService *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    write_name(&w, m->name, CHAN_SERVICE_MAX);
    chan_write_u8(&w, m->available ? 1 : 0);
    write_text(&w, m->reason, CHAN_COMMENT_MAX);
    return chan_writer_span(&w);
}

bool
chan_service_decode(ChanService *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->name = read_name(&r, CHAN_SERVICE_MAX);
    m->available = (uint8_t)ranged(&r, chan_read_u8(&r), 0, 1);
    m->reason = chan_read_text(&r, CHAN_COMMENT_MAX);
    return chan_reader_end(&r);
}

ChanSpan
chan_service_failing_encode(ChanSpan name, void *buffer, size_t capacity)
{
    return encode_name(name, CHAN_SERVICE_MAX, buffer, capacity);
}

bool
chan_service_failing_decode(ChanSpan *name, ChanSpan untrusted_payload)
{
    return decode_name(name, CHAN_SERVICE_MAX, untrusted_payload);
}

ChanSpan
chan_program_ended_encode(const ChanProgramEnded *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    write_text(&w, m->app_id, CHAN_ID_MAX);
    chan_write_u32(&w, m->pid);
    chan_write_i32(&w, m->status);
    return chan_writer_span(&w);
}

bool
chan_program_ended_decode(ChanProgramEnded *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->app_id = chan_read_text(&r, CHAN_ID_MAX);
    m->pid = chan_read_u32(&r);
    m->status = chan_read_i32(&r);
    return chan_reader_end(&r);
}

ChanSpan
chan_program_output_encode(const ChanProgramOutput *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u32(&w, m->pid);
    write_name(&w, m->file, CHAN_NAME_MAX);
    return chan_writer_span(&w);
}

bool
chan_program_output_decode(ChanProgramOutput *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->pid = chan_read_u32(&r);
    m->file = read_name(&r, CHAN_NAME_MAX);
    return chan_reader_end(&r);
}

ChanSpan
chan_sessions_encode(const ChanSessions *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    write_count(&w, m->n, CHAN_SESSIONS_MAX);
    for (uint16_t i = 0; i < m->n && !w.failed; i++) {
        const ChanSession *s = &m->sessions[i];
        chan_write_u32(&w, s->id);
        chan_write_u8(&w, s->state);
        chan_write_u8(&w, s->lock);
        chan_write_u8(&w, s->connected ? 1 : 0);
        chan_write_u16(&w, s->dpi);
        chan_write_u32(&w, s->keyboard);
        write_text(&w, s->user, CHAN_NAME_MAX);
    }
    return chan_writer_span(&w);
}

bool
chan_sessions_decode(ChanSessions *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->n = chan_read_count(&r, CHAN_SESSIONS_MAX);
    for (uint16_t i = 0; i < m->n; i++) {
        ChanSession *s = &m->sessions[i];
        s->id = chan_read_u32(&r);
        s->state = (uint8_t)ranged(&r, chan_read_u8(&r), CHAN_SESSION_LOGGED_ON,
                                   CHAN_SESSION_LOG_ON_SCREEN);
        s->lock = (uint8_t)ranged(&r, chan_read_u8(&r), CHAN_LOCK_UNKNOWN, CHAN_LOCK_LOCKED);
        s->connected = (uint8_t)ranged(&r, chan_read_u8(&r), 0, 1);
        s->dpi = chan_read_u16(&r);
        s->keyboard = chan_read_u32(&r);
        s->user = chan_read_text(&r, CHAN_NAME_MAX);
    }
    return chan_reader_end(&r);
}

static bool
is_hash_size(uint8_t size)
{
    return size == CHAN_SHA1_SIZE || size == CHAN_SHA256_SIZE;
}

ChanSpan
chan_certificates_encode(const ChanCertificates *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    write_count(&w, m->n, CHAN_CERTIFICATES_MAX);
    for (uint16_t i = 0; i < m->n && !w.failed; i++) {
        const ChanCertificate *c = &m->certificates[i];
        if (!is_hash_size(c->size)) {
            w.failed = true;
            break;
        }
        chan_write_u8(&w, c->size);
        chan_write_bytes(&w, CHAN_SPAN(c->hash, c->size));
    }
    return chan_writer_span(&w);
}

bool
chan_certificates_decode(ChanCertificates *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->n = chan_read_count(&r, CHAN_CERTIFICATES_MAX);
    for (uint16_t i = 0; i < m->n; i++) {
        ChanCertificate *c = &m->certificates[i];
        *c = (ChanCertificate){.size = chan_read_u8(&r)};
        if (!is_hash_size(c->size)) {
            chan_reader_fail(&r);
            return false;
        }
        ChanSpan bytes = chan_read_bytes(&r, c->size);
        if (bytes.size == c->size)
            memcpy(c->hash, bytes.data, c->size);
    }
    return chan_reader_end(&r);
}

static void
write_picture(ChanWriter *w, const ChanNotification *m)
{
    size_t bytes = (size_t)m->width * m->height * 4;

    if (m->width > CHAN_NOTIFICATION_SIDE_MAX || m->height > CHAN_NOTIFICATION_SIDE_MAX ||
        m->pixels.size != bytes)
        w->failed = true;
    chan_write_u16(w, m->width);
    chan_write_u16(w, m->height);
    chan_write_bytes(w, m->pixels);
}

ChanSpan
chan_notification_encode(const ChanNotification *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u32(&w, m->id);
    chan_write_u8(&w, m->urgency);
    chan_write_u8(&w, m->flags);
    chan_write_i32(&w, m->expire_ms);
    write_text(&w, m->app_id, CHAN_ID_MAX);
    write_text(&w, m->app_name, CHAN_NAME_MAX);
    write_text(&w, m->summary, CHAN_NAME_MAX);
    write_text(&w, m->body, CHAN_COMMENT_MAX);
    write_count(&w, m->n_actions, CHAN_NOTIFICATION_ACTIONS_MAX);
    for (uint16_t i = 0; i < m->n_actions && !w.failed; i++) {
        chan_write_u8(&w, m->actions[i].is_default);
        write_text(&w, m->actions[i].name, CHAN_NAME_MAX);
    }
    write_picture(&w, m);
    return chan_writer_span(&w);
}

bool
chan_notification_decode(ChanNotification *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->id = (uint32_t)ranged(&r, chan_read_u32(&r), 1, UINT32_MAX);
    m->urgency = (uint8_t)ranged(&r, chan_read_u8(&r), 0, 2);
    m->flags = (uint8_t)ranged(&r, chan_read_u8(&r), 0,
                               CHAN_NOTIFICATION_TRANSIENT | CHAN_NOTIFICATION_RESIDENT);
    m->expire_ms = chan_read_i32(&r);
    if (m->expire_ms < -1)
        chan_reader_fail(&r);
    m->app_id = chan_read_text(&r, CHAN_ID_MAX);
    m->app_name = chan_read_text(&r, CHAN_NAME_MAX);
    m->summary = chan_read_text(&r, CHAN_NAME_MAX);
    m->body = chan_read_text(&r, CHAN_COMMENT_MAX);
    m->n_actions = chan_read_count(&r, CHAN_NOTIFICATION_ACTIONS_MAX);
    for (uint16_t i = 0; i < m->n_actions; i++) {
        m->actions[i].is_default = (uint8_t)ranged(&r, chan_read_u8(&r), 0, 1);
        m->actions[i].name = chan_read_text(&r, CHAN_NAME_MAX);
    }
    m->width = (uint16_t)ranged(&r, chan_read_u16(&r), 0, CHAN_NOTIFICATION_SIDE_MAX);
    m->height = (uint16_t)ranged(&r, chan_read_u16(&r), 0, CHAN_NOTIFICATION_SIDE_MAX);
    m->pixels = chan_read_bytes(&r, (size_t)m->width * m->height * 4);
    return chan_reader_end(&r);
}

ChanSpan
chan_notification_gone_encode(uint32_t id, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u32(&w, id);
    return chan_writer_span(&w);
}

bool
chan_notification_gone_decode(uint32_t *id, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    *id = chan_read_u32(&r);
    return chan_reader_end(&r);
}

ChanSpan
chan_notification_event_encode(const ChanNotificationEvent *m, void *buffer, size_t capacity)
{
    ChanWriter w = chan_writer(buffer, capacity);

    chan_write_u32(&w, m->id);
    chan_write_u32(&w, m->what);
    return chan_writer_span(&w);
}

bool
chan_notification_event_decode(ChanNotificationEvent *m, ChanSpan untrusted_payload)
{
    ChanReader r = chan_reader(untrusted_payload);

    m->id = chan_read_u32(&r);
    m->what = chan_read_u32(&r);
    return chan_reader_end(&r);
}
