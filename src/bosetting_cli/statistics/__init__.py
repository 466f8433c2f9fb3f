"""Files as people have them → municipalities and their figures, with every complaint about them.

```text
loading · lists             folders of statistics; lists, counties' sums, saved allocations
checks                      register and tables, names and codes
controls · plausibility     published totals, what is expected of figures; yearly: as arrays
constraints                 tables against their description
divisions · names           the municipalities of a year, and which one is meant
regroup                     figures of units → of counties, or of merged municipalities
frame                       Statistics, Column, Municipality
reading                     bytes → a table of text: decoding, spreadsheet, records
numbers · kommunenummer     cells of text → figures, codes
descriptions · headers · table
```
"""

from __future__ import annotations

from bosetting_cli.statistics.frame import (
    Column,
    Figures,
    Municipality,
    Parts,
    Statistics,
    year_list,
)
from bosetting_cli.statistics.loading import load_statistics
from bosetting_cli.statistics.numbers import Written, exact
from bosetting_cli.statistics.regroup import is_count, regroup

__all__ = [
    "Column",
    "Figures",
    "Municipality",
    "Parts",
    "Statistics",
    "Written",
    "exact",
    "is_count",
    "load_statistics",
    "regroup",
    "year_list",
]
