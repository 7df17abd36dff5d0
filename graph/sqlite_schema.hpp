// The tables of the job store.
#pragma once

namespace easel::graph {

// A process that dies with a job running leaves the row at state 1; `place` 0 puts it before all others.
// The two lists hold what selects and orders a list of jobs, and history_place the order of the entries, so that
// skipping entries reads a few bytes of each instead of its texts.
inline constexpr const char* job_store_schema = R"(
CREATE TABLE IF NOT EXISTS queue(
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL, state INTEGER NOT NULL, place INTEGER NOT NULL, number REAL NOT NULL,
    attempts INTEGER NOT NULL, created_ms INTEGER NOT NULL, workflow_id TEXT, tuple TEXT NOT NULL,
    sensitive TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS queue_order ON queue(state, place, number, seq);
CREATE INDEX IF NOT EXISTS queue_id ON queue(id);
CREATE INDEX IF NOT EXISTS queue_list ON queue(created_ms, seq, state, workflow_id);
CREATE TABLE IF NOT EXISTS history(
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, status INTEGER NOT NULL, number REAL NOT NULL,
    created_ms INTEGER NOT NULL, started_ms INTEGER, ended_ms INTEGER, workflow_id TEXT,
    tuple TEXT NOT NULL, outputs TEXT NOT NULL, result TEXT NOT NULL, meta TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS history_list ON history(created_ms, seq, status, workflow_id, started_ms, ended_ms);
CREATE INDEX IF NOT EXISTS history_place ON history(seq);
CREATE TABLE IF NOT EXISTS counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
)";

}  // namespace easel::graph
