"""CloudFront's KeyValueStore: keys and values as JSON, and the function that looks requests up in it."""

from __future__ import annotations

import datetime as dt
import json

from migrator.rules.formats.export import Export
from migrator.rules.formats.fastly import take_item
from migrator.rules.formats.json_items import items, word
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.table import SiteTable

KEY, VALUE, STORE = 512, 1024, 5_000_000  # bytes
CAN = Abilities(gone=True)
_FUNCTION = """\
// Redirects made by `migrator export cloudfront`. A viewer-request function (runtime 2.0) with the store associated.
import cf from 'cloudfront';
const store = cf.kvs();
async function handler(event) {{
  const request = event.request;
  const key = request.uri.toLowerCase().replace(/(.)\\/+$/, '$1');
  let value;
  try {{ value = await store.get(key); }} catch (missing) {{ return request; }}
  const [status, location] = value.split(' ');
  const headers = {{ 'cache-control': {{ value: 'public, max-age={max_age}' }} }};
  if (location) headers.location = {{ value: location }};
  return {{ statusCode: Number(status), headers }};
}}
"""


def read(text: str, reading: Reading) -> None:
    """Read `{"data": [{"key", "value"}]}`; a value may begin with its status and a blank."""
    for line, item in items(text, reading, "data"):
        take_item(reading, line, word(item.get("key")), word(item.get("value")))


def write(table: SiteTable, today: dt.date) -> Export:
    """The data of a store and the function; more than a store holds is left out by name."""
    export = Export()
    found: dict[str, str] = {}
    size = 0
    for rule, status in sayable(table, today, export, CAN):
        key, value = (rule.found.key.path if rule.found.key else rule.path).lower(), f"{status} {rule.literal}".strip()
        size += len(key.encode()) + len(value.encode())
        if len(key.encode()) > KEY or len(value.encode()) > VALUE:
            export.leave_out(rule.rule, f"CloudFront takes keys of {KEY} and values of {VALUE:,} bytes at most")
            export.said -= 1
        elif size > STORE:
            export.leave_out(rule.rule, f"a store holds {STORE:,} bytes")
            export.said -= 1
        else:
            found[key] = value
    lines = ",\n".join(json.dumps({"key": key, "value": value}, ensure_ascii=False) for key, value in found.items())
    export.files["store.json"] = f'{{"data": [\n{lines}\n]}}\n'
    export.files["function.js"] = _FUNCTION.format(max_age=table.site.cache)
    export.include = "Import store.json into a KeyValueStore, associate it with function.js, and that with viewer requests."
    export.notes = [
        "Case is folded, final slashes are dropped; index files count, and a query is not carried.",
        "These files could not be tried on CloudFront itself; test them on a distribution of your own first.",
    ]
    return export
