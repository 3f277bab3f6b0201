# SPDX-License-Identifier: Apache-2.0
"""Native twins: what one program shows on a desktop, to be compared with what it shows there through Casement.

A Look is everything that people and other programs can tell of it: the screen, and each window with its place in the
stack, its geometry, its properties, its icon and its shape."""
import dataclasses
import hashlib

import numpy as np
from Xlib import X, Xutil
from Xlib.ext import shape

from harness import UNSETTLED, holds

ANY_LENGTH = 1 << 22
RESOURCE_MASK = 0x1fffff  # what differs between the ids of one client (X11 protocol, resource-id-mask)
# Compared as atoms' names, as they are sets of them.
ATOM_SETS = ("_NET_WM_STATE", "_NET_WM_ALLOWED_ACTIONS", "WM_PROTOCOLS")
NUMBERS = ("_MOTIF_WM_HINTS", "_GTK_FRAME_EXTENTS", "_NET_FRAME_EXTENTS", "_NET_WM_WINDOW_OPACITY", "_NET_WM_DESKTOP",
           "_NET_WM_BYPASS_COMPOSITOR", "_NET_WM_OPAQUE_REGION", "_NET_WM_STRUT", "_NET_WM_STRUT_PARTIAL")
TEXTS = ("_NET_WM_NAME", "WM_NAME", "_NET_WM_ICON_NAME", "WM_ICON_NAME", "WM_WINDOW_ROLE", "WM_CLIENT_MACHINE", "WM_LOCALE_NAME")


# Window managers leave popups alone, and compositors look at these.
OF_POPUPS = ("geometry", "_NET_WM_WINDOW_TYPE", "_NET_WM_WINDOW_OPACITY", "depth")


def whole_property(window, name):
    display = window.display
    found = window.get_property(display.get_atom(name), X.AnyPropertyType, 0, ANY_LENGTH)
    return found.value if found is not None else None


def atoms(d, window, name):
    value = whole_property(window, name)
    return None if value is None else tuple(sorted(d.display.get_atom_name(a) for a in value))


def window_type(d, window):
    """The one that counts: the first that EWMH has."""
    names = [d.display.get_atom_name(a) for a in whole_property(window, "_NET_WM_WINDOW_TYPE") or ()]
    return next((name for name in names if name.startswith("_NET_WM_WINDOW_TYPE_")), None)


def text(window, name):
    value = whole_property(window, name)
    return None if value is None else value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def icons(window):
    """Width, height and a hash of the pixels of each size. None: there are none."""
    value, found, at = whole_property(window, "_NET_WM_ICON"), [], 0
    while value is not None and at + 2 <= len(value):
        width, height = value[at], value[at + 1]
        pixels = np.array(value[at + 2:at + 2 + width * height], np.uint32)
        found.append((width, height, hashlib.sha256(pixels.tobytes()).hexdigest()[:12]))
        at += 2 + width * height
    return tuple(sorted(set(found))) or None  # some programs have one twice


def size_hints(window):
    hints = window.get_wm_normal_hints()
    if hints is None:
        return {}
    fields = {Xutil.PMinSize: ("min_width", "min_height"), Xutil.PMaxSize: ("max_width", "max_height"),
              Xutil.PResizeInc: ("width_inc", "height_inc"), Xutil.PBaseSize: ("base_width", "base_height"),
              Xutil.PWinGravity: ("win_gravity",), Xutil.PAspect: ("min_aspect", "max_aspect")}
    found = {}
    for flag, names in fields.items():
        if hints.flags & flag:
            for name in names:
                value = getattr(hints, name)
                found[f"hint {name}"] = value if isinstance(value, int) else (value.num, value.denum)
    return found


def wm_hints(window):
    hints = window.get_wm_hints()
    if hints is None:
        return {"urgency": False}
    found = {"urgency": bool(hints.flags & Xutil.UrgencyHint)}
    if hints.flags & Xutil.InputHint:
        found["input"] = bool(hints.input)
    return found


def group_of(window):
    hints = window.get_wm_hints()
    return hints.window_group.id if hints is not None and hints.flags & Xutil.WindowGroupHint else None


def leader_of(window):
    value = whole_property(window, "WM_CLIENT_LEADER")
    return None if value is None else value[0]


def mates(order, d, window, which):
    """The windows with which it has a group, or a leader: their places in the order. None: it has none."""
    own = which(window)
    return None if own is None else tuple(i for i, xid in enumerate(order)
                                          if which(d.display.create_resource_object("window", xid)) == own)


def outline(window):
    """The rectangles of the window's bounding and input shapes, within the window."""
    found, size = {}, window.get_geometry()
    for name, kind in (("shape", shape.SK.Bounding), ("input shape", shape.SK.Input)):
        reply = window.shape_get_rectangles(kind)
        found[name] = tuple((max(r.x, 0), max(r.y, 0), min(r.x + r.width, size.width), min(r.y + r.height, size.height))
                            for r in reply.rectangles)
    return found


