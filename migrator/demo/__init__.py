"""The demonstration: two small sites of an invented charity, and the journey from one to the other.

To add a page to a site, write its file in one of the site's `layouts/` and give it a row in `addresses.csv`.
"""
