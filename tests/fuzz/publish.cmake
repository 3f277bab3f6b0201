casement_fuzz(fuzz_catalog SOURCES fuzz_catalog.c LIBS broker_publish)
