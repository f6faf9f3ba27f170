"""Room on the paper: for atoms and bonds of other parts, and for labels on either side."""

from __future__ import annotations

from data.perspective_room import Paper

NEAR = {0: [1], 1: [0, 2], 2: [1], 3: [4], 4: [3]}
"""Three atoms in a row, and two others."""


def row() -> Paper:
    paper = Paper(NEAR)
    assert paper.put({0: -1 + 0j, 1: 0j, 2: 1 + 0j}, (0, 1, 2))
    return paper


def test_atoms_on_others_or_on_their_bonds_are_refused() -> None:
    for place in (0.1 + 0.1j, 0.5 + 0.1j):
        paper = row()
        assert not paper.put({3: place}, (3,))
        assert 3 not in paper.at
    assert row().put({3: 0.5 + 0.6j}, (3,))


def test_bonds_cross_only_if_they_may() -> None:
    across = {3: 0.5 + 0.5j, 4: 0.5 - 0.5j}
    assert not row().put(across, (3, 4))
    assert row().put(across, (3, 4), crossing=True)


def test_a_finished_component_is_out_of_the_way() -> None:
    paper = row()
    paper.close()
    assert paper.put({3: 0j, 4: 1 + 0j}, (3, 4))


def test_a_label_runs_where_there_is_room() -> None:
    texts = {4: "OH"}
    for side, other in (("right", "left"), ("left", "right")):
        sign = 1 if side == "right" else -1
        paper = Paper(NEAR)
        assert paper.put({3: 0j}, (3,))
        assert paper.put({4: 0.9j}, (4,))
        assert paper.write(texts, {4: side}) == {4: side}
        # an upright bond beside it
        assert paper.put({0: sign * 0.55 + 0.4j, 1: sign * 0.55 + 1.4j}, (0, 1))
        assert paper.write(texts, {4: side}) == {4: other}
        paper.put({2: -sign * 0.7 + 1.0j}, (2,), crossing=True)
        assert paper.write(texts | {2: "NH"}, {4: side}) is None
