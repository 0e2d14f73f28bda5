"""One file per dialect of redirect maps: text in, rows out, and back. No files are opened here."""
