// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files of the host given to programs of a guest. A copy goes into the guest's document folder,
// the only place of the host's files that it sees; what the guest saves there is copied back,
// unless the original changed meanwhile: then both are kept and the user is told. What the guest
// writes is taken as bytes: no link is followed, nothing but plain files is read.

#include "hostbroker/host.h"

#define BROKER_DOCUMENT_MAX (256 * 1024 * 1024) // bytes of one file
#define BROKER_DOCUMENTS_MAX 256                // open at a time for one guest

typedef struct BrokerDocuments BrokerDocuments;

// text: what the user has to read; borrowed.
typedef void (*BrokerDocumentsTell)(const char *text, gpointer user);

// folder: the guest's document folder on the host (made by its kind when the guest starts);
// owner: uid that the guest's programs have.
BrokerDocuments *broker_documents_new(const BrokerHost *host, const char *guest, const char *folder,
                                      BrokerDocumentsTell tell, gpointer user);
void broker_documents_free(BrokerDocuments *documents);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerDocuments, broker_documents_free)

// Gives a file (absolute path or file: URI) to the guest. Returns its path relative to the document
// folder; the caller's to free. NULL with error set. A file given twice keeps its copy.
char *broker_documents_give(BrokerDocuments *documents, const char *file, GError **error);

// The guest ended: saves what is not saved yet, removes the copies.
void broker_documents_clear(BrokerDocuments *documents);
