"""The tables, and what a database holds at its first start."""

import logging

from .database import Database
from .passwords import hashed

log = logging.getLogger("standin.core")
VERSION = 180
TABLES = """
CREATE TABLE IF NOT EXISTS harbor_user (
  user_id serial PRIMARY KEY, username varchar(255) UNIQUE, email varchar(255) UNIQUE,
  realname varchar(255), comment varchar(30), password varchar(64) NOT NULL DEFAULT '',
  salt varchar(64) NOT NULL DEFAULT '', sysadmin_flag boolean NOT NULL DEFAULT false,
  creation_time timestamptz DEFAULT now(), update_time timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS project (
  project_id serial PRIMARY KEY, owner_id int REFERENCES harbor_user, name varchar(255) UNIQUE,
  metadata jsonb NOT NULL DEFAULT '{}', creation_time timestamptz DEFAULT now(),
  update_time timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS project_member (
  id serial PRIMARY KEY, project_id int REFERENCES project ON DELETE CASCADE,
  entity_id int REFERENCES harbor_user ON DELETE CASCADE, role int NOT NULL,
  UNIQUE (project_id, entity_id));
CREATE TABLE IF NOT EXISTS robot (
  id serial PRIMARY KEY, name varchar(255) UNIQUE,
  project_id int REFERENCES project ON DELETE CASCADE,
  level varchar(20), description text, secret varchar(64), salt varchar(64), duration int,
  expires_at bigint, disable boolean DEFAULT false, permissions jsonb NOT NULL,
  creation_time timestamptz DEFAULT now(), update_time timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS quota (
  id serial PRIMARY KEY, project_id int UNIQUE REFERENCES project ON DELETE CASCADE,
  hard bigint NOT NULL, creation_time timestamptz DEFAULT now(),
  update_time timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS blob (
  digest varchar(80) PRIMARY KEY, size bigint NOT NULL, update_time timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS project_blob (
  project_id int REFERENCES project ON DELETE CASCADE,
  digest varchar(80) REFERENCES blob ON DELETE CASCADE, PRIMARY KEY (project_id, digest));
CREATE TABLE IF NOT EXISTS repository (
  id serial PRIMARY KEY, name varchar(255) UNIQUE,
  project_id int REFERENCES project ON DELETE CASCADE,
  description text DEFAULT '', pull_count bigint NOT NULL DEFAULT 0,
  creation_time timestamptz DEFAULT now(), update_time timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS artifact (
  id serial PRIMARY KEY, project_id int, repository_id int REFERENCES repository ON DELETE CASCADE,
  digest varchar(80), manifest_media_type varchar(255), media_type varchar(255), size bigint,
  contents jsonb NOT NULL DEFAULT '[]', push_time timestamptz DEFAULT now(),
  pull_time timestamptz, UNIQUE (repository_id, digest));
CREATE TABLE IF NOT EXISTS artifact_blob (
  artifact_id int REFERENCES artifact ON DELETE CASCADE, digest varchar(80),
  PRIMARY KEY (artifact_id, digest));
CREATE TABLE IF NOT EXISTS tag (
  id serial PRIMARY KEY, repository_id int REFERENCES repository ON DELETE CASCADE,
  artifact_id int REFERENCES artifact ON DELETE CASCADE, name varchar(255),
  push_time timestamptz DEFAULT now(), pull_time timestamptz, UNIQUE (repository_id, name));
CREATE TABLE IF NOT EXISTS artifact_trash (
  repository varchar(255), digest varchar(80), creation_time timestamptz DEFAULT now(),
  PRIMARY KEY (repository, digest));
CREATE TABLE IF NOT EXISTS garbage_run (
  id serial PRIMARY KEY, job_id varchar(64), kind varchar(20), parameters jsonb, status varchar(20),
  creation_time timestamptz DEFAULT now(), update_time timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS peer (
  id serial PRIMARY KEY, name varchar(64) UNIQUE, description text, type varchar(32), url text,
  access_key text, access_secret text, ca_certificate text,
  creation_time timestamptz DEFAULT now(), update_time timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS replication_policy (
  id serial PRIMARY KEY, name varchar(256) UNIQUE, peer_id int REFERENCES peer,
  enabled boolean, body jsonb, creation_time timestamptz DEFAULT now(),
  update_time timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS replication_execution (
  id serial PRIMARY KEY, policy_id int REFERENCES replication_policy ON DELETE CASCADE,
  job_id varchar(64), status varchar(20), total int DEFAULT 0, succeed int DEFAULT 0,
  failed int DEFAULT 0, start_time timestamptz DEFAULT now(), end_time timestamptz);
CREATE TABLE IF NOT EXISTS properties (k varchar(64) PRIMARY KEY, v jsonb);
CREATE TABLE IF NOT EXISTS audit_log_ext (
  id serial PRIMARY KEY, project_id int, operation varchar(40), operation_description text,
  operation_result boolean, resource varchar(1024), resource_type varchar(40),
  username varchar(255), op_time timestamptz DEFAULT now());
"""


class DirtySchema(Exception):
    """An earlier migration stopped half-way; a person must restore and repeat."""


def migrate(database: Database) -> None:
    """Bring the tables to this version; DirtySchema when an earlier attempt failed."""
    with database.transaction() as cursor:
        # Two cores that start at once must not both make the tables.
        cursor.run("SELECT pg_advisory_xact_lock(180)")
        cursor.run("CREATE TABLE IF NOT EXISTS schema_migrations "
                   "(version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)")
        found = cursor.row("SELECT version, dirty FROM schema_migrations")
        if found and found["dirty"]:
            raise DirtySchema(f"Dirty database version {found['version']}. "
                              "Fix and force version.")
        cursor.run(TABLES)
        cursor.run("DELETE FROM schema_migrations")
        cursor.run("INSERT INTO schema_migrations VALUES (%s, false)", VERSION)


def fill(database: Database, admin_password: str) -> None:
    """The administrator and the project `library`; the password only when there is none yet."""
    with database.transaction() as cursor:
        cursor.run("INSERT INTO harbor_user (user_id, username, email, realname, sysadmin_flag) "
                   "VALUES (1, 'admin', 'admin@example.com', 'system admin', true) "
                   "ON CONFLICT DO NOTHING")
        cursor.run("SELECT setval('harbor_user_user_id_seq', max(user_id)) FROM harbor_user")
        salt, password = hashed(admin_password)
        changed = cursor.run("UPDATE harbor_user SET password = %s, salt = %s "
                             "WHERE user_id = 1 AND salt = ''", password, salt)
        made = cursor.row("INSERT INTO project (project_id, owner_id, name, metadata) VALUES "
                          "(1, 1, 'library', %s) ON CONFLICT DO NOTHING RETURNING project_id",
                          {"public": "true"}) if changed else None
        if made:
            cursor.run("INSERT INTO quota (project_id, hard) VALUES (1, -1)")
            cursor.run("INSERT INTO project_member (project_id, entity_id, role) VALUES (1, 1, 1)")
            cursor.run("SELECT setval('project_project_id_seq', max(project_id)) FROM project")
    if not changed:
        log.warning("the administrator has a password already: HARBOR_ADMIN_PASSWORD is ignored")
