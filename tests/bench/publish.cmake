casement_test(bench_publish SOURCES bench_publish.c LIBS publish_feed LABELS bench)
