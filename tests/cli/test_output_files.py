"""Where results go: complete or not there, the same everywhere, and nothing that runs."""

import csv
import io
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from bosetting_cli.findings import BosettingError
from bosetting_cli.output import write_files, write_stdout
from bosetting_cli.tables import listed, render
from bosetting_cli.tables.writers import harmless
from small import SMALL_RULES

PROGRAM = [sys.executable, "-m", "bosetting_cli"]
FIGURES = (
    "kommunenummer,municipality,fylke,population\n"
    '0301,"=HYPERLINK(""http://evil"",""Oslo"")",+Oslo,5000\n'
    "1804,@Bodø,-Nordland,2500\n"
    "1601,Trondheim,Sør-Trøndelag,2500\n"
)


@pytest.fixture
def small(tmp_path):
    """Arguments for an allocation that takes a moment, and a folder for its output."""
    (tmp_path / "rules.yaml").write_text(SMALL_RULES, encoding="utf-8")
    (tmp_path / "data.csv").write_text(FIGURES, encoding="utf-8")
    return ["--rules", str(tmp_path / "rules.yaml"), "--data", str(tmp_path / "data.csv")]


def run(*args, **options):
    done = subprocess.run([*PROGRAM, *args], capture_output=True, timeout=60, **options)
    assert b"Traceback" not in done.stderr
    return done


