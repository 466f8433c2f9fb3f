"""One page that anyone can open, by `page`; its figures stand by themselves too."""

FIGURES = ("map", "contributions", "largest", "population")
