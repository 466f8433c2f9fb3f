"""What decided about a municipality, in a sentence of any of the languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bosetting_cli.labels import label, number
from bosetting_cli.model.result import NOT_ELIGIBLE, SELECTED
from bosetting_cli.phrases import listing, name, phrase

if TYPE_CHECKING:
    from bosetting_cli.explain import Explanation
    from bosetting_cli.rules import Rules


def why(explanation: Explanation, rules: Rules, lang: str = "en") -> str:
    """Return which rule decided that a municipality is asked, or is not."""
    if explanation.status == NOT_ELIGIBLE:
        return _why_not_eligible(explanation, lang)
    where = phrase("where", lang).format(group=explanation.group) if explanation.group else ""
    words = {
        "rank": number(explanation.rank, 0, lang),
        "eligible": number(explanation.eligible, 0, lang),
        "cut": number(explanation.cut, 0, lang),
        "where": where,
    }
    return phrase(_key(explanation, rules), lang).format(**words)


def _key(explanation: Explanation, rules: Rules) -> str:
    asked = explanation.status == SELECTED
    if rules.select.list is not None:
        return "why listed" if asked else "why not listed"
    beyond = (explanation.rank or 0) > explanation.cut
    if asked and beyond:
        return "why included" if explanation.reason.startswith("included") else "why first"
    return "why rank" if asked or beyond else "why rank full"


def _why_not_eligible(explanation: Explanation, lang: str) -> str:
    unmet = [name(c.name, lang) for c in explanation.conditions if not c.met]
    lacking = [label(c.name, lang) for c in explanation.criteria if c.figure is None]
    if explanation.reason.startswith("excluded"):
        return phrase("why excluded", lang)
    if unmet:
        return phrase("why unmet", lang).format(conditions=listing(unmet, lang))
    return phrase("why no figure", lang).format(criteria=listing(lacking, lang))
