casement_fuzz(fuzz_helper SOURCES fuzz_helper.c ${CMAKE_SOURCE_DIR}/guestagent/win32/helper_report.c
  ${CMAKE_SOURCE_DIR}/guestagent/win32/helper_talk.c ${CMAKE_SOURCE_DIR}/guestagent/win32/helper_words.c LIBS channel)
