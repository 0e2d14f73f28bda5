"""PURE: what a page is, and which two are kin. No network, disk or clock may enter."""
