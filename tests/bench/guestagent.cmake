# What a guest costs while nothing happens.
casement_test(guestagent_idle
  SOURCES guestagent_idle.c ${CMAKE_SOURCE_DIR}/tests/integration/guestagent_guest.c
  LIBS agent_linux channel_glib
  LABELS slow
  TIMEOUT 90)
add_dependencies(guestagent_idle casement-supervisor casement-agent)
