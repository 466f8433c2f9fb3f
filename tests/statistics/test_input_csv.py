"""Bytes of a CSV file or spreadsheet → header, rows, lines."""

import hashlib
import io
import zipfile

import openpyxl
import pytest

from bosetting_cli.findings import DataError
from bosetting_cli.statistics import reading
from bosetting_cli.statistics.headers import ALIASES, canonical, folded
from bosetting_cli.statistics.reading import read_table

PLAIN = "kommunenummer,municipality,population\n0301,Oslo,666759\n1804,Bodø,51022\n"
HEADER = ("kommunenummer", "municipality", "population")
ROWS = [["0301", "Oslo", "666759"], ["1804", "Bodø", "51022"]]


@pytest.fixture
def read(tmp_path):
    def reader(content, name="own.csv", **options):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(path, name, **options)

    return reader


@pytest.fixture
def refused(read):
    def reader(content, name="own.csv"):
        with pytest.raises(DataError) as caught:
            read(content, name)
        found = caught.value.problems
        assert {(p.file, p.severity) for p in found} == {(name, "error")}
        return [(p.line, p.message, p.remedy()) for p in found]

    return reader


def told(table):
    assert {(p.file, p.severity) for p in table.repairs} <= {(table.file, "warning")}
    return [(problem.line, problem.message) for problem in table.repairs]


# --- encodings -------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_certain_encodings_are_read_without_a_word(read, encoding):
    table = read(PLAIN.encode(encoding))
    assert (table.header, table.rows, table.repairs) == (HEADER, ROWS, ())


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_said(read, order):
    table = read(PLAIN.encode(order))
    assert table.rows == ROWS
    assert told(table) == [(None, f"read as {order.upper()}: it has no byte order mark")]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_windows_and_latin_are_guessed_and_said(read, encoding):
    table = read(PLAIN.replace("Bodø", "Bodø Åsæ").encode(encoding))
    assert table.rows[1][1] == "Bodø Åsæ"
    assert told(table) == [(None, "read as Windows-1252: it is not UTF-8")]
    assert [(p.file, p.severity) for p in table.repairs] == [("own.csv", "warning")]


@pytest.mark.parametrize("names", ["1804,Bodø\n", "0301,Oslo\n1804,Bodø\n", "0214,Ås\n"])
def test_a_few_names_in_windows_1252_are_told_from_mac_roman(read, names):
    table = read(("kommunenummer,municipality\n" + names).encode("cp1252"))
    assert [row[1] for row in table.rows] == [line.split(",")[1] for line in names.split()]


def test_mac_roman_is_guessed_and_said(read):
    names = "".join(f"{1800 + i},Bodø Tromsø Ørland Åmot Bærum Sør-Ål,1\n" for i in range(40))
    table = read((PLAIN + names).encode("mac-roman"))
    assert table.rows[5][1] == "Bodø Tromsø Ørland Åmot Bærum Sør-Ål"
    assert told(table) == [(None, "read as Mac OS Roman: it is not UTF-8")]


def test_two_encodings_in_one_file_are_refused(refused):
    content = PLAIN.encode() + "1833,Rana og Målselv,1\n".encode("cp1252")
    what = "mixes two encodings: most of it is UTF-8, this line is not"
    assert refused(content) == [(4, what, "save the file anew as UTF-8")]


def test_broken_utf_16_is_refused(refused):
    assert refused(PLAIN.encode("utf-16")[:-1]) == [
        (None, "is not valid UTF-16 (byte 143)", "save the file anew as UTF-8")
    ]


def test_control_characters_are_refused_with_their_line(refused):
    hint = "it is no text file, or is damaged; save it anew as CSV, UTF-8"
    assert refused(PLAIN.replace("Bodø", "Bod\x1b[2J")) == [
        (3, "holds a control character (U+001B)", hint)
    ]
    assert refused(PLAIN.replace("Bodø", "Bod\x7f"))[0][1] == "holds a control character (U+007F)"


def test_lost_and_twice_encoded_letters_are_said(read):
    table = read(PLAIN.replace("ø", "\ufffd"))
    assert told(table) == [
        (None, "1 letters were lost before the file came here (they are `\ufffd` now)")
    ]
    table = read(PLAIN.replace("ø", "Ã¸"))
    assert told(table) == [
        (None, "1 letters were encoded twice before the file came here (`Ã¸` for `ø`)")
    ]


