"""What people read, in each language: one catalogue.

The words stand in the TOML files of this folder, by subject; a key is in one of them alone.
`--help`, usage errors and mistakes in the program are English and stand in the code.
"""

from bosetting_cli.words.catalogue import LANGUAGES, every_name, heading, name, say, texts, title
from bosetting_cli.words.form import broken, capital
from bosetting_cli.words.writing import date, is_told, listing, number, percent, short, signed, told

__all__ = ["LANGUAGES", "broken", "capital", "date", "every_name", "heading", "is_told", "listing"]
__all__ += ["name", "number", "percent", "say", "short", "signed", "texts", "title", "told"]
