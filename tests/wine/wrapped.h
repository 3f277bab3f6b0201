// SPDX-License-Identifier: Apache-2.0
#pragma once

// Functions of Windows' DLLs that a test program has its own of, by the linker's --wrap of what
// points to them (wrap_import in guestagent/win32/CMakeLists.txt). bytes: of its arguments in 32
// bits.

#ifdef __i386__
#define WRAPPED_NAME(prefix, name, bytes) "_" prefix "_imp__" #name "@" #bytes
#else
#define WRAPPED_NAME(prefix, name, bytes) prefix "__imp_" #name
#endif

// wrapped_NAME: what all of the program calls. real_NAME: the DLL's.
#define WRAPPED(name, bytes)                                                                       \
    extern __typeof__(&name) wrapped_##name asm(WRAPPED_NAME("__wrap_", name, bytes))
#define REAL(name, bytes)                                                                          \
    extern __typeof__(&name) real_##name asm(WRAPPED_NAME("__real_", name, bytes))
