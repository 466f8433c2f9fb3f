"""A rules file → Rules: read, checked, changed, written out, described to editors."""
