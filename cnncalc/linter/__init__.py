"""The linter: rules, one file each, and the engine that turns what they find into findings."""
