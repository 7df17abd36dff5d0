#include "graph/sqlite_connection.hpp"

#include "graph/job_store.hpp"

#include <sqlite3.h>

namespace easel::graph {
namespace {

constexpr const char* begin_reading_sql = "BEGIN DEFERRED";
constexpr const char* begin_writing_sql = "BEGIN IMMEDIATE";
constexpr const char* commit_sql = "COMMIT";
constexpr const char* rollback_sql = "ROLLBACK";

}  // namespace

bool SqliteQuery::next() {
    try {
        return statement_->executeStep();
    } catch (const SQLite::Exception& error) {
        connection_->fail(error);
    }
}

int SqliteQuery::run() {
    try {
        const int changed = statement_->exec();
        connection_->note_success();
        return changed;
    } catch (const SQLite::Exception& error) {
        connection_->fail(error);
    }
}

SqliteConnection::SqliteConnection(const std::string& path)
    : path_(path), database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, 5000) {
    database_.exec("PRAGMA journal_mode = WAL");
    database_.exec("PRAGMA synchronous = NORMAL");
    database_.exec("PRAGMA wal_autocheckpoint = 0");  // the store's own thread does it
    database_.exec("PRAGMA journal_size_limit = 67108864");
}

SqliteQuery SqliteConnection::query(const char* sql) {
    auto& statement = statements_[sql];
    if (!statement) try {
            statement = std::make_unique<SQLite::Statement>(database_, sql);
        } catch (const SQLite::Exception& error) {
            fail(error);
        }
    statement->clearBindings();
    return SqliteQuery(*this, *statement);
}

void SqliteConnection::fail(const SQLite::Exception& error) {
    is_in_trouble_ = true;
    throw JobStoreError("the job store " + path_ + " cannot be used: " + error.what() +
                        " (is the disk full, the folder read-only?)");
}

// Within a transaction only its commit stores anything.
void SqliteConnection::note_success() {
    if (is_in_trouble_ && sqlite3_get_autocommit(database_.getHandle()) != 0) is_in_trouble_ = false;
}

SqliteTransaction::SqliteTransaction(SqliteConnection& connection, Purpose purpose) : connection_(connection) {
    connection_.run(purpose == Purpose::reading ? begin_reading_sql : begin_writing_sql);
}

SqliteTransaction::~SqliteTransaction() {
    if (!is_open_) return;
    try {
        connection_.query(rollback_sql).next();  // `run` would take it for something stored
    } catch (const JobStoreError&) {
        // SQLite has rolled back by itself after the error that brought us here.
    }
}

void SqliteTransaction::commit() {
    connection_.run(commit_sql);
    is_open_ = false;
}

}  // namespace easel::graph
