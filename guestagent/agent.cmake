# The agent: its portable core, and Linux.
add_library(agent_core STATIC agent.c apps.c notes.c)
target_link_libraries(agent_core PUBLIC channel)

# Icons of the guest's themes, for the menu and the tray.
add_library(agent_icons STATIC linux/iconimage.c linux/icontheme.c)
target_link_libraries(agent_icons PUBLIC channel PkgConfig::GLIB PkgConfig::PIXBUF)

add_library(agent_linux STATIC
  linux/connect.c linux/door.c linux/entries.c linux/handover.c linux/iconcache.c
  linux/icons.c linux/join.c linux/link.c linux/peers.c linux/stdio.c
  linux/notificationimage.c linux/notifications.c linux/platform.c)
target_link_libraries(agent_linux PUBLIC agent_core agent_icons channel_glib PkgConfig::GLIB PkgConfig::PIXBUF)

add_executable(casement-agent main.c)
target_link_libraries(casement-agent PRIVATE agent_linux)
