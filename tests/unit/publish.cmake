add_library(publish_feed STATIC publish_feed.c)
target_link_libraries(publish_feed PUBLIC broker_publish)
casement_test(test_catalog SOURCES test_catalog.c LIBS publish_feed TIMEOUT 180)
casement_test(test_publish SOURCES test_publish.c LIBS publish_feed)
