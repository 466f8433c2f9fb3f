"""An explanation: what it holds, what would have changed it, and its words."""
