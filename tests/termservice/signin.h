// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/options.h"

#include <freerdp/peer.h>
#include <stdbool.h>

// Who the client is, and whether the machine lets it in.

typedef struct {
    const Options *options;
    guint32 nla_status; // what the failing CredSSP has to say; 0: it did not fail
    bool nla_done;      // the client has proven its password
} SignIn;

// CredSSP, in the middle of it: the hash callback of the library ([MS-NLMP] 3.3.2), for
// peer->SspiNtlmHashCallback. Fills a wrong hash where the client is not let in, which makes the
// library refuse it.
void signin_ntlm(SignIn *signin, const NtlmProof *proof, guint8 *hash);

// The library names a failure in a code of its own; this puts the NTSTATUS of a Windows into a
// TSRequest with errorCode ([MS-CSSP] 2.2.1) about to be written.
void signin_correct_status(const SignIn *signin, guint8 *request, gsize size);

// Once active: returns true if the client may have the session, and tells it where it may not.
// `*error_info` is set to the reason for which it has to go altogether, or 0.
bool signin_complete(SignIn *signin, freerdp_peer *peer, guint32 *error_info);

// The user is logged on.
void signin_tell(const SignIn *signin, freerdp_peer *peer);
