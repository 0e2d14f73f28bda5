BEGIN TRANSACTION;
CREATE TABLE candidates (
	site TEXT NOT NULL, 
	old_url TEXT NOT NULL, 
	rank INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	confidence FLOAT NOT NULL, 
	evidence TEXT NOT NULL, 
	PRIMARY KEY (site, old_url, rank)
);
INSERT INTO "candidates" VALUES('main','http://old/',1,'http://new/',0.9,'["same title"]');
CREATE TABLE contents (
	entry_id INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	h1 TEXT NOT NULL, 
	headings TEXT NOT NULL, 
	canonical TEXT NOT NULL, 
	language TEXT NOT NULL, 
	description TEXT NOT NULL, 
	text TEXT NOT NULL, 
	links TEXT NOT NULL, 
	PRIMARY KEY (entry_id), 
	FOREIGN KEY(entry_id) REFERENCES pages (entry_id) ON DELETE CASCADE
);
INSERT INTO "contents" VALUES(1,'Home','Home','["Home"]','','en','','Welcome','[["http://old/a","A"]]');
CREATE TABLE crawls (
	id INTEGER NOT NULL, 
	site TEXT NOT NULL, 
	side TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	started VARCHAR(32) NOT NULL, 
	seeded BOOLEAN NOT NULL, 
	finished VARCHAR(32), 
	PRIMARY KEY (id), 
	UNIQUE (site, side, number)
);
INSERT INTO "crawls" VALUES(1,'main','legacy',1,'2026-11-24T09:23:31.753936+00:00',1,NULL);
INSERT INTO "crawls" VALUES(2,'main','new',1,'2026-11-24T09:23:31.760325+00:00',1,'2026-11-24T09:23:31.761818+00:00');
CREATE TABLE frontier (
	id INTEGER NOT NULL, 
	crawl_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	url TEXT NOT NULL, 
	depth INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (crawl_id, "key"), 
	FOREIGN KEY(crawl_id) REFERENCES crawls (id) ON DELETE CASCADE
);
INSERT INTO "frontier" VALUES(1,1,'/','http://old/',0,'start','done','');
INSERT INTO "frontier" VALUES(2,1,'/a','http://old/a',0,'sitemap','done','');
INSERT INTO "frontier" VALUES(3,1,'/x/x/x','http://old/x/x/x',1,'link','skipped','path that repeats itself');
INSERT INTO "frontier" VALUES(4,1,'/b','http://old/b',1,'link','claimed','');
INSERT INTO "frontier" VALUES(5,2,'/','http://new/',0,'start','done','');
CREATE TABLE pages (
	entry_id INTEGER NOT NULL, 
	crawl_id INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	final_url TEXT NOT NULL, 
	status INTEGER NOT NULL, 
	hops TEXT NOT NULL, 
	content_type TEXT NOT NULL, 
	content_hash TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	error TEXT NOT NULL, 
	fetched VARCHAR(32) NOT NULL, 
	PRIMARY KEY (entry_id), 
	UNIQUE (crawl_id, url), 
	FOREIGN KEY(entry_id) REFERENCES frontier (id) ON DELETE CASCADE, 
	FOREIGN KEY(crawl_id) REFERENCES crawls (id) ON DELETE CASCADE
);
INSERT INTO "pages" VALUES(1,1,'http://old/','http://old/',200,'[]','text/html','0000000000000000000000000000000000000000000000000000000000000000',7,'','2026-11-24T09:23:31.757936+00:00');
INSERT INTO "pages" VALUES(2,1,'http://old/a','http://old/',200,'[["http://old/a",301]]','text/html','0000000000000000000000000000000000000000000000000000000000000000',7,'','2026-11-24T09:23:31.759274+00:00');
INSERT INTO "pages" VALUES(5,2,'http://new/','http://new/',200,'[]','text/html','',0,'','2026-11-24T09:23:31.761617+00:00');
CREATE TABLE schema_version (
	version INTEGER NOT NULL
);
INSERT INTO "schema_version" VALUES(1);
CREATE TABLE suggestions (
	site TEXT NOT NULL, 
	old_url TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	remark TEXT NOT NULL, 
	PRIMARY KEY (site, old_url)
);
INSERT INTO "suggestions" VALUES('main','http://old/',0,'');
CREATE TABLE verdicts (
	id INTEGER NOT NULL, 
	site TEXT NOT NULL, 
	old_url TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	new_url TEXT NOT NULL, 
	who TEXT NOT NULL, 
	"when" VARCHAR(32) NOT NULL, 
	why TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "verdicts" VALUES(1,'main','http://old/','accepted','http://new/','Ada','2026-11-24T12:00:00.000000+00:00','it is the same');
CREATE INDEX verdicts_of_site ON verdicts (site, old_url, id);
CREATE INDEX frontier_turn ON frontier (crawl_id, state, depth, id);
COMMIT;