@dataclasses.dataclass
class Window:
    id: int
    popup: bool  # override-redirect
    properties: dict

    @classmethod
    def of(cls, d, window, popup, order):
        x, y, width, height = d.geometry(window)
        border = window.get_geometry().border_width if popup else 0  # managed windows' are the window manager's
        x, y, width, height = x - border, y - border, width + 2 * border, height + 2 * border
        properties = {"geometry": (x, y, width, height), "depth": window.get_geometry().depth,
                      "class": d.wm_class(window), "icons": icons(window)}
        properties["_NET_WM_WINDOW_TYPE"] = window_type(d, window)
        properties.update({name: atoms(d, window, name) for name in ATOM_SETS})
        properties.update({name: text(window, name) for name in TEXTS})
        for name in NUMBERS:
            value = whole_property(window, name)
            properties[name] = None if value is None else tuple(value)
        owner = whole_property(window, "WM_TRANSIENT_FOR")
        properties["owner"] = None if owner is None else order.index(owner[0]) if owner[0] in order else "not shown"
        properties["group"] = mates(order, d, window, group_of)
        properties["leader"] = mates(order, d, window, leader_of)
        properties["dark"] = text(window, "_GTK_THEME_VARIANT") == "dark"  # else mostly empty
        properties["synced"] = whole_property(window, "_NET_WM_SYNC_REQUEST_COUNTER") is not None
        properties.update(size_hints(window))
        properties.update(wm_hints(window))
        properties.update(outline(window))
        return cls(window.id, popup, properties)


@dataclasses.dataclass
class Look:
    screen: np.ndarray
    windows: list   # bottom first
    active: object  # the place of the active window in that list
    mask: object = None  # booleans of the screen: what blinks there, and is not compared

    @classmethod
    def now(cls, d):
        clients = {w.id for w in d.clients()}
        wm = wm_client(d)
        popups = [w for w in d.root.query_tree().children if is_popup(d, w, clients, wm)]
        order = [*[w.id for w in d.clients()], *[w.id for w in popups]]
        windows = [Window.of(d, w, False, order) for w in d.clients()] + [Window.of(d, w, True, order) for w in popups]
        active = d.text_property(d.root, "_NET_ACTIVE_WINDOW")
        return cls(d.pixels(), windows, order.index(active[0]) if active and active[0] in order else None)

    @classmethod
    def settled(cls, d):
        """A look, or none while windows come and go."""
        try:
            return cls.now(d)
        except UNSETTLED:
            return None


def wm_client(d):
    """Which X client the window manager is: what its windows' ids have in common."""
    check = d.text_property(d.root, "_NET_SUPPORTING_WM_CHECK")
    return check[0] & ~RESOURCE_MASK if check else None


def is_popup(d, window, clients, wm):
    try:
        seen = window.get_attributes()
        if not seen.override_redirect or seen.map_state != X.IsViewable or seen.win_class != X.InputOutput:
            return False
        place = window.get_geometry()
        # Toolkits keep a pixel off the screen for selections, which nobody can see.
        on_screen = place.x + place.width > 0 and place.y + place.height > 0
        return on_screen and window.id & ~RESOURCE_MASK != wm and not holds(window, clients)
    except UNSETTLED:
        return False


def differences(native, guest, expected=(), added=()):
    """What two looks differ in, as texts. expected: names of properties that may; added: that may where natively there is none."""
    found = []
    if len(native.windows) != len(guest.windows):
        found.append(f"windows: {[w.properties['_NET_WM_NAME'] for w in native.windows]} natively, "
                     f"{[w.properties['_NET_WM_NAME'] for w in guest.windows]} through Casement")
    for i, (a, b) in enumerate(zip(native.windows, guest.windows)):
        for name in sorted(a.properties.keys() | b.properties.keys()):
            here, there = a.properties.get(name), b.properties.get(name)
            may = name in expected or (here is None and name in added)
            if here != there and not may and (not a.popup or name in OF_POPUPS):
                found.append(f"window {i}, {name}: {here} natively, {there} through Casement")
    if native.active != guest.active:
        found.append(f"active window: {native.active} natively, {guest.active} through Casement")
    return found


def pixels_that_differ(native, guest, tolerance=0):
    """Height × width of booleans: where a colour is more than the tolerance away."""
    if tolerance == 0:
        differs = (native.screen != guest.screen).any(axis=2)
    else:
        differs = (np.abs(native.screen.astype(np.int16) - guest.screen) > tolerance).any(axis=2)
    return differs if native.mask is None else differs & ~native.mask
