"""Map versions: compiles the files into one, keeps the last ones, watches the files, swaps whole maps. Serves nobody."""
