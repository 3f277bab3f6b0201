// SPDX-License-Identifier: Apache-2.0
#pragma once

// One value of a guest's file: from text into a field of a struct, and back.

#include <glib.h>

typedef enum {
    BROKER_VALUE_TEXT,        // char *
    BROKER_VALUE_PATH,        // char *: absolute
    BROKER_VALUE_BOOL,        // gboolean
    BROKER_VALUE_INT,         // gint64
    BROKER_VALUE_CHOICE,      // int: index of a name
    BROKER_VALUE_COLOUR,      // guint32: #RRGGBB as 0x01RRGGBB, or none as 0
    BROKER_VALUE_LIST,        // char **
    BROKER_VALUE_IDS,         // char **: ids of applications
    BROKER_VALUE_SHARES,      // char **: absolute path, with or without ":rw"
    BROKER_VALUE_ENVIRONMENT, // char **: NAME=VALUE
} BrokerValueType;

typedef struct {
    const char *name;
    BrokerValueType type;
    gsize offset;    // of the field in the struct
    gint64 min, max; // of the number, the text's bytes, or the list's entries
    const char *const *choices;
} BrokerValueKey;

// Sets the field (freeing what was there). FALSE when the text is not a value of this key: why is
// half a sentence saying what it should be, and the caller's to free.
gboolean
broker_value_parse(const BrokerValueKey *key, const char *text, gpointer object, char **why);

// The field as text for a file; caller frees.
char *broker_value_format(const BrokerValueKey *key, gconstpointer object);

// Frees what the field holds, and zeroes it.
void broker_value_clear(const BrokerValueKey *key, gpointer object);
