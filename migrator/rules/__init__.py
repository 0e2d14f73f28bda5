"""PURE: what a rule is, and what it decides. No network, disk or clock may enter; text comes in as text."""