# --- delimiters and the header ---------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(read, delimiter, end):
    table = read(PLAIN.replace(",", delimiter).replace("\n", end))
    assert (table.header, table.rows, table.lines) == (HEADER, ROWS, [2, 3])
    assert table.repairs == ()


def test_the_header_decides_on_the_delimiter(read):
    table = read("kommunenummer;x\n0301;0,5\n0104;0,25\n")
    assert table.rows == [["0301", "0,5"], ["0104", "0,25"]]
    table = read("fylke;total\nOslo;0,5,6\n")
    assert table.rows == [["Oslo", "0,5,6"]]


def test_a_file_of_one_column(read):
    table = read("kommunenummer\n0301\n0104\n")
    assert (table.header, table.rows) == (("kommunenummer",), [["0301"], ["0104"]])


def test_excels_sep_line(read):
    table = read("sep=;\r\nkommunenummer;x\r\n0301;a,b\r\n")
    assert (table.header, table.rows, table.lines) == (
        ("kommunenummer", "x"), [["0301", "a,b"]], [3],
    )  # fmt: skip


def test_titles_above_the_header_are_left_out_and_said(read):
    text = '"07459: Folkemengde, etter region, år"\n\n"region";"Folkemengde 2017"\n"0301 Oslo";5\n'
    table = read(text)
    assert table.header == ("kommunenummer", "Folkemengde 2017", "municipality")
    assert table.rows == [["0301", "5", "Oslo"]]
    assert (table.header_line, table.lines) == (3, [4])
    assert told(table)[0] == (
        1, "1 line above the header left out: `\"07459: Folkemengde, etter region, år\"`",
    )  # fmt: skip


def test_blank_lines_anywhere(read):
    table = read("\n \r\n" + PLAIN.replace("1804", "\n,,\n1804") + "\n,,\n\n")
    assert (table.rows, table.lines, table.header_line) == (ROWS, [4, 7], 3)
    assert table.repairs == ()


def test_blanks_around_cells_and_names_are_taken_off(read):
    table = read(" kommunenummer ,\u00a0x\u2009\n 0301 ,\ufeff 1 \n")
    assert (table.header, table.rows) == (("kommunenummer", "x"), [["0301", "1"]])


def test_quoted_cells(read):
    table = read('kommunenummer,x\n"0301","a,""b""\nc"\n0104,d\n')
    assert table.rows == [["0301", 'a,"b"\nc'], ["0104", "d"]]
    assert table.lines == [3, 4]


def test_names_of_columns(read):
    table = read("Kommune-nr;Kommune;Antall innbyggere;År;Egne tall\n0301;Oslo;5;2017;6\n")
    assert table.header == ("kommunenummer", "municipality", "population", "year", "Egne tall")
    assert table.labels == ("Kommune-nr", "Kommune", "Antall innbyggere", "År", "Egne tall")
    assert table.label("population") == "Antall innbyggere"
    assert table.column("population") == ["5"]
    assert table.label("settled") == "settled"


def test_no_alias_means_two_things():
    names = [folded(name) for key, others in ALIASES.items() for name in (key, *others)]
    assert len(set(names)) == len(names)
    assert all(canonical(name) == key for key, others in ALIASES.items() for name in others)
    assert all(canonical(key.upper()) == key for key in ALIASES)


# --- the shape -------------------------------------------------------------------------------


def test_trailing_delimiters_are_no_columns(read):
    table = read(PLAIN.replace("\n", ",,\n"))
    assert (table.header, table.rows, table.repairs) == (HEADER, ROWS, ())


def test_a_column_without_a_name_is_not_read(read):
    table = read(",kommunenummer,,x\n0,0301,,1\n1,0104,,2\n")
    assert (table.header, table.rows) == (("kommunenummer", "x"), [["0301", "1"], ["0104", "2"]])
    assert told(table) == [(1, "column 1 has no name and is not read")]


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        ("Kilde: SSB\n", (4, "1 footnote left out: `Kilde: SSB`")),
        ("\nKilde: SSB, tabell 1\n", (5, "1 footnote left out: `Kilde: SSB tabell 1`")),
        ("* foreløpig,,\nse note\n\n", (4, "2 lines of footnotes left out: `* foreløpig`")),
    ],
)
def test_footnotes_are_left_out_and_said(read, tail, said):
    table = read(PLAIN + tail)
    assert table.rows == ROWS
    assert told(table) == [said]


