# SPDX-License-Identifier: Apache-2.0
"""The programs that are compared natively and through Casement: how each is started, what it finds in a fresh home so
that it asks and tells nothing at its first start, and what is done with it beside what is done with all."""


def at(x, y, *then):
    """The pointer at a place in the window, and what it does there."""
    def act(d):
        left, top, _, _ = d.geometry(d.clients()[-1])
        d.xdotool("mousemove", str(left + x), str(top + y), *then)
    return act


def key(*names):
    return lambda d: d.key(*names)


def typed(text):
    return lambda d: d.type(text)


AWAY = ("mousemove", "1500", "900")

# jEdit: no tour of its help, and neither clock nor memory in its status bar.
JEDIT = """firstTime=false
tip.show=false
view.status=mode
view.caretBlink=false
systrayicon=false
"""

# LibreOffice: no tip of the day, no news of its version, no infobars; a window in the middle.
OFFICE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="ShowTipOfTheDay" oor:op="fuse"><value>false</value>
</prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Setup/Product"><prop oor:name="ooSetupLastVersion" oor:op="fuse"><value>7.4</value>
</prop></item>
<item oor:path="/org.openoffice.Setup/Product"><prop oor:name="LastTimeDonateShown" oor:op="fuse"><value>4000000000</value>
</prop></item>
<item oor:path="/org.openoffice.Setup/Product"><prop oor:name="LastTimeGetInvolvedShown" oor:op="fuse">
<value>4000000000</value></prop></item>
<item oor:path="/org.openoffice.Setup/Office/Factories/org.openoffice.Setup:Factory['com.sun.star.text.TextDocument']">
<prop oor:name="ooSetupFactoryWindowAttributes" oor:op="fuse"><value>200,120,900,700;1;0,0,0,0;</value></prop></item>
</oor:items>
"""

PAGE = ("data:text/html,<html lang=en><title>Equal to the pixel</title><style>body{font:16px sans-serif;background:lavender}</style>"
        "<p>Equal to the pixel.<p><select style=width:200px><option>One<option>Two<option>Three</select><p><input value=Text>")

PROGRAMS = {
    "xterm": ("xterm", "-e", "sh", "-c", r"printf '\033[?25l'; echo Equal to the pixel; exec cat"),
    "mousepad": ("mousepad",),
    "featherpad": ("featherpad",),
    "gtk3-demo": ("gtk3-demo",),
    "linguist": ("linguist",),
    "gtk4-demo": ("gtk4-demo",),
    "jedit": ("sh", "-c", 'JAVA_TOOL_OPTIONS="-Duser.home=$HOME" exec jedit -nosplash -noserver -norestore -settings="$HOME/.jedit"'),
    "writer": ("soffice", "--writer", "--norestore", "--nologo"),
    "gimp": ("gimp", "--no-splash", "--new-instance"),
    # Its own sandbox needs user namespaces, which a guest of kind sandbox has none of.
    "chromium": ("chromium", "--no-sandbox", "--test-type", "--disable-features=Translate", "--guest", "--no-first-run", "--no-default-browser-check",
                 "--password-store=basic", PAGE),
    "mpv": ("mpv", "--no-config", "--vo=x11", "--pause", "--no-osc", "--osd-level=0", "av://lavfi:testsrc=size=640x360:rate=1:duration=9"),
}

# Those that still work on their windows when they have shown something, and have rested.
SLOW = ("gtk4-demo", "jedit", "writer", "gimp", "chromium", "mpv")

FILES = {
    "jedit": {".jedit/properties": JEDIT},
    "writer": {".config/libreoffice/4/user/registrymodifications.xcu": OFFICE},
    "gimp": {".config/GIMP/2.10/gimprc": "(check-updates no)\n(show-tips no)\n"},
}

MENU = {
    "menu": key("alt+f"),
    "menu gone": key("Escape"),
}

MORE_STEPS = {
    "xterm": {
        "typed": typed("Hello"),
        "menu while a button is down": at(200, 100, "keydown", "ctrl", "mousedown", "1"),
        "menu gone": lambda d: d.xdotool("mouseup", "1", "keyup", "ctrl", *AWAY),
        "selected": at(12, 10, "click", "--repeat", "2", "1"),
    },
    "mousepad": {
        "menu": at(15, 12, "click", "1"),
        "menu's next": key("Right"),
        "submenu": key("Down"),
        "menu gone": key("Escape"),
        "menu again": at(15, 12, "click", "1"),
        "menu closed by a click": at(200, 300, "click", "1", *AWAY),
    },
    "featherpad": MENU,
    "gtk4-demo": {
        "popup menu": at(350, 250, "click", "3"),
        "popup menu gone": key("Escape"),
    },
    "jedit": {
        "typed": typed("Hello"),
        "undone": key("ctrl+z"),
        "menu": key("alt+f"),
        "menu's next": key("Right"),
        "menu gone": key("Escape"),
        "popup menu": at(300, 200, "click", "3"),
        "popup menu gone": key("Escape"),
    },
    "writer": {
        "typed": typed("Hello"),
        "undone": key("ctrl+z"),
        "menu": key("alt+f"),
        "menu gone": key("Escape"),
        "popup menu": at(300, 300, "click", "3"),
        "popup menu gone": key("Escape"),
        "dialogue": key("ctrl+h"),
        "dialogue gone": key("Escape"),
    },
    "gimp": {
        "menu": key("alt+f"),
        "menu gone": key("Escape"),
        "dialogue": key("ctrl+n"),
        "dialogue gone": key("Escape"),
    },
    "chromium": {
        "menu": key("alt+f"),
        "menu gone": key("Escape"),
        "list": at(120, 160, "click", "1"),
        "list gone": key("Escape"),
        "text": key("Tab", "ctrl+a"),
        "typed": typed("Hello"),
        "popup menu": key("shift+F10"),  # of a text: the page's own offers a translation, but only with a network
        "popup menu gone": key("Escape"),
    },
}
