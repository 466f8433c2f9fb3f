"""What the tests of reading share."""

import pytest


@pytest.fixture
def folder(request, tmp_path):
    """A folder of tables: the test file's REGISTER, its TABLES if any, and others by name."""
    given = {"municipalities": request.module.REGISTER, **getattr(request.module, "TABLES", {})}

    def make(**files):
        for name, text in {**given, **files}.items():
            if text is not None:
                (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return tmp_path

    return make
