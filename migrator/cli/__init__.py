"""The front hall: one thin file per journey. Commands parse words, call a room, print; no work of their own."""
