// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small numbers for the ids of a guest's applications, for the table that session and view get. A
// number stays with its id, also when the application goes and comes back. Only when all are used
// up is the number of an application that has gone given to another.

#include <glib.h>

typedef struct BrokerAppIndex BrokerAppIndex;

BrokerAppIndex *broker_app_index_new(guint capacity);
void broker_app_index_free(BrokerAppIndex *index);

// The number of the id, now in use. At most capacity ids may be in use at a time.
guint broker_app_index_claim(BrokerAppIndex *index, const char *id);

// The next number is nobody's: what had it is gone. Only while there is one left.
void broker_app_index_skip(BrokerAppIndex *index);

// The id is no longer in use.
void broker_app_index_retire(BrokerAppIndex *index, const char *id);

// Id of a number, or NULL; borrowed until the next claim.
const char *broker_app_index_id(BrokerAppIndex *index, guint number);
