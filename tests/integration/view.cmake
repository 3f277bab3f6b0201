# casement-view with the test at both ends of its sockets, on X servers of its own. Debian's Python
# has the modules (python3-xlib, python3-numpy).
casement_script_test(view_windows COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/view_windows.py TIMEOUT 120)
