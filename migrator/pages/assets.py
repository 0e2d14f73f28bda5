"""Which addresses are files to be had rather than pages to be read, by their names alone."""

from __future__ import annotations

import re

_EXTENSIONS = (
    *("pdf", "epub", "mobi", "djvu", "ps", "eps", "rtf", "txt", "md", "tex"),
    *("doc", "docx", "docm", "dot", "dotx", "odt", "ott", "pages", "wpd", "xls", "xlsx", "xlsm", "xlsb", "ods", "numbers", "csv"),
    *(
        "tsv",
        "ppt",
        "pptx",
        "pptm",
        "pps",
        "ppsx",
        "odp",
        "key",
        "vsd",
        "vsdx",
        "pub",
        "indd",
        "ai",
        "psd",
        "mpp",
        "mdb",
        "accdb",
    ),
    *("zip", "rar", "7z", "gz", "tgz", "bz2", "xz", "tar", "iso", "dmg", "exe", "msi", "apk", "deb", "rpm", "jar"),
    *("mp3", "m4a", "wav", "ogg", "oga", "flac", "wma", "aac", "mp4", "m4v", "mov", "avi", "wmv", "webm", "ogv", "mpg", "mpeg"),
    *("mkv", "flv", "swf", "srt", "vtt", "jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "tif", "tiff", "bmp", "ico"),
    *("ics", "vcf", "kml", "kmz", "gpx", "shp", "geojson", "dta", "sav", "por", "sas7bdat", "rdata", "parquet"),
)
_FILE = re.compile(rf"[^?#]*/[^/?#]*\.(?:{'|'.join(_EXTENSIONS)})(?:[?#].*)?", re.IGNORECASE)


def is_file(url: str) -> bool:
    """Whether an absolute URL names a document, an archive, a recording or an image."""
    return _FILE.fullmatch(url) is not None
