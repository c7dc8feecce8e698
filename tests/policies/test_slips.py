"""Broken policies: the exact line that the author of each sees."""

from __future__ import annotations

import pytest

from policies import DocumentError, Policy, parse_document

HEAD = "policy: x\npersona: {name: Ann}\ngreeting: Hello\n"


def complaints(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        parse_document(Policy, text, "f.yaml")
    return str(caught.value).splitlines()


SLOT_TYPES = (
    "must be text, name, date, time, yes_no, number, digits, {pattern: …}, {digits: …} "
    "or {choice: …}"
)

BROKEN = {
    "empty": ("", "f.yaml:1:1: document: the file is empty"),
    "only a comment": ("# nothing\n", "f.yaml:1:1: document: the file is empty"),
    "only null": ("---\n~\n", "f.yaml:1:1: document: the file is empty"),
    "a list on top": (
        "- policy: x\n",
        "f.yaml:1:1: document: must be a mapping with keys and values, not a list",
    ),
    "a word on top": (
        "broadband",
        "f.yaml:1:1: document: must be a mapping with keys and values, not 'broadband'",
    ),
    "tab": (
        "policy: x\npersona:\n\tname: A\n",
        "f.yaml:3:1: document: a tab cannot indent; use spaces",
    ),
    "unquoted colon": (
        "greeting: Hello: Anna here\n",
        "f.yaml:1:16: document: a ':' cannot stand here; put text that holds ': ' in quotes, "
        "and check the indentation",
    ),
    "at sign": (
        "greeting: @anna\n",
        "f.yaml:1:11: document: a value cannot begin with '@'; put the text in quotes",
    ),
    "open list": (
        "rules: [1, 2\n",
        "f.yaml:2:1: document: expected ',' or ']' (the '[' is on line 1)",
    ),
    "open mapping": (
        "persona: {name: A\ngreeting: x\n",
        "f.yaml:2:9: document: expected ',' or '}' (the '{' is on line 1)",
    ),
    "open quote": (
        'greeting: "Hello\npolicy: x\n',
        "f.yaml:3:1: document: the text in quotes that begins on line 1 never ends",
    ),
    "apostrophe in single quotes": (
        "greeting: 'It's me'\n",
        "f.yaml:1:15: document: expected the next key; check the indentation and the quotes "
        "of the line before",
    ),
    "escape": (
        'greeting: "a \\q"\n',
        "f.yaml:1:14: document: unknown escape '\\q'; in single quotes a backslash is plain text",
    ),
    "a word between keys": (
        "policy: x\nhello\ngreeting: x\n",
        "f.yaml:3:1: document: expected 'key: value' (see line 2)",
    ),
    "unknown directive": (
        "%x\n",
        "f.yaml:1:3: document: not valid YAML: found unknown directive name",
    ),
    "duplicate key": (
        HEAD + "greeting: again\n",
        "f.yaml:4:1: greeting: key 'greeting' twice, first on line 3",
    ),
    "duplicate key inside": (
        HEAD + "voice: {rate: 170,\n  rate: 180}\n",
        "f.yaml:5:3: voice.rate: key 'rate' twice, first on line 4",
    ),
    "merge key": (
        HEAD + "voice:\n  <<: {rate: 170}\n",
        "f.yaml:5:3: voice: YAML 1.2 has no '<<'; write the keys out",
    ),
    "tag": (HEAD + "speech: !py x\n", "f.yaml:4:9: speech: the tag !py is not used here"),
    "unknown alias": (
        HEAD + "farewell: *bye\n",
        "f.yaml:4:11: farewell: *bye stands for nothing: no &bye before it",
    ),
    "alias in itself": (
        HEAD + "rules: &r [*r]\n",
        "f.yaml:4:12: rules.0: *r is used inside of itself",
    ),
    "key that is a list": (HEAD + "[a]: 1\n", "f.yaml:4:1: document: a key must be plain text"),
    "two documents": (
        HEAD + "---\npolicy: y\n",
        "f.yaml:4:1: document: a second document begins here; one file holds one",
    ),
    "unknown key with a hint": (
        HEAD + "no_input: []\n",
        "f.yaml:4:1: no_input: unknown key (did you mean 'noinput'?)",
    ),
    "unknown key in a small section": (
        HEAD + "voice: {colour: red}\n",
        "f.yaml:4:9: voice.colour: unknown key (known here: name, sample, rate, pitch)",
    ),
    "a misspelt key that is required is told once": (
        "policy: x\npersona: {nam: Ann}\ngreeting: Hello\n",
        "f.yaml:2:11: persona.nam: unknown key (did you mean 'name'?)",
    ),
    "missing key": (
        "policy: x\npersona:\n  company: A\ngreeting: x\n",
        "f.yaml:3:3: persona.name: is missing",
    ),
    "number for text": (
        HEAD + "farewell: 12\n",
        "f.yaml:4:11: farewell: must be text, not 12; put it in quotes",
    ),
    "truth for text": (
        HEAD + "farewell: true\n",
        "f.yaml:4:11: farewell: must be text, not true; put it in quotes",
    ),
    "nothing for text": (
        "policy: x\npersona: {name: Ann}\ngreeting:\n",
        "f.yaml:3:10: greeting: must be text, not nothing",
    ),
    "text for a number": (
        HEAD + "confidence: high\n",
        "f.yaml:4:13: confidence: must be a number, not 'high'",
    ),
    "number in quotes": (
        HEAD + 'noinput: [{count: 1, after: "7", say: x}]\n',
        "f.yaml:4:29: noinput.0.after: must be a number, not '7'",
    ),
    "truth for a number": (
        HEAD + "confidence: true\n",
        "f.yaml:4:13: confidence: must be a number, not true",
    ),
    "fraction for a count": (
        HEAD + "nomatch: [{count: 1.5, say: x}]\n",
        "f.yaml:4:19: nomatch.0.count: must be a whole number, not 1.5",
    ),
    "word for a truth": (
        HEAD + "disclosures: [{id: a, say: x, bargein: no}]\n",
        "f.yaml:4:40: disclosures.0.bargein: must be true or false, not 'no'",
    ),
    "below the range": (
        HEAD + "turn_taking: {endpointing: {min_silence: -0.5}}\n",
        "f.yaml:4:42: turn_taking.endpointing.min_silence: must be at least 0, not -0.5",
    ),
    "above the range": (
        HEAD + "confidence: 80\n",
        "f.yaml:4:13: confidence: must be at most 1, not 80",
    ),
    "not a number": (
        HEAD + "confidence: .nan\n",
        "f.yaml:4:13: confidence: must be a finite number, not nan",
    ),
    "zero": (
        HEAD + "turn_taking: {maxspeechtimeout: 0}\n",
        "f.yaml:4:33: turn_taking.maxspeechtimeout: must be more than 0, not 0",
    ),
    "one phrase without a list": (
        HEAD + "rules: [{id: a, when: {says: a human}, say: x}]\n",
        "f.yaml:4:30: rules.0.when.says: must be a list, not 'a human'; write [a human]",
    ),
    "a ladder that is a word": (
        HEAD + "noinput: off\n",
        "f.yaml:4:10: noinput: must be a list, not 'off'",
    ),
    "empty list": (
        HEAD + "rules: [{id: a, when: {says: []}, say: x}]\n",
        "f.yaml:4:30: rules.0.when.says: must not be empty",
    ),
    "phrase without a letter": (
        HEAD + 'rules: [{id: a, when: {says: ["?!"]}, say: x}]\n',
        "f.yaml:4:31: rules.0.when.says.0: has no letter or digit, so nobody can say '?!'",
    ),
    "condition without a condition": (
        HEAD + "rules: [{id: a, when: {}, say: x}]\n",
        "f.yaml:4:23: rules.0.when: needs at least one of says, agitated, "
        "fast_speech, hesitant, confused, turns, duration, attempts, nomatch, noinput, hours",
    ),
    "choice of words": (
        HEAD + "turn_taking: {bargein: {type: hot-word}}\n",
        "f.yaml:4:31: turn_taking.bargein.type: must be speech, hotword or off, not 'hot-word' "
        "(did you mean 'hotword'?)",
    ),
    "id with a space": (
        "policy: my bot\npersona: {name: Ann}\ngreeting: Hello\n",
        "f.yaml:1:9: policy: may hold only letters a to z, digits, '-' and '_', not 'my bot'",
    ),
    "speech profile": (
        HEAD + "speech: embedded smart-turn\n",
        "f.yaml:4:9: speech: may hold only letters a to z, digits, '-', '_' and '+', "
        "not 'embedded smart-turn'",
    ),
    "language": (
        HEAD + "language: English\n",
        "f.yaml:4:11: language: must be a language tag such as en or zh-CN, not 'English'",
    ),
    "transfer's name": (
        HEAD + "transfer:\n  sales desk: sip:a@b\n",
        "f.yaml:5:3: transfer.sales desk: may hold only letters a to z, digits, '-' and '_', "
        "not 'sales desk'",
    ),
    "transfer without a target": (
        HEAD + "nomatch: [{count: 1, say: x, do: transfer}]\n",
        "f.yaml:4:34: nomatch.0.do: transfer needs a target, such as to: support",
    ),
    "target without a transfer": (
        HEAD + "transfer: {a: b}\nmachine: {say: x, to: a}\n",
        "f.yaml:5:23: machine.to: is of use only with do: transfer",
    ),
    "target that is not listed": (
        HEAD + "transfer: {a: b}\nnomatch:\n  - {count: 1, say: x}\n"
        "  - {count: 2, say: x, do: transfer, to: c}\n",
        "f.yaml:7:42: nomatch.1.to: 'c' is not listed under transfer",
    ),
    "ladder that does not climb": (
        HEAD + "nomatch:\n  - {count: 2, say: x}\n  - {count: 2, say: y}\n",
        "f.yaml:6:13: nomatch.1.count: must be more than the count of the step before (2)",
    ),
    "fillers out of order": (
        HEAD + "fillers: [{after: 3, say: [x]}, {after: 1, say: [y]}]\n",
        "f.yaml:4:41: fillers.1.after: must be later than the filler before (3.0)",
    ),
    "endpointing the wrong way round": (
        HEAD + "turn_taking:\n  endpointing:\n    min_silence: 2\n    max_silence: 1\n",
        "f.yaml:7:18: turn_taking.endpointing.max_silence: must not be less than min_silence (2.0)",
    ),
    "hotword without words": (
        HEAD + "turn_taking: {bargein: {type: hotword}}\n",
        "f.yaml:4:24: turn_taking.bargein.hotwords: needs at least one word, as type is hotword",
    ),
    "an id twice": (
        HEAD + "disclosures: [{id: a, say: x}, {id: a, say: y}]\n",
        "f.yaml:4:37: disclosures.1.id: id 'a' is used twice",
    ),
    "a question twice": (
        HEAD + "knowledge:\n  - {id: a, asks: [when is it], answer: x}\n"
        "  - {id: b, asks: ['When is it?'], answer: y}\n",
        "f.yaml:6:20: knowledge.1.asks.0: question 'when is it' is used twice",
    ),
    "a slot in a rule": (
        HEAD + 'rules: [{id: a, when: {turns: 9}, say: "Bye {name}"}]\n',
        "f.yaml:4:40: rules.0.say: a {slot} is filled in only in a task's then.say and give_up.say",
    ),
    "a question in the policy's own silence": (
        HEAD + "noinput:\n  - {count: 1, after: 7, say: x}\n"
        '  - {count: 2, after: 7, say: "Well? {ask}"}\n',
        "f.yaml:6:31: noinput.1.say: {ask} is filled in only in a slot's own noinput, "
        "under collect",
    ),
    "a question in nomatch": (
        HEAD + 'nomatch: [{count: 1, say: "What? {ask}"}]\n',
        "f.yaml:4:27: nomatch.0.say: {ask} is filled in only in a slot's own noinput, "
        "under collect",
    ),
    "a question in a line of hold": (
        HEAD + 'hold: {say: ["I wait. {ask}"]}\n',
        "f.yaml:4:14: hold.say.0: {ask} is filled in only in a slot's own noinput, under collect",
    ),
    "a line of hold without a list": (
        HEAD + "hold: {say: I wait.}\n",
        "f.yaml:4:13: hold.say: must be a list, not 'I wait.'; write [I wait.]",
    ),
    "a slot in silence": (
        HEAD + 'noinput: [{count: 1, after: 7, say: "Your {name}?"}]\n',
        "f.yaml:4:37: noinput.0.say: a {slot} is filled in only in a task's then.say and "
        "give_up.say",
    ),
}

TASK = (
    HEAD
    + """tasks:
  - id: t
    when: {says: [book it]}
    collect:
      - {slot: day, ask: Which day?, type: TYPE}
      - {slot: SLOT, ask: At what time?}
    then: {say: "SAY"}
"""
)


@pytest.mark.parametrize(("text", "line"), BROKEN.values(), ids=BROKEN.keys())
def test_a_slip_gives_this_line(text: str, line: str) -> None:
    assert complaints(text) == [line]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"type": "datum"},
            f"f.yaml:8:44: tasks.0.collect.0.type: {SLOT_TYPES}, not 'datum' "
            "(did you mean 'date'?)",
        ),
        (
            {"type": "yesno"},
            f"f.yaml:8:44: tasks.0.collect.0.type: {SLOT_TYPES}, not 'yesno' "
            "(did you mean 'yes_no'?)",
        ),
        ({"type": "[text]"}, f"f.yaml:8:44: tasks.0.collect.0.type: {SLOT_TYPES}, not a list"),
        (
            {"type": "{patern: a}"},
            "f.yaml:8:45: tasks.0.collect.0.type.patern: unknown key (did you mean 'pattern'?)",
        ),
        (
            {"type": "{pattern: '(a'}"},
            "f.yaml:8:54: tasks.0.collect.0.type.pattern: is no regular expression: "
            "missing ), unterminated subpattern at position 0",
        ),
        (
            {"type": "{digits: 99}"},
            "f.yaml:8:53: tasks.0.collect.0.type.digits: must be at most 32, not 99",
        ),
        ({"type": "{choice: []}"}, "f.yaml:8:53: tasks.0.collect.0.type.choice: must not be empty"),
        ({"slot": "day"}, "f.yaml:9:16: tasks.0.collect.1.slot: slot 'day' is used twice"),
        (
            {"say": "See you {date}."},
            "f.yaml:10:17: tasks.0.then.say: {date} is not among the collected slots (day, hour)",
        ),
        (
            {"say": "See you {day."},
            "f.yaml:10:17: tasks.0.then.say: has a brace without its partner; write {slot}",
        ),
        (
            {"type": "date, noinput: [{count: 1, after: 7, say: '{ask} {day}'}]"},
            "f.yaml:8:86: tasks.0.collect.0.noinput.0.say: a {slot} is filled in only in a task's "
            "then.say and give_up.say",
        ),
        (
            {"type": "date, noinput: [{count: 1, after: 7, say: x, do: transfer, to: desk}]"},
            "f.yaml:8:107: tasks.0.collect.0.noinput.0.to: 'desk' is not listed under transfer",
        ),
        (
            {"type": "date, reask: 'Again: {ask}'"},
            "f.yaml:8:57: tasks.0.collect.0.reask: {ask} is filled in only in a slot's own "
            "noinput, under collect",
        ),
    ],
)
def test_a_slip_in_a_task_gives_this_line(changes: dict[str, str], line: str) -> None:
    parts = {"type": "date", "slot": "hour", "say": "See you {day}."} | changes
    text = TASK
    for name, part in parts.items():
        text = text.replace(name.upper(), part)
    assert complaints(text) == [line]