def test_rows_that_are_no_footnotes_are_refused(refused):
    short = "a row ends early, or the file was cut off"
    assert refused(PLAIN + "0104,Moss\n") == [(4, "has 2 cells, the header has 3", short)]
    assert refused(PLAIN + "0104\n") == [(4, "has 1 cell, the header has 3", short)]
    assert refused(PLAIN + "0104 Moss\n") == [(4, "has 1 cell, the header has 3", short)]
    assert refused(PLAIN + "17,5\n") == [(4, "has 2 cells, the header has 3", short)]
    assert refused(PLAIN.replace("1804", "note\n1804")) == [
        (3, "has 1 cell, the header has 3", short)
    ]


def test_all_rows_of_another_length_are_told(refused):
    extra = "a comma inside a number or name? quote the cell, or separate by semicolons"
    assert refused(PLAIN + "0104,Moss,3,2\n0105,Sarpsborg\n0106,F,4,5\n") == [
        (4, "has 4 cells, the header has 3", extra),
        (5, "has 2 cells, the header has 3", "a row ends early, or the file was cut off"),
        (6, "has 4 cells, the header has 3", extra),
    ]


def test_complaints_of_one_kind_end_after_a_hundred(refused):
    found = refused(PLAIN + "0104\n" * 150 + "0301,Oslo,1\n")
    assert len(found) == 101
    assert found[100] == (104, "and 50 more such rows", None)


def test_quotation_marks(refused):
    hint = 'close it, or write a quotation mark inside a cell twice: ""'
    assert refused(PLAIN.replace("Oslo", '"Oslo')) == [
        (2, "a quotation mark is opened and never closed", hint)
    ]
    what = "is not valid CSV: ',' expected after '\"'"
    hint = 'a cell that holds a quotation mark is quoted, and the mark written twice: ""'
    assert refused(PLAIN.replace("Bodø", '"Bo"dø')) == [(3, what, hint)]
    assert refused("\n" + PLAIN.replace("Bodø", '"Bo"dø')) == [(4, what, hint)]
    assert refused("\n" + PLAIN.replace("Oslo", '"Oslo'))[0][0] == 3
    assert refused('kommunenummer,"x\n')[0][:2] == (
        1, "a quotation mark is opened and never closed",
    )  # fmt: skip


def test_no_header_and_no_table(refused):
    hint = "expected names such as kommunenummer, year, population"
    first = PLAIN.split("\n", 1)[1]
    assert refused(first) == [(1, "the first line is no header: `0301 Oslo 666759`", hint)]
    assert [what for _, what, _ in refused("<html>\n<p>a, b</p>\n")] == ["is no table"]
    for nothing in ("", "\n\n", ",,\n,,\n", "\ufeff"):
        assert refused(nothing) == [(None, "is empty", "expected a header row and data")]


def test_second_columns(refused):
    hint = "rename or remove one of the two"
    assert refused(PLAIN.replace("municipality", "population")) == [
        (1, "a second column `population`", hint)
    ]
    assert refused(PLAIN.replace("municipality", "innbyggere")) == [
        (1, "a second column `innbyggere` (`population` means the same)", hint)
    ]


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"%PDF-1.4", "is a PDF document, not CSV"),
        (b"\x1f\x8b\x08", "is a gzip archive, not CSV"),
        (b"\xd0\xcf\x11\xe0", "is an old Excel file (.xls), not CSV"),
        (b"\x89PNG\r\n", "is a picture, not CSV"),
    ],
)
def test_other_kinds_of_file(refused, start, what):
    assert refused(start + b"\x00" * 20) == [(None, what, "save it as CSV, UTF-8")]


def test_files_that_can_not_be_read(tmp_path):
    for path, what in (
        (tmp_path / "nowhere.csv", "can't be read: No such file or directory"),
        (tmp_path, "can't be read: Is a directory"),
        (tmp_path / ("x" * 300), "can't be read: File name too long"),
        (tmp_path / "a\0b", "can't be read: embedded null byte"),
    ):
        with pytest.raises(DataError) as caught:
            read_table(path, "own.csv")
        assert [(p.file, p.message) for p in caught.value.problems] == [("own.csv", what)]


