#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program for tests that asks a selection's owner for several targets at once (MULTIPLE, ICCCM 2.6.2), each content in
pieces if its owner says so (INCR): multiple.py OUT SELECTION TARGET… writes in OUT, as JSON, "refused", or for each target
its type and its content (text in Latin-1, a list of names or of numbers), or null."""
import json
import os
import pathlib
import sys

from Xlib import X, display as xdisplay, error, xauth

PIECES = "INCR"


def any_authority(authority, *_, **__):
    """A guest's is for any host name, which python-xlib does not know of (FamilyWild); the test's host needs none."""
    if not authority.entries:
        raise error.XNoAuthError
    return authority.entries[0][3:5]


xauth.Xauthority.get_best_auth = any_authority


def content(d, window, prop):
    """Type and value of a property that is whole, which is taken away."""
    value = window.get_full_property(d.get_atom(prop), X.AnyPropertyType)
    if value is None:
        return None
    window.delete_property(d.get_atom(prop))
    kind = d.get_atom_name(value.property_type)
    if kind == "ATOM":
        return [kind, [d.get_atom_name(a) for a in value.value]]
    return [kind, list(value.value) if value.format == 32 else bytes(value.value)]


def in_pieces(d, window, prop):
    data, kind = b"", None
    while True:
        e = d.next_event()
        if e.type != X.PropertyNotify or e.atom != d.get_atom(prop) or e.state != X.PropertyNewValue:
            continue
        piece = content(d, window, prop)
        if piece is None or piece[0] == PIECES:
            continue  # the announcement
        kind = piece[0]
        if not piece[1]:
            return [kind, data]
        data += piece[1]


def ask(d, selection, targets):
    window = d.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent, event_mask=X.PropertyChangeMask)
    pairs, multiple = d.get_atom("PAIRS"), d.get_atom("MULTIPLE")
    names = [f"TO_{i}" for i in range(len(targets))]
    window.change_property(pairs, d.get_atom("ATOM_PAIR"), 32,
                           [a for t, n in zip(targets, names) for a in (d.get_atom(t), d.get_atom(n))])
    window.convert_selection(d.get_atom(selection), multiple, pairs, X.CurrentTime)
    e = d.next_event()
    while e.type != X.SelectionNotify:
        e = d.next_event()
    if e.property == X.NONE:
        return "refused"
    left = list(window.get_full_property(pairs, X.AnyPropertyType).value)
    assert left[::2] == [d.get_atom(t) for t in targets]
    results = []
    for name, prop in zip(names, left[1::2]):
        assert prop in (X.NONE, d.get_atom(name))
        found = content(d, window, name) if prop != X.NONE else None
        results.append(in_pieces(d, window, name) if found and found[0] == PIECES else found)
    return [[r[0], r[1].decode("latin-1") if isinstance(r[1], bytes) else r[1]] if r else None for r in results]


def main():
    out = pathlib.Path(os.path.expanduser(sys.argv[1]))
    part = out.with_suffix(".part")
    part.write_text(json.dumps(ask(xdisplay.Display(), sys.argv[2], sys.argv[3:])))
    part.rename(out)


if __name__ == "__main__":
    main()
