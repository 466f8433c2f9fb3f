"""Many runs, or two allocations: scenarios, comparison, the test against decisions, checks."""
