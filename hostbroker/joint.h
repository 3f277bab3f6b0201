// SPDX-License-Identifier: Apache-2.0
#pragma once

// Two sockets made one: carries the bytes of each to the other until both have ended, or one has
// failed. What one does not take now is held back on the other; half-close is kept.

#include <gio/gio.h>

typedef struct BrokerJoint BrokerJoint;

// It is over: free it, from here or later.
typedef void (*BrokerJointEnded)(BrokerJoint *joint, gpointer user);

// Takes both descriptors, which become non-blocking.
BrokerJoint *broker_joint_new(GMainContext *context, int take_a, int take_b, BrokerJointEnded ended,
                              gpointer user);
// Closes both. NULL-safe.
void broker_joint_free(BrokerJoint *joint);
