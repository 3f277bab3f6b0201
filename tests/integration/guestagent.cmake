# The guest: supervisor and agent as processes.
casement_test(guestagent_test
  SOURCES guestagent_test.c guestagent_guest.c
  LIBS agent_linux channel_glib PkgConfig::GLIB
  TIMEOUT 180)
add_dependencies(guestagent_test casement-supervisor casement-agent)
