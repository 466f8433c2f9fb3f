"""Many variations of one rule set in one run: a file of scenarios → numbers for each.

Nothing is read twice, scenarios that differ in weights, total, minimum and count alone are
decided together, and none is kept longer than its numbers are needed.
"""

from bosetting_cli.studies.scenarios.file import Plan, load_scenarios, scenario_schema
from bosetting_cli.studies.scenarios.grid import (
    BUILT_IN,
    Data,
    Scenario,
    ScenarioFile,
    Scenarios,
    Variation,
)
from bosetting_cli.studies.scenarios.run import (
    Failure,
    Run,
    Sources,
    Sweep,
    read_sources,
    run_scenarios,
    runs,
    succeeding,
)

__all__ = [
    "BUILT_IN",
    "Data",
    "Failure",
    "Plan",
    "Run",
    "Scenario",
    "ScenarioFile",
    "Scenarios",
    "Sources",
    "Sweep",
    "Variation",
    "load_scenarios",
    "read_sources",
    "run_scenarios",
    "runs",
    "scenario_schema",
    "succeeding",
]
