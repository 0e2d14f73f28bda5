"""DOOR 2, the sites: addresses in, pages out. Touches the network and keeps nothing."""
