CREATE DATABASE registry ENCODING 'UTF8';
\c registry
CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