def test_limits(read, refused, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 1_000_000)
    assert read(PLAIN + "\n" * (1_000_000 - len(PLAIN.encode()))).rows == ROWS
    assert refused(b"a" * 1_000_001) == [(None, "is too large", "files of up to 1 MB are read")]
    monkeypatch.setattr(reading, "MAX_CELLS", 9)
    assert refused(PLAIN + "0104,Moss,3\n") == [(None, "has more than 9 cells", None)]
    monkeypatch.setattr(reading, "MAX_COLUMNS", 2)
    assert refused(PLAIN) == [(1, "has more than 2 columns", None)]
    monkeypatch.setattr(reading, "MAX_LINE", 60)
    assert refused(PLAIN + "x" * 61) == [(4, "a line of 61 characters", None)]


def test_hash_and_name(read, tmp_path):
    table = read(PLAIN)
    assert table.sha256 == hashlib.sha256(PLAIN.encode()).hexdigest()
    assert table.file == "own.csv"
    assert read_table(tmp_path / "own.csv").file == str(tmp_path / "own.csv")


def test_a_table_without_wanted_columns_is_not_read(read):
    table = read(PLAIN, wanted={"settled"})
    assert (table.header, table.rows) == (HEADER, [])
    assert read(PLAIN, wanted={"population", "settled"}).rows == ROWS


# --- spreadsheets ----------------------------------------------------------------------------


def sheet(*rows, name="Ark1", more=()):
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    for title, cells in more:
        book.create_sheet(title).append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_excel_file(read):
    content = sheet(
        ["Folketall", None, None],
        [],
        ["Kommunenr", "Kommune", "Innbyggere", "rate"],
        [301, "Oslo", 666759, 0.5],
        ["1804", "Bodø", 51022.0, 1.234],
        [None, None, None, None],
    )
    table = read(content, "own.xlsx")
    assert table.header == ("kommunenummer", "municipality", "population", "rate")
    assert table.rows == [["0301", "Oslo", "666759", "0.5"], ["1804", "Bodø", "51022", "1.2340"]]
    assert (table.lines, table.header_line) == ([4, 5], 3)
    assert told(table) == [
        (1, "1 line above the header left out: `Folketall`"),
        (4, "leading zero restored in 1 kommunenummer: `301` is read as 0301"),
    ]


@pytest.mark.parametrize(
    ("rows", "header", "lines"),
    [
        ([["a"], ["kommune"], ["region", "x"], ["kommunenr", "x"], ["0301", 5]],
         ("kommunenummer", "x"), [5]),
        ([["a", "kommune"], ["0301", "x"]], ("a", "municipality"), [2]),
        ([["tittel"], [None], ["fylke", "total"], ["Oslo", 5]], ("fylke", "total"), [4]),
        ([[None], ["a", "b"], ["c", "d"]], ("a", "b"), [3]),
    ],
)  # fmt: skip
def test_the_header_of_a_sheet(read, rows, header, lines):
    table = read(sheet(*rows), "own.xlsx")
    assert (table.header, table.lines) == (header, lines)


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("a,b\nregion,x\nkommunenr;x\n0301;5\n", ("kommunenummer", "x")),
        ("a b\nx;y\nfylke;total\nOslo;5\n", ("fylke", "total")),
        ("kommune\nx,region\nx,0301\n", ("x", "kommunenummer")),
        ("a,b;c;d\n1,2;3;4\n", ("a,b", "c", "d")),
        ("alone\nx\n", ("alone",)),
    ],
)
def test_which_line_is_the_header(read, text, header):
    assert read(text).header == header


def test_the_header_is_looked_for_in_forty_lines(read, refused):
    assert read("x y\n" * 39 + PLAIN).header == HEADER
    assert refused("x y\n" * 40 + PLAIN)[0][1] == "is no table"


def test_blank_and_title_lines_count(read, refused):
    table = read("title\n\n" + PLAIN + "\n")
    assert (table.header_line, table.lines) == (3, [4, 5])
    assert refused("title\n\n" + PLAIN + "0104,Moss\n")[0][0] == 6


