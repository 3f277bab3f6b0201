casement_test(guestagent_agent SOURCES guestagent_agent.c LIBS agent_core PkgConfig::GLIB)
casement_test(guestagent_entries SOURCES guestagent_entries.c LIBS agent_linux)
casement_test(guestagent_icons SOURCES guestagent_icons.c LIBS agent_linux)
casement_test(guestagent_supervisor SOURCES guestagent_supervisor.c LIBS supervisor_core)
casement_test(guestagent_handover SOURCES guestagent_handover.c LIBS agent_linux)
casement_test(guestagent_edition SOURCES guestagent_edition.c ${CMAKE_SOURCE_DIR}/guestagent/win32/edition.c
  LIBS PkgConfig::GLIB)
casement_test(guestagent_linkfile SOURCES guestagent_linkfile.c ${CMAKE_SOURCE_DIR}/guestagent/win32/linkfile.c
  LIBS PkgConfig::GLIB)
casement_test(guestagent_people SOURCES guestagent_people.c ${CMAKE_SOURCE_DIR}/guestagent/win32/helper_report.c
  ${CMAKE_SOURCE_DIR}/guestagent/win32/people.c LIBS channel PkgConfig::GLIB)
casement_test(guestagent_helper SOURCES guestagent_helper.c ${CMAKE_SOURCE_DIR}/guestagent/win32/helper_report.c
  ${CMAKE_SOURCE_DIR}/guestagent/win32/helper_talk.c ${CMAKE_SOURCE_DIR}/guestagent/win32/helper_words.c
  LIBS channel PkgConfig::GLIB)
