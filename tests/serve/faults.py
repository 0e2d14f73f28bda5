"""What can be wrong with each part of a request, as bytes: the variations that parsers' own tests know, in our own words."""

from __future__ import annotations

HOST = b"Host: www.old.example"
LENGTH = b"Content-Length: 5"
CHUNKED = b"Transfer-Encoding: chunked"
BODY = b"hello"
BYTES = [bytes([number]) for number in range(256)]
ODD = [byte for byte in BYTES if not byte.isalnum()]
BLANKS = (b" ", b"\t", b"\v", b"\f", b"\x1c", b"\x85", b"\xa0", b"\0", b"\xc2\xa0")
ENDS = (b"\n", b"\r", b"\r\r\n", b"\n\r", b"\n\n", b"\r\n\r", b" \r\n", b"\t\r\n", b"\0\r\n", b"\v\r\n", b"\x85", b"\\r\\n")

LENGTHS = (
    b"", b" ", b"+5", b"-5", b"-0", b"0x5", b"5.0", b"5e0", b"05", b"0" * 30 + b"5", b"5,", b",5", b"5,5", b"5, 5", b"5,6",
    b"5;", b"5 5", b"5\t5", b"5_", b"0_5", b'"5"', b"'5'", b"\v5", b"5\v", b"5\0", b"\xa05", b"\xd9\xa5", b"\xef\xbc\x95",
    b"five", b"NaN", b"inf", b"1e1", b"4294967301", b"9223372036854775808", b"18446744073709551621", b"9" * 40,
    b"-18446744073709551611", b"5\r", b"5\n", b"5\r\n ", b"\r\n 5", b"5#", b"5L", b"0b101", b"0o5", b"5%", b"(5)", b"5()",
    b"\t5", b"5\t", b"5 ",
)  # fmt: skip
CODINGS = (
    b"chunked", b"Chunked", b"CHUNKED", b" chunked", b"\tchunked", b"chunked ", b"chunked\t", b"", b" ", b"chunked,",
    b",chunked", b", chunked", b"chunked;", b"chunked;q=1", b"chunked; a=b", b"identity", b"gzip", b"xchunked", b"chunkedx",
    b"chunke", b"chunked\v", b"\vchunked", b"chunked\f", b"chunked\0", b"\0chunked", b"\xa0chunked", b'"chunked"',
    b"'chunked'", b"chunked chunked", b"chun ked", b"chunked, chunked", b"identity, chunked", b"chunked, identity",
    b"gzip, chunked", b"chunked, gzip", b"chunked\r", b"chunked\n", b"chunked\r\n ", b"\r\n chunked", b"\r\n\tchunked",
    b"chunKed\xff", b"trailers", b"chunked\x7f", b"(chunked)", b"chunked/1", b"\\chunked", b"%63hunked", b"chunked\x80",
)  # fmt: skip
CODING_NAMES = (
    b"Transfer-Encoding", b"transfer-encoding", b"TRANSFER-ENCODING", b"Transfer-Encoding ", b"Transfer-Encoding\t",
    b" Transfer-Encoding", b"\tTransfer-Encoding", b"Transfer_Encoding", b"Transfer-Encoding\0", b"Transfer\0-Encoding",
    b"\0Transfer-Encoding", b"Transfer-Encoding\v", b"Transfer Encoding", b"Transfer-Encoding\xa0", b"\xefTransfer-Encoding",
    b"X: y\nTransfer-Encoding", b"X: y\rTransfer-Encoding", b"X\nTransfer-Encoding", b"Transfer-Encoding\r\n ",
    b"Transfer\r\n -Encoding", b"TransferEncoding", b"Transfer-Encoding:", b":Transfer-Encoding",
)  # fmt: skip
SIZES = (
    b"5", b"05", b"000000005", b"0" * 15 + b"5", b"0" * 20 + b"5", b"0" * 300 + b"5", b"+5", b"-5", b"0x5", b"0X5", b"x5",
    b"5 ", b" 5", b"5\t", b"\t5", b"5\v", b"5_", b"_5", b"5h", b"5g", b"", b"g", b" ", b"5.0", b"5,", b"5,5", b"5 5", b'"5"',
    b"5\0", b"\x005", b"f" * 16, b"f" * 17, b"7" + b"f" * 15, b"8" + b"0" * 15, b"1" + b"0" * 15 + b"5",
    b"1" + b"0" * 8 + b"5", b"100000005", b"\xef\xbc\x95", b"5;", b"5;a", b"5;a=b", b'5;a="b"', b'5;a="b;c"', b'5;a="b',
    b"5;a=b;c=d", b"5;;", b"5;=b", b"5 ;a", b"5; a", b"5;a b", b"5;a\0", b"5;a\n", b"5;a\r", b"5;\x80", b"5;" + b"a" * 300,
    b"5\n5", b"5:a", b"5#a",
)  # fmt: skip
LAST = (
    b"0\r\n\r\n", b"00\r\n\r\n", b"0000000000\r\n\r\n", b"-0\r\n\r\n", b"+0\r\n\r\n", b"0x0\r\n\r\n", b"0;a=b\r\n\r\n",
    b"0 \r\n\r\n", b"\r\n\r\n", b"0\n\n", b"0\r\r", b"0\r\n\n", b"0\n\r\n", b"0\r\n\r", b"0\r\n", b"0", b"", b"0\r\n\r\r\n",
    b"0\r\n \r\n", b"0\r\nA: b\r\n\r\n", b"0\r\nA: b\n\r\n", b"0\r\nA: b\r\n\n", b"0\r\nA : b\r\n\r\n", b"0\r\nA\r\n\r\n",
    b"0\r\n: b\r\n\r\n", b"0\r\nA: b\r\n c\r\n\r\n", b"0\r\nA: b\0\r\n\r\n", b"0\r\nA: b\rB: c\r\n\r\n",
    b"0\r\nContent-Length: 9\r\n\r\n", b"0\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\nHost: evil.example\r\n\r\n",
    b"0\r\nX-Auth: admin\r\n\r\n", b"0\r\n GET / HTTP/1.1\r\n\r\n", b"0\r\nGET /trailer HTTP/1.1\r\n\r\n",
    b"0\r\nA: " + b"b" * 9000 + b"\r\n\r\n",
)  # fmt: skip
METHODS = (
    b"GET", b"get", b"Get", b"gET", b"", b"G ET", b"GET ", b" GET", b"\tGET", b"GET\0", b"GET:", b"GET/", b"(GET)", b"{GET}",
    b"G\x80T", b"G\nET", b"G\rET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"PROPFIND", b"M-SEARCH", b"PRI",
    b"CONNECT", b"TRACE", b"GETX", b"XGET", b"A" * 300, b"GE", b"0",
)  # fmt: skip
VERSIONS = (
    b"HTTP/1.1", b"HTTP/1.0", b"", b"HTTP", b"HTTP/", b"HTTP/1", b"HTTP/1.", b"HTTP/.1", b"HTTP/1.2", b"HTTP/1.9",
    b"HTTP/0.9", b"HTTP/2.0", b"HTTP/3.0", b"HTTP/1.1.1", b"HTTP/11", b"HTTP/11.1", b"HTTP/1.10", b"HTTP/1.01", b"HTTP/01.1",
    b"HTTP/-1.1", b"HTTP/+1.1", b"HTTP/ 1.1", b"HTTP /1.1", b"HTTP/1 .1", b"HTTP/1. 1", b"HTTP/1,1", b"http/1.1", b"Http/1.1",
    b"HTTPS/1.1", b"HTP/1.1", b"HTTP\\1.1", b"HTTP:1.1", b"HTTP/1.1 ", b"HTTP/1.1\t", b" HTTP/1.1", b"HTTP/1.1x",
    b"HTTP/1.1 x", b"HTTP/1.1\0", b"HTTP/1.1\r", b"HTTP/\xef\xbc\x91.1", b"HTTP/a.b", b"HTTP/4294967297.1", b"RTSP/1.0",
    b"ICE/1.0", b"SIP/2.0",
)  # fmt: skip
TARGETS = (
    b"/", b"/a", b"/a b", b"/a\tb", b"/a?b c", b"/a#b", b"/a?b#c", b"/a?", b"/a??", b"/%", b"/%zz", b"/%00", b"/%0d%0a",
    b"/%2e%2e/", b"/../", b"//x", b"/\\x", b"/;x", b"/a;jsessionid=1", b"/:80", b"/@evil", b"/ HTTP/1.1\r\nX: y\r\nZ:",
    b"/\r\n", b"/" + b"a" * 8300, b"/ HTTP/1.1 ", b"/\xc3\xa9", b"/\xff",
)  # fmt: skip
WHOLE_TARGETS = (
    b"", b"*", b"a", b"?a", b"#a", b"\\a", b"http:a", b"http:/a", b"http://", b"http:///a", b"http://www.old.example",
    b"http://www.old.example/a", b"HTTP://WWW.OLD.EXAMPLE/a", b"http://www.old.example:80/a", b"http://www.old.example:81/a",
    b"http://evil.example/a", b"http://www.old.example@evil.example/", b"http://evil.example@www.old.example/",
    b"http://www.old.example\\@evil.example/", b"https://www.old.example/a", b"ftp://www.old.example/a",
    b"www.old.example:80", b"//evil.example/a", b"http://www.old.example /a", b"http://[::1]/a", b"javascript:a",
)  # fmt: skip
HOSTS = (
    b"", b"Host:", b"Host: ", b"Host: www.old.example:80", b"Host: WWW.OLD.EXAMPLE", b"Host: www.old.example.",
    b"Host: www.old.example:", b"Host: www.old.example:x", b"Host: www.old.example:99999999", b"Host: www.old.example:-1",
    b"Host: a@www.old.example", b"Host: www.old.example@evil.example", b"Host: www.old.example/", b"Host: www.old.example/a",
    b"Host: www.old.example?a", b"Host: www.old.example#a", b"Host: www.old.example, evil.example",
    b"Host: www.old.example evil.example", b"Host: www.old.example\tx", b"Host: www.old.example\0",
    b"Host: www.old.example\x80", b"Host: \\www.old.example", b"Host: http://www.old.example", b"Host:www.old.example",
    b"Host:\twww.old.example\t", b"Host : www.old.example", b" Host: www.old.example", b"hOsT: www.old.example",
    b"Host\0: www.old.example", HOST + b"\r\n" + HOST, HOST + b"\r\nHost: evil.example", b"Host: evil.example\r\n" + HOST,
    HOST + b"\r\nHOST: evil.example", HOST + b"\r\n evil.example", b"Host:\r\n www.old.example", b"Host: [::1]",
    b"Host: [::1", b"Host: ::1", b"Host: %77ww.old.example", b"X: y\nHost: www.old.example", b"Host: www.old.example\r",
)  # fmt: skip
CONNECTIONS = (
    b"Connection: Content-Length", b"Connection: Transfer-Encoding", b"Connection: Host",
    b"Connection: close, Content-Length", b"Connection: \0", b"Connection:", b"Connection: keep-alive, keep-alive",
    b"Connection: Upgrade\r\nUpgrade: h2c", b"Connection: Upgrade\r\nUpgrade: nothing",
    b"Connection: Upgrade\r\nUpgrade: websocket", b"Upgrade: websocket", b"Expect: 100-continue", b"Expect: 200-ok",
    b"Expect: 100-continue, 100-continue", b"Expect:",
    b"TE: trailers, chunked", b"Trailer: Content-Length", b"Keep-Alive: timeout=5", b"Proxy-Connection: keep-alive",
    b"Content-Encoding: chunked", b"Max-Forwards: 0",
)  # fmt: skip
PREFIXES = (
    b"\r\n", b"\r\n\r\n", b"\r\n" * 10, b"\n", b"\r", b" ", b"\t", b"\0", b"\xef\xbb\xbf", b"\r\n ", b"\n\n",
    b"HTTP/1.1 200 OK\r\n\r\n", b"\x16\x03\x01",
)  # fmt: skip
LENGTHS_AND_BODIES = (
    (b"4", BODY), (b"6", BODY), (b"0", BODY), (b"0", b""), (b"5", b""), (b"5", BODY + b"\r\n"), (b"5", BODY + b"\r\n\r\n"),
    (b"5", b"\r\n\r\n\r"),
)  # fmt: skip
