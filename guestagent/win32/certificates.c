// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/certificates.h"

#include "guestagent/win32/remote_desktop.h"

#include <windows.h>
// after windows.h
#include <wincrypt.h>

#ifndef CALG_SHA_256
#define CALG_SHA_256 0x0000800c
#endif
#ifndef PROV_RSA_AES
#define PROV_RSA_AES 24
#endif

// crypt32 is loaded only here: no other use of the agent needs it.
typedef HCERTSTORE(WINAPI *Open)(LPCSTR, DWORD, HCRYPTPROV, DWORD, const void *);
typedef PCCERT_CONTEXT(WINAPI *Next)(HCERTSTORE, PCCERT_CONTEXT);
typedef BOOL(WINAPI *Release)(PCCERT_CONTEXT);
typedef BOOL(WINAPI *Close)(HCERTSTORE, DWORD);

static HMODULE
library(void)
{
    static HMODULE crypt32;

    if (!crypt32)
        crypt32 = LoadLibraryW(L"crypt32.dll");
    return crypt32;
}

static void
add_given(ChanCertificates *all)
{
    ChanCertificate *c = &all->certificates[all->n];
    DWORD size = CHAN_SHA1_SIZE, type = 0;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, WIN_RDP_LISTENER, 0, KEY_READ, &key) != ERROR_SUCCESS)
        return;
    if (RegQueryValueExW(key, L"SSLCertificateSHA1Hash", NULL, &type, c->hash, &size) ==
            ERROR_SUCCESS &&
        type == REG_BINARY && size == CHAN_SHA1_SIZE) {
        c->size = CHAN_SHA1_SIZE;
        all->n++;
    }
    RegCloseKey(key);
}

static bool
hash(HCRYPTPROV provider, PCCERT_CONTEXT found, ChanCertificate *c)
{
    DWORD size = CHAN_SHA256_SIZE;
    HCRYPTHASH hash;

    if (!CryptCreateHash(provider, CALG_SHA_256, 0, 0, &hash))
        return false;
    bool ok = CryptHashData(hash, found->pbCertEncoded, found->cbCertEncoded, 0) &&
              CryptGetHashParam(hash, HP_HASHVAL, c->hash, &size, 0);
    CryptDestroyHash(hash);
    c->size = CHAN_SHA256_SIZE;
    return ok;
}

static void
add_made(ChanCertificates *all, HCRYPTPROV provider)
{
    Open open = (Open)(uintptr_t)GetProcAddress(library(), "CertOpenStore");
    Next next = (Next)(uintptr_t)GetProcAddress(library(), "CertEnumCertificatesInStore");
    Release release = (Release)(uintptr_t)GetProcAddress(library(), "CertFreeCertificateContext");
    Close close = (Close)(uintptr_t)GetProcAddress(library(), "CertCloseStore");
    PCCERT_CONTEXT found = NULL;

    if (!open || !next || !release || !close)
        return;
    HCERTSTORE store = open(CERT_STORE_PROV_SYSTEM_W, 0, 0,
                            CERT_SYSTEM_STORE_LOCAL_MACHINE | CERT_STORE_OPEN_EXISTING_FLAG |
                                CERT_STORE_READONLY_FLAG,
                            L"Remote Desktop");
    if (!store)
        return;
    while (all->n < CHAN_CERTIFICATES_MAX && (found = next(store, found)))
        if (hash(provider, found, &all->certificates[all->n]))
            all->n++;
    if (found)
        release(found);
    close(store, 0);
}

void
win_certificates_get(ChanCertificates *certificates)
{
    static HCRYPTPROV provider;

    *certificates = (ChanCertificates){0};
    add_given(certificates);
    if (!provider)
        CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT);
    if (provider && library())
        add_made(certificates, provider);
}
