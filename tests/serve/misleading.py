"""Request fields that are known to have led some application or cache astray, by what they would have it believe."""

from __future__ import annotations

HOSTS = (
    "x-forwarded-host", "x-forwarded-server", "x-forwarded", "x-host", "x-original-host", "x-http-host-override",
    "x-host-override", "forwarded-host", "forwarded-server", "x-forward-host", "x-backend-host", "x-proxy-host",
    "x-gateway-host", "x-real-host", "x-server-name", "x-rewrite-host", "x-envoy-original-host", "forwarded",
    "x_forwarded_host", "x_host", "proxy-host",
)  # fmt: skip
ADDRESSES = (
    "x-original-url", "x-rewrite-url", "x-original-uri", "x-rewrite-uri", "x-request-uri", "request-uri", "x-override-url",
    "x-proxy-url", "proxy-url", "http-url", "x-http-destinationurl", "base-url", "x-base-url", "x-script-name", "script-name",
    "script_name", "x-path-info", "x-envoy-original-path", "x-original-path", "x-replaced-path", "x-waws-unencoded-url",
    "x-forwarded-path", "x-forwarded-prefix", "x-forwarded-uri", "x-forwarded-url", "x-forwarded-context",
    "x-forwarded-request-uri", "x_original_url", "x_rewrite_url", "proxy",
)  # fmt: skip
METHODS = ("x-http-method-override", "x-http-method", "x-method-override", "x_http_method_override", "x-forwarded-method")
SCHEMES = (
    "x-forwarded-proto", "x-forwarded-protocol", "x-forwarded-scheme", "x-forwarded-ssl", "x-forwarded-port",
    "x-forwarded-https", "x-scheme", "x-url-scheme", "front-end-https", "x-arr-ssl", "cf-visitor",
    "cloudfront-forwarded-proto",
)  # fmt: skip
VISITORS = (
    "x-forwarded-for", "x-forwarded-for-original", "x-forwarded-by", "x-forwarded-client-cert", "x-real-ip", "true-client-ip",
    "cf-connecting-ip", "cf-connecting-ipv6", "fastly-client-ip", "fly-client-ip", "x-client-ip", "client-ip",
    "x-cluster-client-ip", "x-originating-ip", "x-remote-ip", "x-remote-addr", "x-azure-clientip", "x-azure-socketip",
    "x-appengine-user-ip", "x-envoy-external-address", "x-nf-client-connection-ip", "x-proxyuser-ip", "wl-proxy-client-ip",
    "ali-cdn-real-ip", "cdn-src-ip", "incap-client-ip", "x-sucuri-clientip", "do-connecting-ip", "cloudfront-viewer-address",
    "x-vercel-forwarded-for", "x-original-forwarded-for", "x-original-remote-addr", "x-custom-ip-authorization",
)  # fmt: skip
# Passed on, since old sites may live by them; of the door's own answers they change nothing.
OTHERS = (
    "x-wap-profile", "profile", "referer", "origin", "destination", "max-forwards", "x-api-version", "x-requested-by",
    "x-uidh", "x-att-deviceid", "x-up-devcap-post-charset", "accept-charset", "dnt", "save-data", "pragma", "cache-control",
    "translate", "x-amz-website-redirect-location", "access-control-request-method", "x-debug", "x-debug-token", "x-trace-id",
    "x-b3-traceid", "x-csrf-token", "x-timer", "akamai-origin-hop", "surrogate-capability", "from", "prefer",
    "sec-ch-ua-mobile", "user-agent",
)  # fmt: skip

KEPT_BACK = (*HOSTS, *ADDRESSES, *METHODS, *SCHEMES, *VISITORS)
ALL = (*KEPT_BACK, *OTHERS)
