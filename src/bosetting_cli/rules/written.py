"""Rules → YAML that reads back as the same rules, defaults filled in."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from bosetting_cli.rules.structs import Rules
from bosetting_cli.rules.yamlfile import scalar


class _Dumper(yaml.SafeDumper):
    """Quotes what `yamlfile.scalar` would not read as the same text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write everything out: the loader knows no aliases."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if scalar(text) == text and isinstance(scalar(text), str) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _number(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    text = str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")  # as YAML 1.1 writes it
    # The tag is the one that this text would be given, so that it is not written out.
    kind = "int" if text.lstrip("-").isdigit() else "float"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


def _mapping(dumper: yaml.SafeDumper, data: dict[str, Any]) -> yaml.MappingNode:
    items = list(data.items())  # as a list, since a dict would be sorted by its keys
    return dumper.represent_mapping("tag:yaml.org,2002:map", items, flow_style=_is_short(data))


def _sequence(dumper: yaml.SafeDumper, data: list[Any]) -> yaml.SequenceNode:
    flow = not any(isinstance(item, dict | list) for item in data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flow)


def _is_short(data: dict[str, Any]) -> bool:
    """Return whether a mapping fits on one line beside its key."""
    values = [
        item for value in data.values() for item in (value if isinstance(value, list) else [value])
    ]
    return not any(isinstance(value, dict) for value in values) and len(str(data)) < 80


_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _sequence)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)


def rules_yaml(rules: Rules) -> str:
    """Return rules as YAML, with every default written out.

    What is not given and has no default, such as a source, is left out. Files that the rules
    name are replaced by what they hold.

    Args:
        rules: From `load_rules`.
    """
    return yaml.dump(_plain(rules), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        given = {name: getattr(value, name) for name in value.__struct_fields__}
        return {name: _plain(item) for name, item in given.items() if item not in (None, (), {})}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
