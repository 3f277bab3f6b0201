# Raw pixels through casement-session alone, and its memory. Figures of a debug or sanitized build
# say nothing, so the test is there for release builds only; the program is always built.
add_executable(session_throughput session_throughput.c)
target_link_libraries(session_throughput PRIVATE session_guest session_relay)
add_dependencies(session_throughput casement-session casement-supervisor casement-remoteapp session_painter)
if(CMAKE_BUILD_TYPE MATCHES "Rel" AND NOT CASEMENT_FUZZ)
  add_test(NAME session_throughput COMMAND session_throughput)
  casement_test_properties(session_throughput TIMEOUT 300 LABELS bench)
endif()