def test_only_the_first_sheet_is_read_and_that_is_said(read):
    content = sheet(["kommunenummer", "x"], ["0301", True], more=[("Noter", ["a"]), ("Tom", [])])
    table = read(content, "own.xlsx")
    assert table.rows == [["0301", "true"]]
    assert told(table) == [(None, "the sheet `Ark1` is read; not read: Noter")]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_passed_over_and_that_is_said(read, refused, state):
    book = openpyxl.Workbook()
    for name, figure in (("Gammel", 1), ("Ny", 2), ("Notat", 3)):
        page = book.create_sheet(name)
        page.append(["kommunenummer", "x"])
        page.append(["0301", figure])
        page.sheet_state = "visible" if name == "Ny" else state
    table = read(saved(book), "own.xlsx")
    assert table.rows == [["0301", "2"]]
    assert told(table) == [(None, "hidden sheets are not read: Gammel, Notat")]
    assert table.repairs[0].said("nb") == "skjulte ark blir ikke lest: Gammel, Notat"
    book.remove(book["Ny"])
    assert refused(saved(book), "own.xlsx") == [
        (None, "is empty", "its hidden sheets are not read: Gammel, Notat")
    ]


def test_a_hidden_sheet_of_an_open_document(read):
    style = (
        '<office:automatic-styles><style:style style:name="h" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    )
    old = f'<table:table table:name="Old" table:style-name="h">{ods_row("fylke", "x")}'
    body = ods_row("kommunenummer", "x") + ods_row("0301", "5")
    table = read(ods(body, before=f"{old}</table:table>", styles=style), "own.ods")
    assert table.rows == [["0301", "5"]]
    assert told(table) == [(None, "hidden sheets are not read: Old")]


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_empty_workbook(refused):
    assert refused(sheet(), "own.xlsx") == [(None, "is empty", "expected a header row and data")]


def test_a_cell_far_away_is_refused_before_it_takes_memory(refused):
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 1
    out = io.BytesIO()
    book.save(out)
    assert refused(out.getvalue(), "own.xlsx") == [
        (None, "spans 17,179,869,184 cells", "delete what stands far below or right of the table")
    ]


def ods(body, before="", styles=""):
    names = "office:1.0", "table:1.0", "text:1.0", "style:1.0"
    spaces = " ".join(
        f'xmlns:{n.split(":")[0]}="urn:oasis:names:tc:opendocument:xmlns:{n}"' for n in names
    )
    content = (
        f'<office:document-content {spaces} office:version="1.2">{styles}<office:body>'
        f'<office:spreadsheet>{before}<table:table table:name="A">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
    return out.getvalue()


MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/"'
    ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def ods_row(*cells):
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row>{inner}</table:table-row>"


def test_an_open_document_file(read):
    table = read(ods(ods_row("kommunenummer", "x") + ods_row("0301", "5")), "own.ods")
    assert (table.header, table.rows) == (("kommunenummer", "x"), [["0301", "5"]])


def test_a_cell_repeated_without_end_is_refused(refused):
    bomb = (
        '<table:table-row><table:table-cell office:value-type="float" office:value="1"'
        ' table:number-columns-repeated="1000000000"/></table:table-row>'
    )
    assert refused(ods(bomb), "own.ods")[0][1] == "spans 1,000,000,000,000 cells"


def test_archives_that_are_no_spreadsheet(refused):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("own.csv", PLAIN)
    assert refused(out.getvalue()) == [(None, "is a zip archive, not CSV", "unpack it")]
    broken = sheet(["kommunenummer"], ["0301"])
    for cut in (30, len(broken) // 2, len(broken) - 30):
        assert "spreadsheet" in refused(broken[:cut], "own.xlsx")[0][1]


def test_an_archive_that_unpacks_to_too_much(refused):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 101_000_000)
    assert refused(out.getvalue(), "own.xlsx") == [
        (None, "unpacks to too much", "up to 100 MB are read")
    ]


def test_without_the_reader_the_extra_is_named(refused, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "python_calamine", None)
    hint = (
        "pip install 'path/to/checkout[excel]', or the wheel's path instead; "
        "or save the sheet as CSV"
    )
    assert refused(sheet(["kommunenummer"], ["0301"]), "own.xlsx") == [
        (None, "is a spreadsheet", hint)
    ]
