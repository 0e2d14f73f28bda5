"""Tests of map versions: compiling, keeping, swapping, and every way in which a file can be bad."""
