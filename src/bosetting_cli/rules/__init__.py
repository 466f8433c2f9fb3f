"""Rules: `criteria.yaml` as frozen structs; read, checked, changed, written out, described.

`structs` says what rules are, `load` reads them, `check` says what is impossible in them,
`change` changes them, `written` prints them and `schema` describes them to editors.
"""

from bosetting_cli.rules.change import CHANGED, override, replace
from bosetting_cli.rules.check import check_rules
from bosetting_cli.rules.load import load_rules, parse_rules
from bosetting_cli.rules.schema import rules_schema
from bosetting_cli.rules.structs import (
    Condition,
    Counties,
    Criterion,
    Maximum,
    Minimum,
    Ratio,
    Rules,
    Select,
    SizeExponent,
    Smoothing,
    SubGroup,
    Total,
    column_name,
    indicator_columns,
)
from bosetting_cli.rules.written import rules_yaml

__all__ = ["CHANGED", "Condition", "Counties", "Criterion", "Maximum", "Minimum", "Ratio"]
__all__ += ["Rules", "Select", "SizeExponent", "Smoothing", "SubGroup", "Total", "check_rules"]
__all__ += ["column_name", "indicator_columns", "load_rules", "override", "parse_rules"]
__all__ += ["replace", "rules_schema", "rules_yaml"]
