"""What decided about a municipality, in a sentence of any of the languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bosetting_cli.result import NOT_ELIGIBLE, SELECTED
from bosetting_cli.words import listing, name, number, say

if TYPE_CHECKING:
    from bosetting_cli.explanation import Explanation
    from bosetting_cli.rules import Rules


def why(explanation: Explanation, rules: Rules, lang: str = "en") -> str:
    """Return which rule decided that a municipality is asked, or is not."""
    if explanation.status == NOT_ELIGIBLE:
        return _why_not_eligible(explanation, lang)
    where = say("where", lang, group=explanation.group) if explanation.group else ""
    words = {
        "rank": number(explanation.rank, 0, lang),
        "eligible": number(explanation.eligible, 0, lang),
        "cut": number(explanation.cut, 0, lang),
        "where": where,
    }
    return say(_key(explanation, rules), lang, **words)


def _key(explanation: Explanation, rules: Rules) -> str:
    asked = explanation.status == SELECTED
    if rules.select.list is not None:
        return "why listed" if asked else "why not listed"
    beyond = (explanation.rank or 0) > explanation.cut
    if asked and beyond:
        return "why included" if explanation.code == "included" else "why first"
    return "why rank" if asked or beyond else "why rank full"


def _why_not_eligible(explanation: Explanation, lang: str) -> str:
    unmet = [name(c.name, lang) for c in explanation.conditions if not c.met]
    lacking = [explanation.called(c.name, lang) for c in explanation.criteria if c.figure is None]
    if explanation.code == "excluded":
        return say("why excluded", lang)
    if unmet:
        return say("why unmet", lang, conditions=listing(unmet, lang))
    return say("why no figure", lang, criteria=listing(lacking, lang))
