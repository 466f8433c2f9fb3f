"""One letter for each municipality, in a folder: `letter` says what it says, `folder` writes it."""

FORMATS = ("md", "html", "docx", "pdf")
