"""Where 0.1.0 had `override`; the room is `rules`."""