# --- files -----------------------------------------------------------------------------------


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file(tmp_path):
    write_files({tmp_path / "new.csv": b"a\n"}, force=False)
    assert (tmp_path / "new.csv").read_bytes() == b"a\n"
    assert left(tmp_path) == ["new.csv"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o666 & ~mask


def test_an_existing_file_is_replaced_only_by_force(tmp_path):
    path = tmp_path / "old.csv"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with pytest.raises(BosettingError) as caught:
        write_files({path: b"new"}, force=False)
    assert str(caught.value) == f"{path}: exists already\n  --force replaces it"
    assert path.read_bytes() == b"old"
    write_files({path: b"new"}, force=True)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert left(tmp_path) == ["old.csv"]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "new.csv"
    real = os.fsync

    def somebody_else(handle):
        path.write_bytes(b"theirs")
        real(handle)

    monkeypatch.setattr(os, "fsync", somebody_else)
    with pytest.raises(BosettingError, match="exists already"):
        write_files({path: b"ours"}, force=False)
    assert path.read_bytes() == b"theirs"
    assert left(tmp_path) == ["new.csv"]


def test_where_links_are_unknown_the_file_is_renamed(tmp_path, monkeypatch):
    def no_links(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    write_files({tmp_path / "new.csv": b"a"}, force=False)
    assert left(tmp_path) == ["new.csv"]


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real.csv").write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write_files({tmp_path / "link.csv": b"new"}, force=True)
    assert (tmp_path / "real.csv").read_bytes() == b"new"
    assert (tmp_path / "link.csv").is_symlink()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("force", [True, False])
def test_what_fails_half_way_leaves_nothing(tmp_path, monkeypatch, error, force):
    path = tmp_path / "file.csv"
    if force:
        path.write_bytes(b"old")

    def fails(_):
        raise error

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises((BosettingError, KeyboardInterrupt)) as caught:
        write_files({path: b"new" * 1000}, force=force)
    if isinstance(error, OSError):
        assert str(caught.value) == f"{path}: can't be written: No space left on device"
    assert left(tmp_path) == (["file.csv"] if force else [])
    assert not force or path.read_bytes() == b"old"


def test_places_that_can_not_be_written(tmp_path):
    for path, what in (
        (tmp_path, "is a folder"),
        (tmp_path / "nowhere" / "x.csv", "can't be written: No such file or directory"),
        (Path("/dev/full"), "can't be written: No space left on device"),
        (tmp_path / ("x" * 300), "can't be written: File name too long"),
        (tmp_path / "a\0b", "can't be written: embedded null byte"),
    ):
        with pytest.raises(BosettingError) as caught:
            write_files({path: b"x"}, force=False)
        assert caught.value.problems[0].message == what
    write_files({Path("/dev/null"): b"x"}, force=False)
    assert left(tmp_path) == []


def test_standard_output_that_is_closed(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(BosettingError, match="standard output is closed"):
        write_stdout(b"x")


def test_standard_output_without_bytes_below(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    write_stdout("ø\n".encode())
    assert stream.getvalue() == "ø\n"


# --- the command line ------------------------------------------------------------------------


def test_full_and_closed_targets_give_2_and_no_traceback(small, tmp_path):
    for shell in (
        "exec {} allocate {} > /dev/full",
        "exec {} allocate {} >&-",
        "exec {} allocate {} -o /dev/full",
        "exec {} allocate {} -o /dev/null/x.csv",
        "exec {} rules > /dev/full",
        "exec {} --help > /dev/full",
        "exec {} allocate --data /nowhere 2> /dev/full",
    ):
        command = shell.format(" ".join(PROGRAM), " ".join(small))
        done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60)
        assert (done.returncode, b"Traceback" in done.stderr) == (2, False), shell
    assert left(tmp_path) == ["data.csv", "rules.yaml"]


def test_a_full_standard_output_is_said_once(small):
    command = f"exec {' '.join(PROGRAM)} allocate {' '.join(small)} > /dev/full"
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60)
    last = done.stderr.decode().splitlines()[-1]
    assert (done.returncode, last) == (2, "error: can't be written: No space left on device")


def test_messages_that_nobody_can_read_do_not_spoil_the_result(small):
    for shell in ("exec {} allocate {} 2> /dev/full", "exec {} allocate {} 2>&-"):
        command = shell.format(" ".join(PROGRAM), " ".join(small))
        done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60)
        assert done.returncode == 0
        assert b"Trondheim" in done.stdout


def test_a_closed_pipe_is_silent(small):
    reader = subprocess.Popen(
        [*PROGRAM, "allocate", *small], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    reader.stdout.close()
    stderr = reader.stderr.read()
    reader.stderr.close()
    assert reader.wait(timeout=60) in (0, -signal.SIGPIPE)
    assert b"Traceback" not in stderr
    assert b"Broken pipe" not in stderr


def test_ctrl_c_gives_130_and_leaves_nothing(small, tmp_path):
    os.mkfifo(tmp_path / "never.yaml")
    target = tmp_path / "out.csv"
    arguments = ["allocate", "--rules", str(tmp_path / "never.yaml"), "-o", str(target)]
    process = subprocess.Popen([*PROGRAM, *arguments], stderr=subprocess.PIPE)
    # Opening the pipe for writing succeeds once the program waits on its other end.
    handle = os.open(tmp_path / "never.yaml", os.O_WRONLY)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    stderr = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 130
    os.close(handle)
    assert stderr.strip() == b"interrupted"
    assert left(tmp_path) == ["data.csv", "never.yaml", "rules.yaml"]


def test_bad_input_writes_nothing(small, tmp_path):
    (tmp_path / "data.csv").write_text(FIGURES.replace("2500", "x"))
    done = run("allocate", *small, "-o", str(tmp_path / "out.csv"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().count("error: ") == 2
    assert "data.csv:3: population: `x` is not a number" in done.stderr.decode()
    assert left(tmp_path) == ["data.csv", "rules.yaml"]


def test_repairs_are_said_once_and_refused_strictly(small, tmp_path):
    (tmp_path / "data.csv").write_bytes(FIGURES.replace("0301", "301").encode("cp1252"))
    done = run("allocate", *small, "--format", "csv")
    assert done.returncode == 0
    said = done.stderr.decode().splitlines()
    assert [line.split(": ", 2)[2] for line in said if line.startswith("repair")] == [
        "read as Windows-1252: it is not UTF-8",
        "kommunenummer: leading zero restored in 1 kommunenummer: `301` is read as 0301",
    ]
    done = run("allocate", *small, "--strict")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().count("error: ") == 2


def environments():
    """Surroundings that must not matter, as far as this machine knows them."""
    base = {"PATH": os.environ["PATH"]}
    for change in (
        {"LC_ALL": "nb_NO.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "3"},
        {"PYTHONIOENCODING": "ascii", "COLUMNS": "40", "TERM": "dumb", "NO_COLOR": "1"},
        {"COLUMNS": "300", "TERM": "xterm-256color", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"},
    ):
        yield {**base, **change}


@pytest.mark.parametrize("form", ["table", "csv", "json", "xlsx"])
def test_output_does_not_depend_on_the_surroundings(small, form):
    outputs = {
        run("allocate", *small, "--format", form, env=environment).stdout
        for environment in environments()
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 100


def test_reports_do_not_depend_on_the_surroundings(tmp_path, small):
    (tmp_path / "data.csv").write_text(FIGURES.replace("2500", "x"))
    outputs = {
        run("validate", *small, "--format", form, env=environment).stdout
        for environment in environments()
        for form in ("json",)
    }
    assert len(outputs) == 1


# --- spreadsheets ----------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_run_is_neutralised(start):
    assert harmless(f"{start}1+1") == f"'{start}1+1"
    assert harmless(f"a{start}1") == f"a{start}1"


def formulas(cells):
    return [cell for cell in cells if isinstance(cell, str) and cell[:1] in "=+-@\t\r\n" and cell]


def test_csv_and_xlsx_hold_no_formulas(small):
    done = run("allocate", *small, "--format", "csv")
    rows = list(csv.reader(io.StringIO(done.stdout.decode())))
    names = {row[rows[0].index("municipality")] for row in rows[1:]}
    assert names == {'\'=HYPERLINK("http://evil","Oslo")', "'@Bodø", "Trondheim"}
    assert {row[rows[0].index("fylke")] for row in rows[1:]} == {
        "'+Oslo", "'-Nordland", "Sør-Trøndelag",
    }  # fmt: skip
    done = run("allocate", *small, "--format", "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(done.stdout)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert formulas(cell.value for cell in cells) == []
    assert "'@Bodø" in {cell.value for cell in cells}


def test_numbers_are_not_taken_for_formulas():
    table = listed([{"a": -1.5, "b": "-1.5"}])
    assert render(table, "csv") == b"a,b\n-1.5,'-1.5\n"
    assert render(table, "csv", excel_nb=True) == b"\xef\xbb\xbfa;b\n-1,5;'-1.5\n"


def test_excel_nb_is_what_a_norwegian_excel_reads(small):
    plain = run("allocate", *small, "--format", "csv").stdout.decode()
    norwegian = run("allocate", *small, "--format", "csv", "--excel-nb").stdout
    assert norwegian.startswith(b"\xef\xbb\xbfrank;kommunenummer;")
    rows = list(csv.DictReader(io.StringIO(norwegian.decode("utf-8-sig")), delimiter=";"))
    wanted = list(csv.DictReader(io.StringIO(plain)))
    assert [row["quota"] for row in rows] == ["50,0", "25,0", "25,0"]
    assert [float(row["share"].replace(",", ".")) for row in rows] == [
        float(row["share"]) for row in wanted
    ]
    assert [row["municipality"] for row in rows] == [row["municipality"] for row in wanted]


def test_what_is_written_for_a_norwegian_excel_can_be_read_again(small, tmp_path):
    from bosetting_cli.statistics.numbers import Place, read_figures
    from bosetting_cli.statistics.reading import read_table

    target = tmp_path / "out.csv"
    assert run("allocate", *small, "--excel-nb", "-o", str(target)).returncode == 0
    table = read_table(target)
    assert table.repairs == ()
    found = read_figures(table.column("quota"), Place("out.csv", "quota", table.lines))
    assert found.values == [50.0, 25.0, 25.0]
