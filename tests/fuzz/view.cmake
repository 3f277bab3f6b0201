casement_fuzz(fuzz_view SOURCES fuzz_view.c LIBS viewproto)
