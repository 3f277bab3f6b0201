// SPDX-License-Identifier: Apache-2.0
#pragma once

// The windows of one session, as casement-session tells of them. For lists and for knowing whether
// the session is in use; nothing is decided by what they say.

#include "channel/control.h"
#include "hostbroker/catalog.h"

#include <gio/gio.h>

#define BROKER_WINDOWS_MAX 512

typedef struct BrokerWindowList BrokerWindowList;

BrokerWindowList *broker_window_list_new(void);
void broker_window_list_free(BrokerWindowList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerWindowList, broker_window_list_free)

// Adds or changes a window. FALSE when there are too many: it is left out.
gboolean broker_window_list_set(BrokerWindowList *list, const CtlWindow *untrusted_window);
void broker_window_list_remove(BrokerWindowList *list, guint32 id);
void broker_window_list_clear(BrokerWindowList *list);
gboolean broker_window_list_has(const BrokerWindowList *list, guint32 id);
guint broker_window_list_count(const BrokerWindowList *list);

// Adds each as a{sv} (ListWindows) to an aa{sv} builder. catalog names the applications.
void broker_window_list_describe(const BrokerWindowList *list, const char *guest,
                                 BrokerCatalog *catalog, GVariantBuilder *builder);
