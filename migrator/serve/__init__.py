"""DOOR 1, the visitor: a request in, an answer out. Touches the network, never the store or the settings."""
