"""What a policy may say of memory, and the line that tells what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies import DocumentError, Policy, parse_document
from policies.loading import load_policy

HEAD = """\
policy: x
persona: {name: Ann}
greeting: Hello
tasks:
  - id: t
    when: {says: [a task]}
    collect:
      - {slot: name, ask: Who are you?, type: name}
      - {slot: may, ask: May I?, type: yes_no}
      - {slot: card, ask: Which card?, type: digits}
    then: {say: Done.}
privacy: {mask: [card]}
memory:
"""
BROKEN = {
    "masked": ("{keep: [name, card]}", "memory.keep.1: 'card' is masked, and what is masked is"),
    "no slot": ("{keep: [nmae]}", "memory.keep.0: 'nmae' is no slot of a task (card, may, name)"),
    "consent": ("{consent: {slot: name}}", "memory.consent.slot: 'name' must be a slot of type"),
    "consent to what": ("{consent: {slot: yes}}", "memory.consent.slot: 'yes' is no slot"),
    "greeting masked": ("{greeting: 'Hi {card}'}", "memory.greeting: {card} is masked, and"),
    "greeting open": ("{greeting: 'Hi {name'}", "memory.greeting: has a brace without its"),
    "greeting odd": ("{greeting: 'Hi {a b}'}", "memory.greeting: a name in braces may hold"),
    "url as a file": (
        "{store: 'postgresql://u:secret@h/d'}",
        "memory.store: is a file's path; a server's address comes by url_env",
    ),
    "two places": (
        "{store: a.db, url_env: B}",
        "memory.url_env: stands beside store; a memory is in",
    ),
    "days": ("{retention_days: -1}", "memory.retention_days: must be at least 0, not -1"),
}


def parsed(memory: str) -> Policy:
    return parse_document(Policy, f"{HEAD.rstrip()} {memory}\n", "f.yaml")


@pytest.mark.parametrize(("memory", "complaint"), BROKEN.values(), ids=BROKEN)
def test_the_line_that_its_author_sees(memory: str, complaint: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parsed(memory)
    (line,) = str(caught.value).splitlines()
    assert line.startswith("f.yaml:13:")
    assert complaint in line
    assert "secret" not in line


def test_a_file_is_beside_its_policy(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(HEAD + "  store: kept/m.db\n", encoding="utf-8")
    assert load_policy(str(path)).memory.store == str(tmp_path / "kept" / "m.db")


def test_all_is_well() -> None:
    memory = parsed("{greeting: 'Hello {name}, {anything_noted}.'}").memory
    assert memory.greeting == "Hello {name}, {anything_noted}."
    assert parsed("{consent: {slot: may}}").memory.consent is not None
