// SPDX-License-Identifier: Apache-2.0
#include "channel/input_path.h"

#include <string.h>

static bool
is_place(const ChanInput *i)
{
    return i->x >= 0 && i->x <= CHAN_INPUT_PLACE_MAX && i->y >= 0 && i->y <= CHAN_INPUT_PLACE_MAX;
}

static bool
is_wheel(const ChanInput *i)
{
    return i->x >= -CHAN_INPUT_WHEEL_MAX && i->x <= CHAN_INPUT_WHEEL_MAX &&
           i->y >= -CHAN_INPUT_WHEEL_MAX && i->y <= CHAN_INPUT_WHEEL_MAX;
}

static bool
is_button(uint32_t code)
{
    return code >= 1 && code <= CHAN_WINDOW_BUTTON_LAST && (code < 4 || code > 7);
}

bool
chan_input_check(ChanSpan packet, ChanInput *input)
{
    if (packet.size != sizeof *input)
        return false;
    memcpy(input, packet.data, sizeof *input);
    switch ((ChanInputType)input->type) {
    case CHAN_INPUT_KEY:
        return input->code >= 1 && input->code <= CHAN_WINDOW_KEY_CODE_LAST && input->down <= 1 &&
               input->x == 0 && input->y == 0;
    case CHAN_INPUT_MOVE:
        return input->code == 0 && input->down == 0 && is_place(input);
    case CHAN_INPUT_BUTTON:
        return is_button(input->code) && input->down <= 1 && is_place(input);
    case CHAN_INPUT_WHEEL:
        return input->code == 0 && input->down == 0 && is_wheel(input);
    }
    return false;
}
