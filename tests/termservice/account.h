// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <winpr/sspi.h>

// The one account of the double. Its domain is the machine: a client may name any or none.

typedef struct {
    char *user, *password;
} Account;

// A client of the CredSSP handshake, as far as the library tells of it ([MS-NLMP] 3.3.2).
typedef struct {
    const SEC_WINNT_AUTH_IDENTITY *identity;
    const SecBuffer *challenge; // server challenge and the client's blob
    const guint8 *session_key;  // EncryptedRandomSessionKey, 16 bytes
    const guint8 *mic;          // 16 bytes
    const SecBuffer *messages;  // what the MIC is of
} NtlmProof;

// User names compare without case, passwords with.
bool account_matches(const Account *account, const char *user, const char *password);

// The user's name as the client gave it; free with g_free.
char *account_identity_user(const SEC_WINNT_AUTH_IDENTITY *identity);

// Fills `hash` (NTOWFv2, 16 bytes) for the account's password, and says whether the client knows
// that password. Of a client that sends no MIC that cannot be said here: false.
bool account_proves(const Account *account, const NtlmProof *proof, guint8 *hash);
