"""Reasons and conditions in words."""

from __future__ import annotations

from bosetting_cli.model.standing import Reason
from bosetting_cli.rules import Condition, Rules
from bosetting_cli.statistics import year_list
from bosetting_cli.words import name, say, told


def condition_text(condition: Condition) -> str:
    """Return a condition in words."""
    if condition.name:
        return condition.name
    years = f" in {year_list(condition.years)}" if condition.years else ""
    return f"{condition.indicator} of at least {condition.at_least:g}{years}"


def reason_text(reason: Reason, rules: Rules, lang: str = "en") -> str:
    """Return a reason in words."""
    values: dict[str, object] = {"names": reason.names}
    code = reason.code
    if code == "unmet":
        index, unpublished = reason.numbers
        code = "unpublished" if unpublished else code
        values["condition"] = name(condition_text(rules.eligible[index]), lang)
    elif code == "rank":
        values |= dict(zip(("rank", "ranked", "count"), reason.numbers, strict=True))
        values["where"] = say("where", lang, group=reason.names[0]) if reason.names else ""
    elif code == "first":
        values["count"] = reason.numbers[0]
    return told(f"reason {code}", lang, **values)
