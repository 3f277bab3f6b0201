# casement_test(NAME SOURCES a.c b.c LIBS x y [LABELS slow] [TIMEOUT s])
# One test program, one ctest entry of the same name. Tests are written with GLib's test framework
# (g_test_*, g_assert_*), or plain assertions where GLib may not be used.
function(casement_test name)
  cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBS})
  add_test(NAME ${name} COMMAND ${name})
  casement_test_properties(${name} TIMEOUT "${T_TIMEOUT}" LABELS ${T_LABELS})
endfunction()

# casement_script_test(NAME COMMAND cmd args… [LABELS slow] [TIMEOUT s])
# A test that is a script; it gets CASEMENT_BUILD (the build folder) and CASEMENT_SOURCE.
function(casement_script_test name)
  cmake_parse_arguments(T "" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
  add_test(NAME ${name} COMMAND ${T_COMMAND})
  casement_test_properties(${name} TIMEOUT "${T_TIMEOUT}" LABELS ${T_LABELS})
endfunction()

function(casement_test_properties name)
  cmake_parse_arguments(T "" "TIMEOUT" "LABELS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 60)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}"
    ENVIRONMENT "CASEMENT_BUILD=${CMAKE_BINARY_DIR};CASEMENT_SOURCE=${CMAKE_SOURCE_DIR};G_DEBUG=fatal-criticals")
endfunction()

# casement_fuzz(NAME SOURCES fuzz_x.c LIBS x y)
# A libFuzzer target with CASEMENT_FUZZ; otherwise, and in ctest, a program that replays the committed
# corpus of tests/fuzz/corpus/NAME through the same LLVMFuzzerTestOneInput.
function(casement_fuzz name)
  cmake_parse_arguments(T "" "" "SOURCES;LIBS" ${ARGN})
  set(corpus ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
  if(CASEMENT_FUZZ)
    add_executable(${name} ${T_SOURCES})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name} COMMAND ${name} -runs=0 ${corpus})
  else()
    add_executable(${name} ${T_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c)
    add_test(NAME ${name} COMMAND ${name} ${corpus})
  endif()
  target_link_libraries(${name} PRIVATE ${T_LIBS})
  casement_test_properties(${name})
endfunction()
