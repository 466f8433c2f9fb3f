"""Files as people have them → statistics: bytes, cells, numbers, codes, tables."""
