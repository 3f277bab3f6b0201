casement_fuzz(fuzz_desktop SOURCES fuzz_desktop.c LIBS session_pure)
