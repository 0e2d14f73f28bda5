CREATE TABLE candidates (
    site text NOT NULL,
    old_url text NOT NULL COLLATE pg_catalog."C",
    rank integer NOT NULL,
    url text NOT NULL COLLATE pg_catalog."C",
    confidence double precision NOT NULL,
    evidence text NOT NULL
);
CREATE TABLE contents (
    entry_id integer NOT NULL,
    title text NOT NULL,
    h1 text NOT NULL,
    headings text NOT NULL,
    canonical text NOT NULL,
    language text NOT NULL,
    description text NOT NULL,
    text text NOT NULL,
    links text NOT NULL
);
CREATE TABLE crawls (
    id integer NOT NULL,
    site text NOT NULL,
    side text NOT NULL,
    number integer NOT NULL,
    started character varying(32) NOT NULL,
    seeded boolean NOT NULL,
    finished character varying(32)
);
CREATE SEQUENCE crawls_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE crawls_id_seq OWNED BY crawls.id;
CREATE TABLE frontier (
    id integer NOT NULL,
    crawl_id integer NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    url text NOT NULL COLLATE pg_catalog."C",
    depth integer NOT NULL,
    source text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL
);
CREATE SEQUENCE frontier_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE frontier_id_seq OWNED BY frontier.id;
CREATE TABLE pages (
    entry_id integer NOT NULL,
    crawl_id integer NOT NULL,
    url text NOT NULL COLLATE pg_catalog."C",
    final_url text NOT NULL,
    status integer NOT NULL,
    hops text NOT NULL,
    content_type text NOT NULL,
    content_hash text NOT NULL,
    size bigint NOT NULL,
    error text NOT NULL,
    fetched character varying(32) NOT NULL
);
CREATE TABLE schema_version (
    version integer NOT NULL
);
CREATE TABLE suggestions (
    site text NOT NULL,
    old_url text NOT NULL COLLATE pg_catalog."C",
    "position" integer NOT NULL,
    remark text NOT NULL
);
CREATE TABLE verdicts (
    id integer NOT NULL,
    site text NOT NULL,
    old_url text NOT NULL COLLATE pg_catalog."C",
    verdict text NOT NULL,
    new_url text NOT NULL,
    who text NOT NULL,
    "when" character varying(32) NOT NULL,
    why text NOT NULL
);
CREATE SEQUENCE verdicts_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE verdicts_id_seq OWNED BY verdicts.id;
ALTER TABLE ONLY crawls ALTER COLUMN id SET DEFAULT nextval('crawls_id_seq'::regclass);
ALTER TABLE ONLY frontier ALTER COLUMN id SET DEFAULT nextval('frontier_id_seq'::regclass);
ALTER TABLE ONLY verdicts ALTER COLUMN id SET DEFAULT nextval('verdicts_id_seq'::regclass);
INSERT INTO candidates VALUES ('main', 'http://old/', 1, 'http://new/', 0.9, '["same title"]');
INSERT INTO contents VALUES (1, 'Home', 'Home', '["Home"]', '', 'en', '', 'Welcome', '[["http://old/a","A"]]');
INSERT INTO crawls VALUES (1, 'main', 'legacy', 1, '2026-11-24T09:23:33.088144+00:00', true, NULL);
INSERT INTO crawls VALUES (2, 'main', 'new', 1, '2026-11-24T09:23:33.100398+00:00', true, '2026-11-24T09:23:33.103922+00:00');
INSERT INTO frontier VALUES (3, 1, '/x/x/x', 'http://old/x/x/x', 1, 'link', 'skipped', 'path that repeats itself');
INSERT INTO frontier VALUES (1, 1, '/', 'http://old/', 0, 'start', 'done', '');
INSERT INTO frontier VALUES (2, 1, '/a', 'http://old/a', 0, 'sitemap', 'done', '');
INSERT INTO frontier VALUES (4, 1, '/b', 'http://old/b', 1, 'link', 'claimed', '');
INSERT INTO frontier VALUES (5, 2, '/', 'http://new/', 0, 'start', 'done', '');
INSERT INTO pages VALUES (1, 1, 'http://old/', 'http://old/', 200, '[]', 'text/html', '0000000000000000000000000000000000000000000000000000000000000000', 7, '', '2026-11-24T09:23:33.095153+00:00');
INSERT INTO pages VALUES (2, 1, 'http://old/a', 'http://old/', 200, '[["http://old/a",301]]', 'text/html', '0000000000000000000000000000000000000000000000000000000000000000', 7, '', '2026-11-24T09:23:33.098475+00:00');
INSERT INTO pages VALUES (5, 2, 'http://new/', 'http://new/', 200, '[]', 'text/html', '', 0, '', '2026-11-24T09:23:33.103378+00:00');
INSERT INTO schema_version VALUES (1);
INSERT INTO suggestions VALUES ('main', 'http://old/', 0, '');
INSERT INTO verdicts VALUES (1, 'main', 'http://old/', 'accepted', 'http://new/', 'Ada', '2026-11-24T12:00:00.000000+00:00', 'it is the same');
SELECT pg_catalog.setval('crawls_id_seq', 2, true);
SELECT pg_catalog.setval('frontier_id_seq', 5, true);
SELECT pg_catalog.setval('verdicts_id_seq', 1, true);
ALTER TABLE ONLY candidates
    ADD CONSTRAINT candidates_pkey PRIMARY KEY (site, old_url, rank);
ALTER TABLE ONLY contents
    ADD CONSTRAINT contents_pkey PRIMARY KEY (entry_id);
ALTER TABLE ONLY crawls
    ADD CONSTRAINT crawls_pkey PRIMARY KEY (id);
ALTER TABLE ONLY crawls
    ADD CONSTRAINT crawls_site_side_number_key UNIQUE (site, side, number);
ALTER TABLE ONLY frontier
    ADD CONSTRAINT frontier_crawl_id_key_key UNIQUE (crawl_id, key);
ALTER TABLE ONLY frontier
    ADD CONSTRAINT frontier_pkey PRIMARY KEY (id);
ALTER TABLE ONLY pages
    ADD CONSTRAINT pages_crawl_id_url_key UNIQUE (crawl_id, url);
ALTER TABLE ONLY pages
    ADD CONSTRAINT pages_pkey PRIMARY KEY (entry_id);
ALTER TABLE ONLY suggestions
    ADD CONSTRAINT suggestions_pkey PRIMARY KEY (site, old_url);
ALTER TABLE ONLY verdicts
    ADD CONSTRAINT verdicts_pkey PRIMARY KEY (id);
CREATE INDEX frontier_turn ON frontier USING btree (crawl_id, state, depth, id);
CREATE INDEX verdicts_of_site ON verdicts USING btree (site, old_url, id);
ALTER TABLE ONLY contents
    ADD CONSTRAINT contents_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES pages(entry_id) ON DELETE CASCADE;
ALTER TABLE ONLY frontier
    ADD CONSTRAINT frontier_crawl_id_fkey FOREIGN KEY (crawl_id) REFERENCES crawls(id) ON DELETE CASCADE;
ALTER TABLE ONLY pages
    ADD CONSTRAINT pages_crawl_id_fkey FOREIGN KEY (crawl_id) REFERENCES crawls(id) ON DELETE CASCADE;
ALTER TABLE ONLY pages
    ADD CONSTRAINT pages_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES frontier(id) ON DELETE CASCADE;
