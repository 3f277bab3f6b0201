// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/account.h"

#include <string.h>
#include <winpr/ntlm.h>

#define KEY_SIZE 16

bool
account_matches(const Account *account, const char *user, const char *password)
{
    return user != NULL && password != NULL && g_ascii_strcasecmp(account->user, user) == 0 &&
           strcmp(account->password, password) == 0;
}

static char *
text_of(const UINT16 *text, UINT32 length, UINT32 flags)
{
    if (text == NULL)
        return g_strdup("");
    if ((flags & SEC_WINNT_AUTH_IDENTITY_UNICODE) == 0)
        return g_strndup((const char *)text, length);
    char *utf8 = g_utf16_to_utf8(text, length, NULL, NULL, NULL);
    return utf8 != NULL ? utf8 : g_strdup("");
}

char *
account_identity_user(const SEC_WINNT_AUTH_IDENTITY *identity)
{
    return text_of(identity->User, identity->UserLength, identity->Flags);
}

static void
hmac_md5(const guint8 *key, const void *data, gsize size, guint8 *out)
{
    gsize length = KEY_SIZE;
    GHmac *hmac = g_hmac_new(G_CHECKSUM_MD5, key, KEY_SIZE);
    g_hmac_update(hmac, data, (gssize)size);
    g_hmac_get_digest(hmac, out, &length);
    g_hmac_unref(hmac);
}

static void
rc4(const guint8 *key, const guint8 *in, guint8 *out)
{
    guint8 s[256], swap;
    for (guint i = 0; i < 256; i++)
        s[i] = (guint8)i;
    for (guint i = 0, j = 0; i < 256; i++) {
        j = (j + s[i] + key[i % KEY_SIZE]) & 255;
        swap = s[i];
        s[i] = s[j];
        s[j] = swap;
    }
    for (guint n = 0, j = 0; n < KEY_SIZE; n++) {
        guint i = n + 1;
        j = (j + s[i]) & 255;
        swap = s[i];
        s[i] = s[j];
        s[j] = swap;
        out[n] = in[n] ^ s[(s[i] + s[j]) & 255];
    }
}

static bool
same_name(const Account *account, const char *user)
{
    // NTOWFv2 is of the name in capitals, so any case of it proves the same password.
    return g_ascii_strcasecmp(account->user, user) == 0;
}

bool
account_proves(const Account *account, const NtlmProof *proof, guint8 *hash)
{
    const SEC_WINNT_AUTH_IDENTITY *id = proof->identity;
    g_autofree char *user = account_identity_user(id);
    g_autofree char *domain = text_of(id->Domain, id->DomainLength, id->Flags);
    guint8 proven[KEY_SIZE], base[KEY_SIZE], session[KEY_SIZE], mic[KEY_SIZE];
    if (!NTOWFv2A(account->password, (UINT32)strlen(account->password), user, (UINT32)strlen(user),
                  domain, (UINT32)strlen(domain), hash))
        return false;
    hmac_md5(hash, proof->challenge->pvBuffer, proof->challenge->cbBuffer, proven);
    hmac_md5(hash, proven, KEY_SIZE, base);
    rc4(base, proof->session_key, session);
    hmac_md5(session, proof->messages->pvBuffer, proof->messages->cbBuffer, mic);
    return same_name(account, user) && memcmp(mic, proof->mic, KEY_SIZE) == 0;
}
