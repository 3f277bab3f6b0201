# broker_publish: the applications of guests, and the user's menu made of them.
add_library(broker_publish STATIC
  app_index.c
  app_list.c
  application.c
  catalog.c
  desktop_entry.c
  host_file.c
  icon_cache.c
  manifest.c
  mime_index.c
  mime_type.c
  plan.c
  publish.c
  type_defaults.c)
target_link_libraries(broker_publish PUBLIC channel PkgConfig::GLIB PRIVATE PkgConfig::PNG)
