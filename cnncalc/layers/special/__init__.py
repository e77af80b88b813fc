"""Everything else."""
