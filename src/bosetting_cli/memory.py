"""What 0.1.0 asked for to be quick on many rules; the model no longer needs it."""


class Memory:
    """Accepted by `allocate` as in 0.1.0; it holds nothing. Many variations: `draws`."""
