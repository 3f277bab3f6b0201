// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/connection.h"

// The input channel of one client ([MS-RDPEI]): its fingers.

typedef struct Touch Touch;

Touch *touch_new(Connection *connection);
void touch_free(Touch *touch);

void touch_receive(Touch *touch);

// Whether it wants to hear of fingers (2.2.3.4, 2.2.3.5).
void touch_suspend(Touch *touch, bool on);
