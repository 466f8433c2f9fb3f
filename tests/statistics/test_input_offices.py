"""What statistics offices and spreadsheets do to tables, and how it is read."""

import pytest

from bosetting_cli.statistics.reading import read_table

TWO = "region;population\n0301 Oslo;5\n1103 Stavanger;6\n\n"


@pytest.fixture
def read(tmp_path):
    def reader(text, name="own.csv", **options):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_table(path, name, **options)

    return reader


def told(table):
    assert {(p.file, p.severity) for p in table.repairs} <= {(table.file, "warning")}
    return [(problem.line, problem.message) for problem in table.repairs]


# --- footnotes -------------------------------------------------------------------------------

FOOTER = ["Oppdatert:", "20170301 08:00", "", "Telefon", "+47 11 22 33 44", "07459", "Kilde: SSB"]


def test_footnotes_of_many_lines_with_dates_and_numbers(read):
    table = read(TWO + "".join(f"{line};\n" for line in FOOTER))
    assert table.rows == [["0301", "5", "Oslo"], ["1103", "6", "Stavanger"]]
    assert told(table)[0] == (5, "6 lines of footnotes left out: `Oppdatert:`")


@pytest.mark.parametrize("line", ["07459", "+47 11 22 33 44", "20170301 08:00"])
def test_a_number_without_words_above_it_is_no_footnote(read, line):
    table = read(f"{TWO}{line};\n")
    assert table.rows[-1] == [line, "", ""]
