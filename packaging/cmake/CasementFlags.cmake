# Warnings, hardening and sanitizers, for every target of the project.
# Assertions stay in release builds: a bug stops its process, which has been made to be restarted.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
include_directories(${CMAKE_SOURCE_DIR})
add_compile_definitions(CASEMENT_VERSION="${PROJECT_VERSION}")
add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wcast-qual -Wformat=2 -Wundef -Wvla -Wno-unused-parameter -Wno-missing-field-initializers
  -Wno-cast-qual -fno-strict-aliasing)
if(CMAKE_C_COMPILER_ID MATCHES Clang)
  # It takes variables that only clean up (g_autoptr) for unused, and libseccomp's macros for extensions.
  add_compile_options(-Wno-unused-variable -Wno-gnu-zero-variadic-macro-arguments)
endif()
if(CASEMENT_WERROR)
  add_compile_options(-Werror)
endif()

if(NOT WIN32)
  add_compile_definitions(_GNU_SOURCE)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_compile_options(-fstack-protector-strong)
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
  if(NOT CASEMENT_FUZZ)
    add_link_options(-pie)
  endif()
endif()

if(CASEMENT_SANITIZE)
  add_compile_options(-fsanitize=${CASEMENT_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CASEMENT_SANITIZE})
  if(CASEMENT_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
elseif(CMAKE_BUILD_TYPE MATCHES "Rel" AND NOT CASEMENT_FUZZ)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
if(CASEMENT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()
