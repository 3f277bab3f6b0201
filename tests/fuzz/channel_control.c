// SPDX-License-Identifier: Apache-2.0
// ctl_check on any packet: what it accepts can be read as its struct, text included.
#include "channel/control.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t total;

#define READ(field) (total += strlen(m->field))

static void
read_texts(CtlType type, const void *packet, size_t size)
{
    if (type == CTL_SETUP) {
        const CtlSetup *m = packet;
        READ(guest), READ(title_prefix);
    } else if (type == CTL_APP) {
        const CtlApp *m = packet;
        READ(app_id), READ(wm_class), READ(name), READ(model_id), READ(program);
    } else if (type == CTL_EXEC) {
        const CtlExec *m = packet;
        const char *at = (const char *)(m + 1), *end = (const char *)packet + size;
        READ(program), READ(directory), READ(startup_id);
        while (at < end)
            at += strlen(at) + 1;
        if (at != end)
            abort();
    } else if (type == CTL_WINDOW) {
        const CtlWindow *m = packet;
        READ(untrusted_title);
    } else if (type == CTL_TRAY) {
        const CtlTray *m = packet;
        const uint8_t *pixels = (const uint8_t *)(m + 1);
        READ(untrusted_tip);
        for (size_t i = 0; i < (size_t)m->width * m->height * 4; i++)
            total += pixels[i];
    } else if (type == CTL_TRAY_BALLOON) {
        const CtlTrayBalloon *m = packet;
        READ(untrusted_title), READ(untrusted_text);
    } else if (type == CTL_NOTICE) {
        const CtlNotice *m = packet;
        READ(text);
    } else if (type == CTL_STARTUP) {
        const CtlStartup *m = packet;
        READ(startup_id);
    } else if (type == CTL_ADOPT) {
        const CtlAdopt *m = packet;
        READ(guest);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    // Memory of its own, so that it is aligned as a packet's is.
    uint8_t *packet = malloc(size > 0 ? size : 1);

    if (!packet)
        abort();
    if (size > 0)
        memcpy(packet, data, size);
    if (ctl_check(CHAN_SPAN(packet, size)))
        read_texts(ctl_type(CHAN_SPAN(packet, size)), packet, size);
    free(packet);
    return 0;
}
