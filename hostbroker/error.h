// SPDX-License-Identifier: Apache-2.0
#pragma once

// The conditions a caller of casementd can meet. Each is org.casement.Error.NAME on the bus
// (packaging/dbus/org.casement.Broker1.xml); messages are whole sentences for the user.

#include <gio/gio.h>

typedef enum {
    BROKER_ERROR_FAILED,
    BROKER_ERROR_INVALID_ARGUMENT,
    BROKER_ERROR_NO_SUCH_GUEST,
    BROKER_ERROR_NO_SUCH_APP,
    BROKER_ERROR_GUEST_FAILED,
    BROKER_ERROR_NOT_ALLOWED,
    BROKER_ERROR_NOT_SUPPORTED,
    BROKER_ERROR_BUSY,
    BROKER_ERROR_TIMEOUT,
    BROKER_ERROR_SIGN_IN,       // nobody said who signs in to the guest
    BROKER_ERROR_PROGRAM_ENDED, // it was started, and failed before it showed a window
} BrokerError;

#define BROKER_ERROR broker_error_quark()

// Also registers the names with GDBus.
GQuark broker_error_quark(void);

// An error of any domain as one that may go over the bus: other domains become FAILED with the
// same text. Caller frees.
GError *broker_error_for_bus(const GError *error);
