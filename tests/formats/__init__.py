"""Tests of import and export: dialects, and other servers that follow an exported map."""
