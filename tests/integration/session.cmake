# casement-session as a program, its other ends played by the test.
add_library(session_harness STATIC session_harness.c)
target_link_libraries(session_harness PUBLIC channel viewproto PkgConfig::GLIB)

casement_test(session_refused SOURCES session_refused.c LIBS session_harness TIMEOUT 120)
add_dependencies(session_refused casement-session)
