// SPDX-License-Identifier: Apache-2.0
// Every message decoder on any bytes: what it accepts encodes to the very same bytes again. The
// cleaning of text on any bytes: the same again when it is cleaned again.
#include "channel/msg.h"
#include "channel/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t again[1024 * 1024];

static void
same(ChanSpan payload, ChanSpan encoded)
{
    if (encoded.size != payload.size || memcmp(encoded.data, payload.data, payload.size) != 0)
        abort();
}

#define TRY(kind, Type)                                                                            \
    do {                                                                                           \
        static Type m;                                                                             \
        if (chan_##kind##_decode(&m, payload))                                                     \
            same(payload, chan_##kind##_encode(&m, again, sizeof again));                          \
    } while (0)

static void
try_text(ChanSpan payload)
{
    char once[256], twice[256];
    size_t n = chan_utf8_clean(payload, once, sizeof once);

    assert(n < sizeof once && once[n] == 0);
    if (chan_utf8_clean(CHAN_SPAN(once, n), twice, sizeof twice) != n ||
        memcmp(once, twice, n + 1) != 0)
        abort();
    if (chan_id_valid(payload, sizeof once - 1) &&
        (n != payload.size || memcmp(once, payload.data, n) != 0))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t hash[CHAN_ICON_HASH_SIZE];
    ChanSpan id;

    if (size < 1)
        return 0;
    ChanSpan payload = CHAN_SPAN(data + 1, size - 1);
    switch (data[0] % 16) {
    case 0:
        TRY(guest_info, ChanGuestInfo);
        break;
    case 1:
        TRY(host_info, ChanHostInfo);
        TRY(policy, ChanPolicy);
        break;
    case 2:
        TRY(apps, ChanApps);
        break;
    case 3:
        TRY(app, ChanApp);
        break;
    case 4:
        TRY(icon, ChanIcon);
        break;
    case 5:
        TRY(service, ChanService);
        break;
    case 6:
        TRY(program_ended, ChanProgramEnded);
        break;
    case 7:
        if (chan_app_gone_decode(&id, payload))
            same(payload, chan_app_gone_encode(id, again, sizeof again));
        break;
    case 8:
        if (chan_icon_want_decode(hash, payload))
            same(payload, chan_icon_want_encode(hash, again, sizeof again));
        break;
    case 11:
        if (chan_service_failing_decode(&id, payload))
            same(payload, chan_service_failing_encode(id, again, sizeof again));
        break;
    case 10:
        TRY(program_output, ChanProgramOutput);
        break;
    case 12:
        TRY(sessions, ChanSessions);
        break;
    case 13:
        TRY(certificates, ChanCertificates);
        break;
    case 14:
        TRY(notification, ChanNotification);
        break;
    case 15:
        TRY(notification_event, ChanNotificationEvent);
        break;
    default:
        try_text(payload);
    }
    return 0;
}
