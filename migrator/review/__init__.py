"""DOOR 3, the editor: suggestions in, approved rules out. Touches the map file."""
