"""The words by which programs and scanners are known: a list for each, one a line. Nothing is judged here."""

from __future__ import annotations

BOTS = """\
# Words by which the User-Agent of a program that nobody sits at is known, in any case, one a line.
# A line that begins with ! is a word that only looks like one and is taken out first.

!cubot

# what they call themselves
bot
crawl
spider
slurp
scrape
robot
archiver
indexer
harvest
fetcher
validator
checker
scanner
monitor
uptime
preview
thumbnail
transcoder
prerender
probe

# search engines, archives and social networks without such a word
mediapartners-google
google-inspectiontool
google-read-aloud
google-safety
googleother
feedfetcher
apis-google
facebookexternalhit
facebookcatalog
meta-externalagent
whatsapp/
skypeuripreview
bingpreview
yahoo! slurp
baidu
sogou
heritrix
wayback
ia_archiver
archive.org
httrack
screaming frog
sitebulb
xenu link sleuth
linkwalker
w3c_
lighthouse
pagespeed
gtmetrix
pingdom
site24x7
statuscake
newrelic
datadog
nagios
zabbix
prometheus
elb-healthchecker
kube-probe
googlehc
haproxy
claude-web
perplexity
cohere-ai
ccbot
migrator/

# programs and libraries
headless
phantomjs
selenium
puppeteer
playwright
cypress
curl/
wget
python-
python/
aiohttp
httpx
urllib
scrapy
libwww
lwp::
perl
ruby
java/
jakarta
apache-httpclient
okhttp
go-http-client
node-fetch
axios/
undici
guzzle
php/
wordpress/
postman
insomnia
libcurl
powershell
winhttp
restsharp
dart/
nmap
nikto
sqlmap
masscan
zgrab
nuclei
wpscan
gobuster
dirbuster
ffuf
feed
rss
"""

PROBES = """\
# Parts of paths, in any case, one a line, that scanners for weaknesses ask every site for. They count as nothing where the
# site answered that there is no such page.
/.env
/.git
/.svn
/.aws
/.ssh
/.ds_store
/.htaccess
/.htpasswd
/.vscode
/wp-login
/wp-admin
/wp-config
/wp-content/plugins
/wp-includes
/xmlrpc.php
/wlwmanifest.xml
/phpmyadmin
/pma/
/adminer
/phpinfo
/administrator/
/server-status
/actuator
/solr/
/jmx-console
/manager/html
/owa/
/ecp/
/autodiscover
/vendor/phpunit
/eval-stdin
/cgi-bin/luci
/boaform
/hnap1
/gponform
/setup.cgi
/shell.php
/config.json
/backup.zip
/backup.sql
/dump.sql
/.well-known/
/etc/passwd
/..
"""
