"""THE CELLAR: what must be remembered between two commands. SQL is written here and nowhere else."""
